import { failure } from '../../../contract/failure.ts'
import type { InputReference } from '../../../contract/input-picture.ts'
import type { JobSetItemRow, JobSetRow } from '../../../db/index.ts'
import { findResult } from '../../../generations/index.ts'
import { findOrder, jobsOfSet } from '../../../jobs/index.ts'
import type { GenerationAsk } from '../../accept-generation.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { openInputWorkspace } from '../../input-workspace.ts'
import { localCopy } from '../../local-copy.ts'
import { ownImageIds } from '../../own-image-ids.ts'
import { examineInputs, type PreparedInput } from '../../prepare-inputs.ts'
import { principalOf } from '../../principal-of.ts'
import { servedUrls } from '../../take-in-call.ts'
import { broughtBy, type JobOrder, openOrder } from '../job-order.ts'
import { restoreInputs } from '../restore-inputs.ts'
import { brokenSeries } from './broken-series.ts'
import { type ItemOrder, itemPlace, openPart, type SetOrder } from './set-order.ts'

/** The item builds on a job that has not ended. */
export class NotYet extends Error {}

/** An item as a call; its pictures lie in a folder that goes with it. */
export interface ItemAsk extends AsyncDisposable {
  ask: GenerationAsk
}

/**
 * Puts together what an item of a set asks for.
 * @throws NotYet; Failure where it cannot be asked for any more
 */
export async function itemAsk(parts: GatewayParts, set: JobSetRow, order: SetOrder, item: JobSetItemRow): Promise<ItemAsk> {
  const own = await openPart<ItemOrder>(parts, itemPlace(set.id, item.place), item.sealed)
  const requestId = parts.newId('req')
  await using opening = new AsyncDisposableStack()
  const { folder } = opening.use(await openInputWorkspace(parts, requestId))
  const call = 'body' in own ? bulkCall(parts, set, own, folder) : await repeatedCall(parts, set, item, own.n, folder)
  const open = opening.move()
  const { headers, clientRequestId } = order
  const ask = { ...call, principal: principalOf(set), headers, clientRequestId, requestId }
  return { ask, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

type Call = Pick<GenerationAsk, 'operation' | 'body' | 'brought'>

/** Pictures of a bulk are named by address or id; they are fetched when its turn comes. */
function bulkCall(
  parts: GatewayParts,
  set: JobSetRow,
  { operation, body }: { operation: 'generate' | 'edit'; body: Call['body'] },
  folder: string,
): Call {
  if (operation === 'generate') return { operation, body, brought: null }
  const ownImageId = ownImageIds(set.base_url)
  const form = { form: 'json' as const, dataUrls: [], isServedUrl: servedUrls(parts, ownImageId) }
  return { operation, body, brought: { form, uploads: [], folder, projectId: set.project_id, ownImageId } }
}

/** What the first job of the set was asked for, once more. */
async function repeatedCall(parts: GatewayParts, set: JobSetRow, item: JobSetItemRow, n: number, folder: string): Promise<Call> {
  const [first] = await jobsOfSet(parts.database, set.id)
  const sealed = first === undefined ? null : await findOrder(parts.database, first)
  if (sealed === null) throw failure('order_expired')
  const order = await openOrder(parts, first!, sealed)
  const kept = await restoreInputs(parts, { generationId: first!, inputs: order.inputs }, folder)
  const body = { ...order.body, n }
  if (set.kind === 'fanout')
    return { operation: order.operation, body, brought: broughtBy({ operation: order.operation, inputs: kept }, set.project_id) }
  const reference = await firstPicture(parts, set, item, first!, folder)
  const inputs = [...kept.filter(isImage), reference, ...kept.filter((input) => !isImage(input))]
  return { operation: 'edit', body: { ...editBody(order), n }, brought: broughtBy({ operation: 'edit', inputs }, set.project_id) }
}

const isImage = ({ picture }: PreparedInput) => picture.role === 'image'

/** Settings that only generations have are left out: `moderation` among them. */
function editBody({ operation, body }: JobOrder): Call['body'] {
  if (operation === 'edit') return body
  const { moderation: _, stream: _stream, partial_images: _partials, ...settings } = body
  return settings
}

/** The first picture of the set, as one more reference: what follows is to look like it. */
async function firstPicture(
  parts: GatewayParts,
  set: JobSetRow,
  item: JobSetItemRow,
  firstId: string,
  folder: string,
): Promise<PreparedInput> {
  const rows = await findResult(parts.database, { id: firstId, projectId: set.project_id })
  const status = rows?.generation.status
  if (status === 'queued' || status === 'running' || status === 'outcome_unknown') throw new NotYet()
  const image = rows?.images.find(({ is_preview, path, deleted_at_ms }) => is_preview === 0 && path !== null && deleted_at_ms === null)
  if (status !== 'completed' || !image) throw brokenSeries()
  const { id, sha256, bytes } = image
  const path = await localCopy(parts, image.path!, folder, `first-${item.place}`)
  const reference: InputReference = { role: 'image', param: 'image[first]', from: { kind: 'file_id', id } }
  const { inputs, refusals } = await examineInputs(parts, [{ reference, source: 'image', sourceRef: id, path, bytes, sha256 }])
  if (refusals.length > 0) throw refusals[0]
  return inputs[0]!
}
