export { checkDocument } from './check-document.ts'
export { compareDocuments, type DocumentChange } from './compare-documents.ts'
export { documentSha256, openDocument, promptKey, sealDocument, type VersionPlace } from './document-text.ts'
export type { PromptVariables } from './fill-variables.ts'
export { type LintContext, lintDocument, lintPrompt, type PromptRemark } from './lint/lint-prompt.ts'
export {
  archivePrompt,
  findPrompt,
  findVersion,
  listPrompts,
  listVersions,
  type NewPrompt,
  type NewPromptVersion,
  type PromptAskedFor,
  type PromptQuery,
  recordPrompt,
  recordVersion,
  type VersionHead,
} from './prompt-statements.ts'
export { type RenderedPrompt, renderPrompt, type VerbatimText } from './render-prompt.ts'
