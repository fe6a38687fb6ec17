import { createHash } from 'node:crypto'
import type { Principal } from '../../access/index.ts'
import { nothingAsked } from '../../contract/darkroom-headers.ts'
import { handoffHours } from '../../contract/handoff-replies.ts'
import type { DarkroomExtension } from '../../contract/image-request.ts'
import type { Handoff, NewHandoffBody } from '../../contract/record.ts'
import { deleteAfterMs } from '../../contract/retention.ts'
import { statementContext } from '../../db/index.ts'
import { recordHandoff, sealWords } from '../../handoffs/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { renderPrompt } from '../../prompts/index.ts'
import type { CallAsk } from '../call-ask.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { withStoredPrompt } from '../prompts/with-stored-prompt.ts'
import { storedPromptOf } from '../request-shape.ts'
import { retentionFor } from '../retention/retention-for.ts'
import { assertWithin } from './handoff-boxes.ts'
import { handoffSource } from './handoff-source.ts'
import { type HandoffWishes, showHandoff } from './show-handoff.ts'

/** Work that is about to be done by hand. */
export interface HandoffOrder {
  principal: Principal
  body: NewHandoffBody
  baseUrl: string
}

type NamingCall = Pick<CallAsk, 'principal' | 'operation' | 'headers' | 'body' | 'promptDocument'>

const HOUR_MS = 3_600_000

/**
 * Opens a ticket for a picture that somebody makes by hand: its prompt is kept sealed, and one picture is taken for it until it expires. Nothing is called and nothing costs.
 * @throws Failure `not_found`, `file_not_found` or `image_deleted` for a source that cannot be had
 */
export async function openHandoff(parts: GatewayParts, { principal, body, baseUrl }: HandoffOrder): Promise<Handoff> {
  const { projectId, keyId } = principal
  const source = body.source === undefined ? null : await handoffSource(parts, referenceOf(body.source), projectId)
  const { promptVersion, ...words } = await wordsOf(parts, principal, body)
  assertWithin(body, words.texts, source)
  const { prompts } = await retentionFor(parts, projectId)
  const id = parts.newId('hnd')
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([
    recordHandoff(context, {
      id,
      project_id: projectId,
      key_id: keyId,
      expires_at_ms: context.nowMs + (body.expires_in_hours ?? handoffHours.usual) * HOUR_MS,
      operation: source === null ? 'generate' : 'edit',
      route_owner: body.owner ?? 'by-hand',
      model: body.model ?? 'chatgpt',
      wanted_json: JSON.stringify(wishesOf(body, promptVersion)),
      prompt_sha256: createHash('sha256').update(words.prompt).digest('hex'),
      sealed: sealWords(parts.handoffKey, id, words),
      delete_after_ms: deleteAfterMs(prompts, context.nowMs),
      source_kind: source?.kind ?? null,
      source_ref: source?.id ?? null,
    }),
  ])
  return showHandoff(parts, { id, projectId, baseUrl })
}

/** What is to be pasted: the caller's own words, or those of a stored prompt with the texts it brings. @throws Failure as a call that names it */
async function wordsOf(parts: GatewayParts, principal: Principal, { prompt, darkroom, source, texts, remarks = [] }: NewHandoffBody) {
  if (prompt !== undefined) return { prompt, texts: texts ?? [], remarks, promptVersion: null }
  const operation = source === undefined ? 'generate' : 'edit'
  const call: JsonObject = { darkroom: darkroom as unknown as JsonObject }
  const named: NamingCall = { principal, operation, headers: nothingAsked(), body: call }
  const { body, promptDocument } = await withStoredPrompt(parts, named)
  const extension = body['darkroom'] as DarkroomExtension
  const rendered = { prompt: String(body['prompt']), promptVersion: storedPromptOf(extension) }
  const ofDocument = promptDocument ? renderPrompt(promptDocument, darkroom!.prompt.variables ?? {}, 'darkroom.prompt.variables').texts : []
  return { ...rendered, texts: texts ?? ofDocument, remarks }
}

function wishesOf(
  { size, output_format, protect = [], subject, rights, tag, metadata }: NewHandoffBody,
  promptVersion: string | null,
): HandoffWishes {
  const asked = { size: size ?? null, format: output_format ?? null, protect, subject: subject ?? null }
  return { ...asked, rights: rights ?? null, tag: tag ?? null, metadata: metadata ?? null, promptVersion }
}

const referenceOf = (source: NonNullable<NewHandoffBody['source']>) =>
  'image_id' in source ? ({ kind: 'image', id: source.image_id } as const) : ({ kind: 'file', id: source.file_id } as const)
