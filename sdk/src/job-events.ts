import type { ErrorObject } from './api-types.ts'
import { readServerSentEvents } from './server-sent-events.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

/** A step of a job. After `reset` what was told before may not be true any more: `state` says how it stands. */
export interface JobEvent {
  type: 'queued' | 'started' | 'partial' | 'stored' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown' | 'reset'
  /** Where to go on from: `stream(id, { lastEventId })`. */
  id: string
  job_id: string
  sequence: number
  at: string
  status: string
  progress: number
  image?: { id: string; url: string }
  error?: ErrorObject
}

const last: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'outcome_unknown'])

/** Reads the events of a job to its end. A connection that breaks, or is closed before the end, is taken up again after the last event that came. */
export async function* readJobEvents(
  transport: Transport,
  path: string,
  options: CallOptions & { lastEventId?: string },
): AsyncGenerator<JobEvent, void, undefined> {
  const patience = transport.patience({ timeoutMs: null, ...options })
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
        yield { ...JSON.parse(data), type: event, id } as JobEvent
        if (last.has(event)) return
      }
      throw new TypeError('the stream ended before its job')
    } catch (error) {
      await attempts.next(transport.errorOf(error, call, patience))
    }
  }
}
