export { type ChecklistItem, checklist } from './checklist.ts'
export {
  cancelHandoff,
  closeHandoff,
  findHandoff,
  forgetOldHandoffs,
  type HandoffFilter,
  listHandoffs,
  recordHandoff,
} from './handoff-statements.ts'
export { type HandoffText, type HandoffWords, openWords, sealWords } from './handoff-words.ts'
