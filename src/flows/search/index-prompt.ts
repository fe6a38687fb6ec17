import { deleteAfterMs, type Retention } from '../../contract/retention.ts'
import type { Statement, StatementContext } from '../../db/index.ts'
import { blindWords, recordPromptWords } from '../../search/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What a generation is to be found by. */
export interface IndexedPrompt {
  generationId: string
  projectId: string
  prompt: string
}

/** Records the words of a prompt, blinded, for as long as words are kept; for the transaction that records its generation. */
export function indexPrompt(
  { searchKey }: Pick<GatewayParts, 'searchKey'>,
  context: StatementContext,
  { generationId, projectId, prompt, keptFor }: IndexedPrompt & { keptFor: Retention['prompts'] },
): Statement[] {
  const words = blindWords(searchKey, projectId, prompt)
  return recordPromptWords(context, { generationId, words, deleteAfterMs: deleteAfterMs(keptFor, context.nowMs) })
}
