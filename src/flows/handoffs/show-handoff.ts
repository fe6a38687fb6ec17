import { failure } from '../../contract/failure.ts'
import { inputLimits } from '../../contract/input-limits.ts'
import type { GenerationRecord, Handoff } from '../../contract/record.ts'
import { type HandoffRow, statementContext } from '../../db/index.ts'
import {
  cancelHandoff as cancelStatement,
  checklist,
  findHandoff,
  type HandoffWords,
  listHandoffs as listRows,
  openWords,
} from '../../handoffs/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What of a ticket is kept in the open. */
export interface HandoffWishes {
  /** `id@version` of the stored prompt it was rendered from; null = none. */
  promptVersion: string | null
  size: string | null
  format: 'png' | 'jpeg' | 'webp' | null
  protect: GenerationRecord['request_shape']['protect']
  /** Absent on tickets of earlier releases. */
  subject?: GenerationRecord['request_shape']['subject']
  rights: string | null
  tag: string | null
  metadata: Record<string, string> | null
}

type ShowParts = Pick<GatewayParts, 'database' | 'clock' | 'newId' | 'handoffKey'>

/** Which ticket somebody asks for. */
export interface AskedHandoff {
  id: string
  /** Null = every project's. */
  projectId: string | null
  baseUrl: string
}

/** The row of a ticket that the caller may see. @throws Failure `not_found` */
export async function requireHandoff(
  { database }: Pick<GatewayParts, 'database'>,
  { id, projectId }: Omit<AskedHandoff, 'baseUrl'>,
): Promise<HandoffRow> {
  const row = isId('hnd', id) ? await findHandoff(database, { id, projectId }) : null
  if (!row) throw failure('not_found', { param: 'id' })
  return row
}

/** A ticket as it stands. @throws Failure `not_found` */
export async function showHandoff(parts: ShowParts, asked: AskedHandoff): Promise<Handoff> {
  return presentHandoff(parts, await requireHandoff(parts, asked), asked.baseUrl)
}

/** A page of tickets, the newest first. @throws Failure `invalid_value` for a cursor of another list */
export async function listHandoffs(
  parts: ShowParts,
  {
    baseUrl,
    cursor = null,
    ...asked
  }: { projectId: string | null; state?: Handoff['state'] | undefined; cursor?: string | null | undefined; limit: number; baseUrl: string },
): Promise<{ handoffs: Handoff[]; next_cursor: string | null }> {
  if (cursor !== null && !isId('hnd', cursor))
    throw failure('invalid_value', { param: 'cursor', message: 'The cursor is not one of this list. Nothing was charged; send none.' })
  const rows = await listRows(parts.database, { ...asked, before: cursor, limit: asked.limit + 1, nowMs: parts.clock.nowMs() })
  const shown = rows.slice(0, asked.limit)
  const handoffs = shown.map((row) => presentHandoff(parts, row, baseUrl))
  return { handoffs, next_cursor: rows.length > asked.limit ? shown.at(-1)!.id : null }
}

/** Takes a ticket back that nobody is going to use. @throws Failure `not_found`, `handoff_closed` */
export async function cancelHandoff(parts: ShowParts, asked: AskedHandoff): Promise<Handoff> {
  const { id } = await requireHandoff(parts, asked)
  await parts.database.transact([cancelStatement(statementContext(parts.database, parts.clock, parts.newId), id)])
  return showHandoff(parts, asked)
}

/** Its words; null once their time is over. @throws SealBroken */
export function wordsOf({ clock, handoffKey }: Pick<ShowParts, 'clock' | 'handoffKey'>, row: HandoffRow): HandoffWords | null {
  const isOver = row.delete_after_ms !== null && row.delete_after_ms <= clock.nowMs()
  return row.sealed === null || isOver ? null : openWords(handoffKey, row.id, row.sealed)
}

/** As it is kept in the open. */
export const wishesOf = ({ wanted_json }: HandoffRow) => JSON.parse(wanted_json) as HandoffWishes

function presentHandoff(parts: ShowParts, row: HandoffRow, baseUrl: string): Handoff {
  const words = wordsOf(parts, row)
  const { size, format, protect } = wishesOf(row)
  const { id, operation, source_kind, source_ref } = row
  const isOpen = row.state === 'open' && row.expires_at_ms > parts.clock.nowMs()
  const { texts, remarks } = words ?? { texts: [], remarks: [] }
  return {
    id,
    project_id: row.project_id,
    state: row.state === 'open' && !isOpen ? 'expired' : row.state,
    created_at: isoTime(row.created_at_ms),
    expires_at: isoTime(row.expires_at_ms),
    closed_at: row.closed_at_ms === null ? null : isoTime(row.closed_at_ms),
    operation,
    surface: 'chatgpt',
    route_id: 'by-hand',
    route_owner: row.route_owner,
    model: row.model,
    prompt_sha256: row.prompt_sha256,
    prompt: words?.prompt ?? null,
    checklist: checklist({ operation, size, format, texts, remarks, protectedPlaces: protect.length }),
    source: source_kind === null ? null : { kind: source_kind, id: source_ref!, url: sourceUrl(baseUrl, source_kind, source_ref!) },
    size,
    output_format: format,
    upload: isOpen
      ? {
          url: `${baseUrl}/v2/handoffs/${id}/result`,
          field: 'image',
          formats: format === null ? ['png', 'jpeg', 'webp'] : [format],
          max_bytes: inputLimits.imageBytes,
        }
      : null,
    generation_id: row.generation_id,
  }
}

const sourceUrl = (baseUrl: string, kind: 'image' | 'file', id: string) =>
  kind === 'image' ? `${baseUrl}/v2/images/${id}` : `${baseUrl}/v1/files/${id}/content`
