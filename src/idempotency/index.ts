export { type CallFacts, callFingerprint } from './call-fingerprint.ts'
export {
  AlreadyAdopted,
  type CallIdentity,
  expectNoOtherTwin,
  type FoundTwin,
  findProjectTwins,
  findSameKeyTwins,
  type NewAttachment,
  noteDelivery,
  recordAttachment,
  recordIdentity,
  TwinBegun,
} from './call-statements.ts'
export { readIdempotencyKey, readRetryCount } from './idempotency-key.ts'
export {
  claimKey,
  findKey,
  findKeyAnywhere,
  forgetOldKeys,
  KEY_LIFE_MS,
  type KeyScope,
  KeyTaken,
  type RouteFamily,
} from './key-statements.ts'
export { deleteReplies, findReply, forgetExpiredReplies, type NewReply, recordReply } from './reply-statements.ts'
