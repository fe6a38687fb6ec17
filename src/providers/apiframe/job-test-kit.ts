import { createOutbound } from '../../outbound/index.ts'
import { type Clock, systemClock } from '../../primitives/clock.ts'
import type { DispatchOutcome, ProviderCall } from '../image-provider.ts'
import { callTo, RecordingSink } from '../provider-test-kit.ts'
import { httpAnswer, startScriptedUpstream, type UpstreamScript } from '../scripted-upstream.ts'
import { createApiframeProvider } from './apiframe-provider.ts'

/** What a scripted job API does; whatever is left out goes well. */
export interface JobScript {
  submit?: UpstreamScript
  /** One for each look at the job, the last for all that follow. */
  looks?: readonly (UpstreamScript | JobLook)[]
  /** By the last word of the picture's address. */
  pictures?: Readonly<Record<string, UpstreamScript>>
}

/** A job as a look shows it. `result` names pictures by the last word of their address. */
export interface JobLook {
  status: string
  result?: string | readonly string[] | null
  error?: unknown
  model?: unknown
}

/** What became of a call to a scripted job API, and what it was asked. */
export interface JobRun {
  outcome: DispatchOutcome
  sink: RecordingSink
  /** Request lines without the version, in order. */
  requests: string[]
  headers: Record<string, string>[]
  submitted: unknown
  /** What the provider waited for between its looks, milliseconds. */
  pauses: number[]
}

export interface JobRunOptions {
  call?: Partial<ProviderCall>
  sink?: RecordingSink
  maxPictureBytes?: number
  clock?: Clock
  /** False leaves the address of the upstream off the operator's list: pictures may then not be fetched from it. */
  allowed?: boolean
}

/** The bytes of a picture that no text could be. */
export const pictureBytes = Buffer.from(Array.from({ length: 70_001 }, (_, index) => (index * 7919) % 256))

export const picture =
  (bytes = pictureBytes, headers: Record<string, string> = { 'content-type': 'image/png' }): UpstreamScript =>
  (socket) =>
    socket.end(httpAnswer(200, headers, bytes))

export const inJson =
  (status: number, value: unknown, headers: Record<string, string> = {}): UpstreamScript =>
  (socket) =>
    socket.write(httpAnswer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value)))

/** Runs one call against a scripted job API, waiting for nothing between its looks. */
export async function runAgainst(script: JobScript, options: JobRunOptions = {}): Promise<JobRun> {
  const { submit = inJson(202, { jobId: 'job-1', status: 'QUEUED' }), looks = [{ status: 'COMPLETED', result: 'one.png' }] } = script
  const pictures: Record<string, UpstreamScript> = { 'one.png': picture(), ...script.pictures }
  let looked = 0
  const upstream = await startScriptedUpstream((socket, call) => {
    const path = call.requestLine.split(' ')[1]!
    if (call.requestLine.startsWith('POST ')) return submit(socket, call)
    if (path.startsWith('/v2/jobs/')) return look(looks[Math.min(looked++, looks.length - 1)]!, upstream.origin)(socket, call)
    return (pictures[path.split('/').at(-1)!] ?? inJson(404, {}))(socket, call)
  })
  const outbound = createOutbound({ userAgent: 'darkroom/test', allow: options.allowed === false ? [] : [upstream.origin] })
  const pauses: number[] = []
  const pause = async (ms: number) => {
    pauses.push(ms)
  }
  const { clock = systemClock, maxPictureBytes, sink = new RecordingSink() } = options
  try {
    const provider = createApiframeProvider({ outbound, clock, pause, maxPictureBytes })
    const outcome = await provider.dispatch(callTo(upstream.origin, options.call), sink)
    const requests = upstream.calls.map(({ requestLine }) => requestLine.replace(/ HTTP.*/, ''))
    const headers = upstream.calls.map((call) => call.headers)
    const first = upstream.calls[0]?.body.toString()
    return { outcome, sink, requests, headers, submitted: first ? JSON.parse(first) : null, pauses }
  } finally {
    await outbound.close()
    await upstream.close()
  }
}

function look(shown: UpstreamScript | JobLook, origin: string): UpstreamScript {
  if (typeof shown === 'function') return shown
  const address = (name: string) => (name.includes(':') ? name : `${origin}/pictures/${name}`)
  const { result = null, error = null } = shown
  const addresses = typeof result === 'string' ? address(result) : (result?.map(address) ?? null)
  return inJson(200, { id: 'job-1', progress: 50, creditCost: 4, ...shown, error, result: addresses })
}
