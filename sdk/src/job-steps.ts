import type { Job, JobEvent } from './api-types.ts'
import { readServerSentEvents } from './server-sent-events.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

interface Step {
  /** Where to go on from: `stream(job, { lastEventId: step.id })`. */
  id: string
}

/** A step of a job. `reset` says that the place to go on from is not one of this job's: it holds the job as it stands. */
export type JobStep =
  | (Step & JobEvent & { type: 'queued' | 'started' | 'partial' | 'stored' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown' })
  | (Step & { type: 'reset'; job: Job; state: Job['state']; status: Job['status']; progress: number })

/** After these nothing comes, or nothing for hours. */
const last: ReadonlySet<string> = new Set<Job['state']>(['completed', 'failed', 'cancelled', 'outcome_unknown'])

/** Reads the steps of a job to its end. A connection that breaks, or is closed before the end, is taken up again after the last event that came. */
export async function* readJobSteps(
  transport: Transport,
  path: string,
  options: CallOptions & { lastEventId?: string },
): AsyncGenerator<JobStep, void, undefined> {
  const patience = transport.patience({ timeoutMs: null, ...options })
  const within = { ...options, signal: patience.signal, timeoutMs: null }
  let attempts = transport.attempts(options, 'always', patience)
  let lastEventId = options.lastEventId ?? ''
  for (;;) {
    const headers = { accept: 'text/event-stream', ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) }
    const call: WireCall = { method: 'GET', path, headers, repeatable: 'always', idempotencyKey: null }
    try {
      const response = await transport.open(call, options, patience)
      for await (const { event, data, lastEventId: id } of readServerSentEvents(response.body!, transport.settings.silenceMs)) {
        lastEventId = id
        attempts = transport.attempts(options, 'always', patience)
        const step = event === 'reset' ? resetTo(id, JSON.parse(data) as Job) : stepOf(event, id, JSON.parse(data) as JobEvent)
        yield step
        if (last.has(step.state)) return
      }
      // Where a listener goes on after the last step there is nothing to tell.
      if (await hasEnded(transport, path, within)) return
      throw new TypeError('the stream ended before its job')
    } catch (error) {
      await attempts.next(transport.errorOf(error, call, patience))
    }
  }
}

async function hasEnded(transport: Transport, eventsPath: string, options: CallOptions): Promise<boolean> {
  const path = eventsPath.replace(/\/events$/, '')
  const call: WireCall = { method: 'GET', path, repeatable: 'always', idempotencyKey: null }
  const { completedAt } = await transport.send(call, options, (response) => response.json() as Promise<Job>)
  return completedAt !== null
}

/** An event of a job as a step of it. */
export function stepOf(event: string, id: string, data: JobEvent): Exclude<JobStep, { type: 'reset' }> {
  return { ...data, type: event as Exclude<JobStep['type'], 'reset'>, id }
}

function resetTo(id: string, job: Job): JobStep {
  return { type: 'reset', id, job, state: job.state, status: job.status, progress: job.progress }
}
