export { changesOf, forgetOldChanges, type NewChange, recordChange, recordSuccessor } from './change-statements.ts'
export { type Answer, type Check, checklistOf, judgeAnswers, needsFullSize } from './checklist.ts'
export {
  type DecidingPerson,
  decisionsOf,
  type NewDecision,
  readsOf,
  recordDecision,
} from './decision-statements.ts'
export { AlreadyOpened, type DuePicture, type DueReview, duePictures, dueReviews, endDueReview, recordDueReview } from './due-statements.ts'
export {
  countOpenReviews,
  type FoundReview,
  findReview,
  isOverdue,
  listReviews,
  type ReviewQuery,
  type ReviewState,
  reviewOfImage,
  reviewsForGuard,
  stateOf,
  untoldOverdue,
} from './find-reviews.ts'
export {
  advanceReview,
  assertImageThere,
  claimReview,
  closeDeletedReviews,
  declineByGuard,
  noteFullSizeRead,
  noteOverdue,
  openReview,
  releaseReview,
  revokeReview,
} from './item-statements.ts'
export { isWaivedInVain, planFor, planReview, type ReviewFacts, type ReviewPlan } from './plan-review.ts'
export {
  assertApproved,
  endPublications,
  findPublication,
  livePublications,
  type PublicityEnd,
  presentPublication,
  publicationsOf,
  publicUrl,
  publish,
} from './publication-statements.ts'
