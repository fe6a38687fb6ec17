import type { FailureRow } from './failure.ts'

const refused = { status: 403, type: 'invalid_request_error', outcome: 'not_charged', nextAction: 'human', shouldRetry: false } as const
const conflict = { ...refused, status: 409 } as const

/** What can be refused about reviews and public addresses. None of it costs money. */
export const reviewFailures = {
  review_own_submission: {
    ...refused,
    message:
      'Whoever asked for a picture cannot approve it. Nothing was decided or charged; another key of the project, or the administrator where a key asked, must approve it. An administrator who works alone can allow their own for the project (review.own_approval).',
  },
  not_a_reviewer: {
    ...refused,
    message:
      'This key does not review pictures of this project (review.reviewers of the project names who does). Nothing was decided or charged.',
  },
  review_same_person: {
    ...refused,
    message: 'This project wants two different people to approve a picture, and you are the first of them. Nothing was decided or charged.',
  },
  review_decided: {
    ...conflict,
    nextAction: 'none',
    message: 'This review was decided before, and a decision stays. Nothing was changed or charged; read the review for who decided what.',
  },
  review_claimed: {
    ...conflict,
    nextAction: 'retry',
    message: 'Somebody else has claimed this review. Nothing was decided or charged; wait until the claim ends or is released.',
  },
  checklist_incomplete: {
    ...refused,
    status: 400,
    nextAction: 'stop',
    message: 'An approval answers every question of the checklist, and none of them with no. Nothing was decided or charged.',
  },
  full_size_unread: {
    ...conflict,
    message:
      'A text is approved by whoever has read it at full size, and you have not opened this picture there. Nothing was decided or charged; open GET /v2/reviews/{id}/image, read the text in full, then approve.',
  },
  review_not_approved: {
    ...conflict,
    message: 'This picture is not approved. Nothing was changed or charged; have its review decided first.',
  },
  change_not_wanted: {
    ...conflict,
    nextAction: 'stop',
    message:
      'Only a picture that was rejected, or of which a change was asked for, is made anew from its review. Nothing was sent or charged.',
  },
  change_made: {
    ...conflict,
    nextAction: 'none',
    message: 'The edit that this review asked for is made, or under way. Nothing was sent or charged; go on from its picture.',
  },
  publishing_off: {
    ...refused,
    message:
      'This project publishes no pictures (publish: never). Nothing was changed or charged; the administrator can change the project.',
  },
  picture_not_public: {
    ...refused,
    status: 410,
    nextAction: 'none',
    message: 'This picture is public no more. Nothing was charged.',
  },
} as const satisfies Record<string, FailureRow>
