import { Failure } from '../../../contract/failure.ts'
import { type JobReceiver, type JobShape, type NewSetItem, recordSet, type SetKind, takeItem } from '../../../jobs/index.ts'
import type { JsonObject } from '../../../primitives/json.ts'
import type { GenerationAsk } from '../../accept-generation.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { withStoredPrompt } from '../../prompts/with-stored-prompt.ts'
import { type AcceptedJob, acceptJob, type JobWishes } from '../accept-job.ts'
import { itemPlace, type SetOrder, sealPart } from './set-order.ts'

/** A job for several pictures, which one call cannot or shall not make. */
export interface SetWishes extends JobWishes {
  shape: JobShape
  /** One call for each picture. */
  fanout: boolean
}

/**
 * Takes in a job for `n` pictures that takes several calls: where that was asked for, one a picture; where no route makes so many at once, as
 * many steps as it takes, each after the first with the first picture as a reference. The first job is accepted with the set; the others follow
 * from the record, whatever becomes of this process. A job that one call makes is accepted as it is.
 * @throws Failure as `acceptJob`
 */
export async function acceptSet(parts: GatewayParts, asked: GenerationAsk, wishes: SetWishes): Promise<AcceptedJob> {
  const ask = await withStoredPrompt(parts, asked)
  const { fanout, ...plain } = wishes
  const n = typeof ask.body['n'] === 'number' ? ask.body['n'] : 1
  if (n === 1) return acceptJob(parts, ask, plain)
  if (fanout) return acceptFirst(parts, ask, plain, 'fanout', Array(n).fill(1))
  try {
    return await acceptJob(parts, ask, plain)
  } catch (error) {
    const most = mostAtOnce(error)
    if (most === null || most >= n) throw error
    return acceptFirst(parts, ask, plain, 'series', steps(n, most))
  }
}

/** How many pictures one call may ask for, where that is why the job was refused. */
function mostAtOnce(error: unknown): number | null {
  if (!(error instanceof Failure) || error.code !== 'unsupported_on_route' || error.param !== 'n') return null
  const most = error.extra['images_max']
  return typeof most === 'number' ? most : null
}

function steps(n: number, most: number): number[] {
  return Array.from({ length: Math.ceil(n / most) }, (_, step) => Math.min(most, n - step * most))
}

async function acceptFirst(
  parts: GatewayParts,
  ask: GenerationAsk,
  wishes: JobWishes,
  kind: SetKind,
  counts: readonly number[],
): Promise<AcceptedJob> {
  const { receiver, ...ofJob } = wishes
  const id = parts.newId('set')
  const { headers, clientRequestId, principal } = ask
  const { lane, priority, startAtMs, deadlineMs, shape, baseUrl } = wishes
  const order: SetOrder = { headers, clientRequestId, lane, priority, startAtMs, deadlineMs }
  const sealed = await sealPart(parts, id, order)
  const items = await Promise.all(counts.map((n, place) => sealedItem(parts, id, place, n)))
  const first = { ...ask, body: { ...ask.body, n: counts[0]! } }
  const accepted = await acceptJob(parts, first, {
    ...ofJob,
    set: { id, place: 0 },
    fingerprint: { set: { kind, counts: [...counts] } } satisfies JsonObject,
    also: (context, jobId) => [
      ...recordSet(context, {
        id,
        projectId: principal.projectId,
        keyId: principal.keyId,
        kind,
        name: null,
        shape,
        sealed,
        baseUrl,
        idempotencyKey: null,
        fingerprint: '0'.repeat(64),
        receiver: (receiver as JobReceiver | undefined) ?? null,
        items,
      }),
      takeItem(context, { id, place: 0 }, jobId),
      ...(wishes.also?.(context, jobId) ?? []),
    ],
  })
  parts.jobSets.wake()
  return accepted
}

async function sealedItem(parts: GatewayParts, setId: string, place: number, n: number): Promise<NewSetItem> {
  return { label: null, sealed: await sealPart(parts, itemPlace(setId, place), { n }) }
}
