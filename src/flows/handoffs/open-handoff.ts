import { createHash } from 'node:crypto'
import type { Principal } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import { handoffHours } from '../../contract/handoff-replies.ts'
import type { Handoff, NewHandoffBody } from '../../contract/record.ts'
import { deleteAfterMs } from '../../contract/retention.ts'
import { statementContext } from '../../db/index.ts'
import { recordHandoff, sealWords } from '../../handoffs/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { retentionFor } from '../retention/retention-for.ts'
import { type HandoffSource, handoffSource } from './handoff-source.ts'
import { type HandoffWishes, showHandoff } from './show-handoff.ts'

/** Work that is about to be done by hand. */
export interface HandoffOrder {
  principal: Principal
  body: NewHandoffBody
  baseUrl: string
}

const HOUR_MS = 3_600_000

/**
 * Opens a ticket for a picture that somebody makes by hand: its prompt is kept sealed, and one picture is taken for it until it expires. Nothing is called and nothing costs.
 * @throws Failure `not_found`, `file_not_found` or `image_deleted` for a source that cannot be had
 */
export async function openHandoff(parts: GatewayParts, { principal, body, baseUrl }: HandoffOrder): Promise<Handoff> {
  const { projectId, keyId } = principal
  const source = body.source === undefined ? null : await handoffSource(parts, referenceOf(body.source), projectId)
  const { prompts } = await retentionFor(parts, projectId)
  const id = parts.newId('hnd')
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const words = { prompt: body.prompt, texts: body.texts ?? [], remarks: body.remarks ?? [] }
  await parts.database.transact([
    recordHandoff(context, {
      id,
      project_id: projectId,
      key_id: keyId,
      expires_at_ms: context.nowMs + (body.expires_in_hours ?? handoffHours.usual) * HOUR_MS,
      operation: source === null ? 'generate' : 'edit',
      route_owner: body.owner ?? 'by-hand',
      model: body.model ?? 'chatgpt',
      wanted_json: JSON.stringify(wishesOf(body, source)),
      prompt_sha256: createHash('sha256').update(body.prompt).digest('hex'),
      sealed: sealWords(parts.handoffKey, id, words),
      delete_after_ms: deleteAfterMs(prompts, context.nowMs),
      source_kind: source?.kind ?? null,
      source_ref: source?.id ?? null,
    }),
  ])
  return showHandoff(parts, { id, projectId, baseUrl })
}

/** @throws Failure `box_outside`… for a place that is not in the source */
function wishesOf(
  { size, output_format, protect = [], rights, tag, metadata }: NewHandoffBody,
  source: HandoffSource | null,
): HandoffWishes {
  for (const [place, { x, y, width, height }] of protect.entries())
    if (source && (x + width > source.width || y + height > source.height))
      throw failure('invalid_value', {
        param: `protect[${place}]`,
        message: `The rectangle reaches beyond the source, which is ${source.width}x${source.height}. Nothing was kept or charged; keep it inside.`,
      })
  return {
    size: size ?? null,
    format: output_format ?? null,
    protect,
    rights: rights ?? null,
    tag: tag ?? null,
    metadata: metadata ?? null,
  }
}

const referenceOf = (source: NonNullable<NewHandoffBody['source']>) =>
  'image_id' in source ? ({ kind: 'image', id: source.image_id } as const) : ({ kind: 'file', id: source.file_id } as const)
