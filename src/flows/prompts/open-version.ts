import { failure } from '../../contract/failure.ts'
import type { PromptDocument } from '../../contract/prompt-document.ts'
import type { PromptRow, PromptVersionRow } from '../../db/index.ts'
import { isId } from '../../primitives/ids.ts'
import { findPrompt, findVersion, openDocument, type PromptAskedFor } from '../../prompts/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** A version of a prompt, opened. */
export interface OpenVersion {
  row: PromptVersionRow
  document: PromptDocument
}

/** A prompt. @param param how the request names it @throws Failure `not_found` */
export async function knownPrompt({ database }: Pick<GatewayParts, 'database'>, asked: PromptAskedFor, param = 'id'): Promise<PromptRow> {
  const row = isId('prm', asked.id) ? await findPrompt(database, asked) : null
  if (!row) throw failure('not_found', { param })
  return row
}

/** One of its versions, and what it says. @param param how the request names it @throws Failure `not_found` */
export async function openVersion(
  parts: Pick<GatewayParts, 'database' | 'promptKey'>,
  { id }: Pick<PromptRow, 'id'>,
  version: number,
  param = 'version',
): Promise<OpenVersion> {
  const row = await findVersion(parts.database, { promptId: id, version })
  if (!row) throw failure('not_found', { param })
  return { row, document: await openDocument(parts.promptKey, { promptId: id, version }, row.sealed) }
}
