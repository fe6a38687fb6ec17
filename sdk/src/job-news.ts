import type { JobEvent } from './api-types.ts'
import { type JobStep, stepOf } from './job-steps.ts'
import { readServerSentEvents } from './server-sent-events.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

/** A step of some job; `reset` says that what was known of all of them is to be read anew. */
export type JobNews = Exclude<JobStep, { type: 'reset' }> | { type: 'reset'; id: string }

/** Reads what happens to all jobs, as long as somebody reads. */
export async function* readJobNews(
  transport: Transport,
  options: CallOptions & { lastEventId?: string },
): AsyncGenerator<JobNews, void, undefined> {
  const patience = transport.patience({ timeoutMs: null, ...options })
  let attempts = transport.attempts(options, 'always', patience)
  let lastEventId = options.lastEventId ?? ''
  for (;;) {
    const headers = { accept: 'text/event-stream', ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) }
    const call: WireCall = { method: 'GET', path: '/v2/jobs/events', headers, repeatable: 'always', idempotencyKey: null }
    try {
      const response = await transport.open(call, options, patience)
      for await (const { event, data, lastEventId: id } of readServerSentEvents(response.body!, transport.settings.silenceMs)) {
        lastEventId = id
        attempts = transport.attempts(options, 'always', patience)
        yield event === 'reset' ? { type: 'reset', id } : stepOf(event, id, JSON.parse(data) as JobEvent)
      }
      throw new TypeError('the stream of all jobs ended')
    } catch (error) {
      await attempts.next(transport.errorOf(error, call, patience))
    }
  }
}
