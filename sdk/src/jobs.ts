import type { ErrorObject, Money } from './api-types.ts'
import { DarkroomError, type ErrorFacts } from './darkroom-error.ts'
import { type JobEvent, readJobEvents } from './job-events.ts'
import { pause } from './patience.ts'
import { darkroomHeaders, newIdempotencyKey, type PictureOptions } from './picture-options.ts'
import { jsonBody, jsonOf, operationOf, type PictureRequest } from './picture-requests.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

/** Pictures that are made behind the call. */
export interface JobRequest {
  /** The call itself, as `generate` and `edit` take it; files travel inside. */
  request: PictureRequest
  priority?: number
  /** Not begun after this moment, ISO 8601. */
  deadline?: string
  /** Jobs of one lane do not wait for those of another. */
  lane?: string
  metadata?: Record<string, string>
  review?: 'required' | 'none'
  /** `n` calls of one picture each, in place of one call of a coherent set. */
  fanout?: boolean
  /** Told when the job ends; see `webhooks.verify`. */
  webhook_url?: string
  webhook_events?: string[]
}

/** A job as it stands. */
export interface Job {
  /** Also the id of its generation: `generations.get(id)` has the record. */
  id: string
  jobId: string
  /** As unified job APIs have it; an unknown outcome reads PROCESSING. `state` is exact. */
  status: 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED'
  state: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
  /** 0 to 100. */
  progress: number
  model: string
  /** Signed addresses that run out; one for a single picture. */
  result: string | string[] | null
  results: { image_id: string; url: string; sha256: string; width: number; height: number }[]
  error: ErrorObject | null
  outcome: 'not_charged' | 'charged' | 'unknown' | null
  cost: { estimated: Money; reserved: Money; settled: Money; held_unknown: Money }
  createdAt: string
  completedAt: string | null
  /** When an unknown outcome is presumed to be a charge. */
  resolve_by?: string | null
  [member: string]: unknown
}

/** A job that did not end in pictures; `job` is how it stands. */
export class JobError extends DarkroomError {
  readonly job: Job

  constructor(job: Job, facts: ErrorFacts) {
    super(facts)
    this.job = job
  }
}

/** How a job is waited for. */
export interface WaitOptions extends CallOptions {
  /** Told of each step. */
  onEvent?: (event: JobEvent) => void
}

const usualPauseMs = 1000
const underway: ReadonlySet<Job['state']> = new Set(['queued', 'running'])

/** Asynchronous jobs: submitted, then waited for, watched or told about by a webhook. */
export class Jobs {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Hands a job in. Sent again under its key it is the same job. */
  async submit({ request, ...rest }: JobRequest, options: PictureOptions = {}): Promise<Job> {
    const { body, headers } = jsonBody({ operation: operationOf(request), request: await jsonOf(request), ...rest })
    return this.#send<Job>(
      {
        method: 'POST',
        path: '/v2/images/generate',
        body,
        headers: { ...headers, ...darkroomHeaders(options) },
        repeatable: 'always',
        idempotencyKey: options.idempotencyKey ?? newIdempotencyKey(),
      },
      options,
    )
  }

  get(id: string, options: CallOptions = {}): Promise<Job> {
    return this.#send({ method: 'GET', path: pathOf(id), repeatable: 'always', idempotencyKey: null }, options)
  }

  /** Ends a job that has not begun; one that has goes on to its end, because it is paid for. */
  cancel(id: string, options: CallOptions = {}): Promise<Job> {
    return this.#send({ method: 'POST', path: `${pathOf(id)}/cancel`, repeatable: 'always', idempotencyKey: null }, options)
  }

  /**
   * Waits until a job has ended: by its events, which are taken up again where a connection breaks. Gives up only when told to.
   * @throws JobError when it ended without pictures, or when nobody knows whether it was charged
   */
  async wait(job: string | Pick<Job, 'jobId'>, { onEvent, ...options }: WaitOptions = {}): Promise<Job> {
    const id = idOf(job)
    const patience = this.#transport.patience({ timeoutMs: null, ...options })
    const within = { ...options, signal: patience.signal, timeoutMs: null }
    for (;;) {
      try {
        for await (const event of this.stream(id, within)) onEvent?.(event)
        const stands = await this.get(id, within)
        if (stands.state === 'completed') return stands
        if (!underway.has(stands.state)) throw jobError(stands, this.#transport.baseUrl)
      } catch (error) {
        throw patience.signal.aborted ? patience.error(null, error) : error
      }
      await pause(usualPauseMs, patience.signal)
    }
  }

  /** The steps of a job, from its first or from the one after `lastEventId`, to its end. */
  stream(
    job: string | Pick<Job, 'jobId'>,
    options: CallOptions & { lastEventId?: string } = {},
  ): AsyncGenerator<JobEvent, void, undefined> {
    return readJobEvents(this.#transport, `${pathOf(idOf(job))}/events`, options)
  }

  #send<T>(call: WireCall, options: CallOptions): Promise<T> {
    return this.#transport.send(call, options, (response) => response.json() as Promise<T>)
  }
}

const idOf = (job: string | Pick<Job, 'jobId'>) => (typeof job === 'string' ? job : job.jobId)
const pathOf = (id: string) => `/v2/jobs/${encodeURIComponent(id)}`

function jobError(job: Job, baseUrl: string): JobError {
  const { error } = job
  return new JobError(job, {
    message: error?.message ?? `The job is ${job.state}.`,
    status: null,
    code: error?.code ?? null,
    type: error?.type ?? null,
    param: error?.param ?? null,
    outcome: job.outcome ?? error?.outcome ?? 'unknown',
    nextAction: error?.next_action ?? (job.state === 'outcome_unknown' ? 'human' : 'none'),
    generationId: job.id,
    requestId: error?.request_id ?? null,
    docs: error?.docs ? baseUrl + error.docs : null,
  })
}
