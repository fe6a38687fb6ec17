export {
  deleteExpiredTurnDocuments,
  deleteTurnDocument,
  findTurnDocument,
  findTurnDocuments,
  type NewTurnDocument,
  recordTurnDocument,
} from './document-statements.ts'
export {
  type FoundImageCall,
  findImageCall,
  findImageCalls,
  findTurn,
  findTurnOfGeneration,
  findTurnOnRoute,
  openBackgroundTurns,
  type TurnOwner,
} from './find-turn.ts'
export { type ReplacedImageCalls, replaceImageCalls } from './replace-image-calls.ts'
export { type Replay, type ReplayAsk, type ReplayTurn, replayTurns } from './replay-turns.ts'
export type { EarlierPicture } from './replayed-items.ts'
export { type DocumentKey, DocumentUnreadable, documentKey, openSealed, sealDocument } from './sealed-document.ts'
export { memoryOf, type ThreadTurn, threadOf } from './thread-of.ts'
export type { TurnDocument } from './turn-document.ts'
export {
  advanceTurn,
  deleteTurn,
  markPolled,
  type NewImageCall,
  type NewTurn,
  noteAssistant,
  recordImageCalls,
  recordTurn,
  type TurnProgress,
  type TurnScope,
  type TurnStatus,
} from './turn-statements.ts'
