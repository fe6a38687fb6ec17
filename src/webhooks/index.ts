export { type AttemptRequest, type AttemptResponse, type LoggedAttempt, logAttempt } from './attempt-log.ts'
export { type CallEndpoint, type CallEndpointKey, callEndpoint, callEndpointId } from './call-endpoint.ts'
export {
  AlreadyDisabled,
  changeEndpoint,
  type DisabledWhy,
  deleteEndpoint,
  disableEndpoint,
  type EndpointChange,
  enableEndpoint,
  insertEndpoint,
  MOST_ENDPOINTS,
  type NewEndpoint,
  noteEndpointFailure,
  noteEndpointSuccess,
  rotateEndpointSecret,
} from './endpoint-statements.ts'
export {
  type EndpointScope,
  endpointsById,
  findEndpoint,
  listEndpoints,
  subscribedEndpoints,
  typesOf,
  wantsType,
} from './find-endpoints.ts'
export { forgetOldEndpoints, forgetOldMessages } from './forget-webhooks.ts'
export { type LaneOutcome, Lanes } from './lanes.ts'
export {
  type ClaimedMessage,
  ClaimLost,
  cancelMessage,
  cancelMessagesOf,
  claimMessages,
  endAttempt,
  insertMessage,
  leaveMessage,
  type NewMessage,
  releaseClaimsOfEnded,
  replayMessages,
} from './message-statements.ts'
export {
  findMessage,
  listMessages,
  type MessageState,
  messageStates,
  nextDueOf,
  standingOf,
  toldEvents,
  type WaitingLane,
  waitingLanes,
} from './read-messages.ts'
export { attemptDelaysMs, nextDelayMs, readRetryAfter } from './retry-schedule.ts'
export { openMessageBody, sealMessageBody } from './sealed-body.ts'
export { type OutgoingMessage, signedHeaders, type WebhookStyle } from './signed-headers.ts'
export { type SignedMessage, verifyWebhook } from './verify-webhook.ts'
export {
  newWebhookSecret,
  openWebhookSecrets,
  readWebhookSecret,
  sealWebhookSecret,
  secretOfApiKey,
  webhookSecretText,
} from './webhook-secret.ts'
