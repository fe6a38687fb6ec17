import type { BulkCheck, ErrorObject, Job, JobAccepted, JobRequest } from './api-types.ts'
import { BulkHandle, type BulkOptions, type BulkOrder, checkBulk, submitBulk } from './bulk.ts'
import type { OperationInput, OperationOptions, OperationReply } from './call.ts'
import { DarkroomError, type ErrorFacts } from './darkroom-error.ts'
import { type JobNews, readJobNews } from './job-news.ts'
import { type JobStep, readJobSteps } from './job-steps.ts'
import { pause } from './patience.ts'
import { darkroomHeaders, newIdempotencyKey, type PictureOptions } from './picture-options.ts'
import { type EditRequest, type GenerateRequest, jsonBody, jsonOf } from './picture-requests.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

/** Pictures that are made behind the call: the call itself, as `generate` and `edit` take it (files travel inside), and how it is made and told of. */
export type JobSubmission = Omit<JobRequest, 'request' | 'operation'> & { request: GenerateRequest | EditRequest }

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
  onEvent?: (event: JobStep) => void
}

/** A job, by its id or by what `submit` gave. */
export type JobReference = string | { jobId: string }

const pauseMs = 1000
const underway: ReadonlySet<Job['state']> = new Set(['queued', 'running'])

/** Asynchronous jobs: submitted, then waited for, watched or told about by a webhook. */
export class Jobs {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Hands a job in; it is on disk when this resolves, and will be made. Sent again under its key it is the same job. */
  async submit({ request, ...rest }: JobSubmission, options: PictureOptions = {}): Promise<JobAccepted> {
    const { body, headers } = jsonBody({ operation: 'image' in request ? 'edit' : 'generate', request: await jsonOf(request), ...rest })
    const call = { method: 'POST', path: '/v2/images/generate', body, headers: { ...headers, ...darkroomHeaders(options) } }
    return this.#send({ ...call, repeatable: 'always', idempotencyKey: options.idempotencyKey ?? newIdempotencyKey() }, options)
  }

  get(job: JobReference, options: CallOptions = {}): Promise<Job> {
    return this.#send({ method: 'GET', path: pathOf(job), repeatable: 'always', idempotencyKey: null }, options)
  }

  list(
    query: NonNullable<OperationInput<'GET /v2/jobs'>['query']> = {},
    options: CallOptions = {},
  ): Promise<OperationReply<'GET /v2/jobs'>> {
    return this.#send({ method: 'GET', path: '/v2/jobs', query, repeatable: 'always', idempotencyKey: null }, options)
  }

  /** Ends a job that waits, at no cost. A call that was sent is paid for and kept (`cancel_requested`); nothing follows it. */
  cancel(job: JobReference, options: CallOptions = {}): Promise<OperationReply<'POST /v2/jobs/{id}/cancel'>> {
    return this.#send({ method: 'POST', path: `${pathOf(job)}/cancel`, repeatable: 'always', idempotencyKey: null }, options)
  }

  /**
   * Makes a job that gave nothing again, as a new one.
   * @param decision `accept_double_charge: true` where the first was or may have been charged
   */
  retry(
    job: JobReference,
    decision: NonNullable<OperationInput<'POST /v2/jobs/{id}/retry'>['body']> = {},
    options: OperationOptions = {},
  ): Promise<JobAccepted> {
    const call = { method: 'POST', path: `${pathOf(job)}/retry`, ...jsonBody(decision), repeatable: 'always' } as const
    return this.#send({ ...call, idempotencyKey: options.idempotencyKey ?? newIdempotencyKey() }, options)
  }

  /**
   * Waits until a job has ended: by its events, which are taken up again where a connection breaks. Gives up only when told to (`signal`, `timeoutMs`).
   * @throws JobError when it ended without pictures, or when nobody knows whether it was charged
   */
  async wait(job: JobReference, { onEvent, ...options }: WaitOptions = {}): Promise<Job> {
    const patience = this.#transport.patience({ timeoutMs: null, ...options })
    const within = { ...options, signal: patience.signal, timeoutMs: null }
    try {
      for (;;) {
        for await (const event of this.stream(job, within)) onEvent?.(event)
        const stands = await this.get(job, within)
        if (stands.state === 'completed') return stands
        if (!underway.has(stands.state)) throw jobError(stands, this.#transport.baseUrl)
        await pause(pauseMs, patience.signal)
      }
    } catch (error) {
      const isOver = patience.signal.aborted && !(error instanceof JobError)
      throw isOver ? patience.error({ idempotencyKey: null, goesOn: 'The job goes on; wait for it again.' }, error) : error
    }
  }

  /**
   * The steps of a job, from its first or from the one after `lastEventId`. It ends with the job, or once its outcome is unknown: with the id of that last event it
   * goes on, to what is found out.
   */
  stream(job: JobReference, options: CallOptions & { lastEventId?: string } = {}): AsyncGenerator<JobStep, void, undefined> {
    return readJobSteps(this.#transport, `${pathOf(job)}/events`, options)
  }

  /**
   * What happens to any job of the project, by one connection, until the caller stops reading: for screens that show many. `reset` says that the list is to be read anew; the first event is
   * one unless `lastEventId` leads on. A connection that breaks is taken up again.
   */
  streamAll(options: CallOptions & { lastEventId?: string } = {}): AsyncGenerator<JobNews, void, undefined> {
    return readJobNews(this.#transport, options)
  }

  /**
   * Hands thousands of jobs in by one request: items, or a template and the values of each. All are read before any is queued, and it is on disk when this resolves. Sent again under
   * its key it is the same bulk.
   * @throws RefusedError `invalid_bulk` naming the items that cannot be used; nothing was queued or charged
   */
  bulk(order: BulkOrder, options: BulkOptions = {}): Promise<BulkHandle> {
    return submitBulk(this.#transport, order, options)
  }

  /** What would become of each item of a bulk, and what all of them would cost. Nothing is recorded, sent or charged. */
  checkBulk(order: BulkOrder, options: BulkOptions = {}): Promise<BulkCheck> {
    return checkBulk(this.#transport, order, options)
  }

  /** Bulks, the newest first. */
  bulks(
    query: NonNullable<OperationInput<'GET /v2/jobs/bulk'>['query']> = {},
    options: CallOptions = {},
  ): Promise<OperationReply<'GET /v2/jobs/bulk'>> {
    return this.#send({ method: 'GET', path: '/v2/jobs/bulk', query, repeatable: 'always', idempotencyKey: null }, options)
  }

  /** A bulk that was submitted before, by its id: from another process, say. Nothing is sent yet. */
  openBulk(id: string): BulkHandle {
    return new BulkHandle(this.#transport, id)
  }

  #send<T>(call: WireCall, options: CallOptions): Promise<T> {
    return this.#transport.send(call, options, (response) => response.json() as Promise<T>)
  }
}

const pathOf = (job: JobReference) => `/v2/jobs/${encodeURIComponent(typeof job === 'string' ? job : job.jobId)}`

function jobError(job: Job, baseUrl: string): JobError {
  const error = job.error as Partial<ErrorObject> | null
  return new JobError(job, {
    message: error?.message ?? `The job is ${job.state}.`,
    status: null,
    code: error?.code ?? null,
    type: error?.type ?? null,
    param: error?.param ?? null,
    outcome: job.outcome ?? 'unknown',
    nextAction: error?.next_action ?? (job.state === 'outcome_unknown' ? 'human' : 'none'),
    generationId: job.id,
    requestId: error?.request_id ?? null,
    docs: error?.docs ? baseUrl + error.docs : null,
  })
}
