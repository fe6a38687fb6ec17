import type { Job } from '../../src/contract/record.ts'
import { readEvents, type SeenReply, seeReply, smallCall } from './generation-calls.ts'

/** Whatever can be called with a key: a gateway here, or one in a process of its own. */
export interface Callable {
  fetch(path: string, init?: RequestInit): Promise<Response>
}

const json = (method: string, body?: object, headers: Record<string, string> = {}): RequestInit => ({
  method,
  ...(body !== undefined && { body: JSON.stringify(body) }),
  headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
})

/** Submits any body. */
export async function submit(
  gateway: Callable,
  body: object,
  headers: Record<string, string> = {},
): Promise<SeenReply & { json: Record<string, unknown> }> {
  const seen = await seeReply(gateway.fetch('/v2/images/generate', json('POST', body, headers)))
  return { ...seen, json: JSON.parse(seen.text) }
}

/** Submits a small picture around OpenAI's body. @returns the id of its job */
export async function submitSmall(
  gateway: Callable,
  change: object = {},
  wishes: object = {},
  headers: Record<string, string> = {},
): Promise<string> {
  const seen = await submit(gateway, { request: { ...smallCall, ...change }, ...wishes }, headers)
  if (seen.status !== 202) throw new Error(`expected a job, found ${seen.text}`)
  return seen.json['jobId'] as string
}

/** A job as it stands. */
export async function readJob(gateway: Callable, jobId: string): Promise<Job> {
  const response = await gateway.fetch(`/v2/jobs/${jobId}`)
  if (response.status !== 200) throw new Error(`expected job ${jobId}, found ${response.status}`)
  return (await response.json()) as Job
}

/** A job once it is in one of these states; @default when it has ended, or nobody knows how */
export function jobWhen(
  gateway: Callable,
  jobId: string,
  states: readonly Job['state'][] = ['completed', 'failed', 'cancelled', 'outcome_unknown'],
): Promise<Job> {
  return jobThat(gateway, jobId, ({ state }) => states.includes(state))
}

/** A job once something holds of it. */
export async function jobThat(gateway: Callable, jobId: string, holds: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = await readJob(gateway, jobId)
    if (holds(job)) return job
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** POSTs to a job: `cancel`, `retry`. */
export async function postToJob(
  gateway: Callable,
  jobId: string,
  what: 'cancel' | 'retry',
  body?: object,
  headers: Record<string, string> = {},
): Promise<SeenReply & { json: Record<string, unknown> }> {
  const seen = await seeReply(gateway.fetch(`/v2/jobs/${jobId}/${what}`, json('POST', body, headers)))
  return { ...seen, json: JSON.parse(seen.text) }
}

/** Everything that is told of a job from an event on, until it has ended. */
export async function eventsOfJob(gateway: Callable, jobId: string, lastEventId?: string) {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const { text } = await seeReply(gateway.fetch(`/v2/jobs/${jobId}/events`, { headers }))
  const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id!)
  return readEvents(text).map((event, index) => ({ ...event, id: ids[index]! }))
}
