import { Failure } from '../../contract/failure.ts'
import type { ResponseRequest } from '../../contract/response-request.ts'
import type { ResponseTurnRow } from '../../db/index.ts'
import { findGeneration } from '../../generations/index.ts'
import type { ResponseCall } from '../../pricing/index.ts'
import type { RouteChoice } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { principalOf } from '../principal-of.ts'
import { priceOf } from './price-response.ts'
import type { ResponseRun } from './response-run.ts'
import { openTurnDocuments } from './turn-documents.ts'

const nothing: ResponseRun['sent'] = { body: {}, pictures: [], replayedImages: [] }

/** Of a picture that was sent only its place and hash are remembered. */
const notNeeded = { role: 'image', path: '', bytes: 0, format: 'png' } as const

/** What a run is found by. */
type RebuiltTurn = Pick<ResponseTurnRow, 'generation_id' | 'attempt_id' | 'route_id'>

/**
 * Makes the run of a background response again from what is on disk, as whoever settles it needs it. Null when what was kept of it cannot be
 * read any more, or its route is gone.
 */
export async function rebuildRun(parts: GatewayParts, turn: RebuiltTurn): Promise<ResponseRun | null> {
  const rows = await findGeneration(parts.database, { id: turn.generation_id, projectId: null })
  const document = (await openTurnDocuments(parts, [turn.generation_id])).get(turn.generation_id)
  const attempt = rows?.attempts.find(({ id }) => id === turn.attempt_id)
  if (!rows || !attempt || !document?.run) return null
  const { request, call } = document.run as unknown as { request: ResponseRequest; call: ResponseCall }
  const { generation } = rows
  const choice = routeOf(parts, turn, request.mainModel.asked)
  if (choice === null) return null
  const priced = await priceOf(parts, { request, inputs: [], choice, projectId: generation.project_id })
  return {
    ...priced,
    call,
    estimate: { ...priced.estimate, reserve: generation.reserved_nanos },
    request,
    choice,
    id: generation.id,
    attemptId: attempt.id,
    attempt: attempt.n,
    requestId: parts.newId('req'),
    traceParent: generation.trace_parent,
    principal: principalOf(generation),
    surface: 'responses',
    book: generation.book as ResponseRun['book'],
    // Whoever began the call has given its place back.
    place: { reason: null, end: () => undefined },
    inputs: [],
    rights: null,
    projectTag: generation.project_tag,
    keepPartials: false,
    timeoutMs: generation.timeout_ms,
    marginMs: 0,
    startedMonotonicMs: parts.clock.monotonicMs() - (parts.clock.nowMs() - attempt.started_at_ms),
    warnings: JSON.parse(generation.warnings_json),
    own: {
      body: { input: document.request.input, instructions: document.request.instructions },
      pictures: document.request.pictures.map(({ place, sha256 }) => ({ place, sha256, ...notNeeded })),
      replayedImages: [],
    },
    sent: { ...nothing, replayedImages: document.replayedImages },
    replay: null,
    linked: [],
  }
}

/** Null when the route is not configured any more. */
function routeOf(parts: GatewayParts, { route_id }: RebuiltTurn, model: string): RouteChoice | null {
  try {
    return parts.routes.named(model, route_id)
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}
