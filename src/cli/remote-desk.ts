import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { EstimateReply, GenerationRecord, Job } from '../contract/record.ts'
import { type HeldPicture, type JobPatience, type PictureDesk, type PictureOrder, ToolFault } from '../mcp/index.ts'
import { CommandError } from './command.ts'
import { type ClientCall, RefusedError } from './gateway-client.ts'
import { type GatewayCaller, NotReached } from './remote-gateway.ts'
import { saveBody } from './save-file.ts'

const LOOK_EVERY_MS = 500
const over: ReadonlySet<Job['state']> = new Set(['completed', 'failed', 'cancelled', 'outcome_unknown'])

/** A gateway elsewhere as the one who does what an agent asks for: over its API, with one key. */
export function remoteDesk(gateway: GatewayCaller, key: string | null): PictureDesk {
  const call = (asked: ClientCall) => told(gateway, key, asked)
  const json = async <T>(asked: ClientCall) => (await (await call(asked)).json()) as T
  return {
    submit: (order) => submit(json, order),
    look: (jobId, patience) => look(() => json<Job>({ method: 'GET', path: `/v2/jobs/${encodeURIComponent(jobId)}` }), patience),
    record: (jobId) => json<GenerationRecord>({ method: 'GET', path: `/v2/generations/${encodeURIComponent(jobId)}` }),
    estimate: ({ operation, request, strictMask }) =>
      json<EstimateReply>({ method: 'POST', path: '/v2/estimate', body: { operation, request }, headers: maskHeader(strictMask) }),
    hold: async (imageId) => held(await call({ method: 'GET', path: `/v2/images/${encodeURIComponent(imageId)}` })),
  }
}

type Json = <T>(call: ClientCall) => Promise<T>

async function submit(json: Json, { operation, request, idempotencyKey, strictMask }: PictureOrder): Promise<string> {
  // Every order has a name: where the answer to it is lost, it can be ordered again without making two.
  const key = idempotencyKey ?? `mcp-${randomUUID()}`
  const headers = { 'idempotency-key': key, ...maskHeader(strictMask) }
  try {
    return (await json<{ jobId: string }>({ method: 'POST', path: '/v2/images/generate', body: { operation, request }, headers })).jobId
  } catch (error) {
    if (!(error instanceof ToolFault) || error.error.outcome !== 'unknown') throw error
    throw new ToolFault(`${error.message} Order it again with idempotency_key "${key}": it is made once.`, {
      ...error.error,
      next_action: 'retry',
    })
  }
}

async function look(read: () => Promise<Job>, { waitMs, signal, onProgress }: JobPatience): Promise<Job> {
  const endsAtMs = performance.now() + waitMs
  for (let told = -1; ; ) {
    const job = await read()
    if (job.progress !== told) onProgress(job.progress)
    told = job.progress
    const leftMs = endsAtMs - performance.now()
    if (over.has(job.state) || leftMs <= 0 || signal.aborted) return job
    await pause(Math.min(LOOK_EVERY_MS, leftMs), undefined, { signal }).catch(() => undefined)
  }
}

async function held(response: Response): Promise<HeldPicture> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-mcp-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'image')
    await saveBody(response, path)
    const mediaType = response.headers.get('content-type')
    return { path, bytes: (await stat(path)).size, mediaType, folder, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}

const maskHeader = (strictMask: boolean): Record<string, string> => (strictMask ? { 'x-darkroom-mask': 'strict' } : {})

async function told(gateway: GatewayCaller, key: string | null, asked: ClientCall): Promise<Response> {
  const headers = { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...asked.headers }
  try {
    return await gateway.call({ ...asked, headers })
  } catch (error) {
    if (error instanceof RefusedError) throw new ToolFault(error.message, error.error)
    if (!(error instanceof CommandError)) throw error
    // Whether an order that was not answered was taken is not known; anything else only looks.
    const mayBeTaken = asked.path === '/v2/images/generate' && !(error instanceof NotReached)
    throw new ToolFault(error.message, { outcome: mayBeTaken ? 'unknown' : 'not_charged', next_action: 'retry' })
  }
}
