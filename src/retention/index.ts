export {
  assertNotHeld,
  findHold,
  type HoldQuery,
  type HoldSubject,
  listHolds,
  type NewLegalHold,
  placeHold,
  releaseHold,
} from './hold-statements.ts'
