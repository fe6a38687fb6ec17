import type { Bulk, BulkCheck, BulkItem, BulkRequest, ImageEditRequest, ImageGenerationRequest, UnifiedJobRequest } from './api-types.ts'
import { pause } from './patience.ts'
import { darkroomHeaders, newIdempotencyKey, type PictureOptions } from './picture-options.ts'
import { formOf, jsonBody } from './picture-requests.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

/** One item of a bulk: OpenAI's own body, the same as `request`, or the words of the unified job API. Pictures to edit are named, by address or `file_id`. */
export type BulkEntry = { custom_id?: string } & (
  | ImageGenerationRequest
  | ImageEditRequest
  | { request: ImageGenerationRequest | ImageEditRequest }
  | UnifiedJobRequest
)

/** Items; a template with `{{name}}` in its texts and the values of each item; or a file of lines or of a table, with a template or without. */
export type BulkOrder =
  | readonly BulkEntry[]
  | { template?: object; items: readonly Readonly<Record<string, unknown>>[] }
  | { template?: object; file: Blob }

/** How a bulk is made and told of, and how it is submitted. */
export type BulkOptions = Omit<BulkRequest, 'items' | 'template'> &
  Pick<PictureOptions, keyof CallOptions | 'idempotencyKey' | 'route' | 'rights'>

/** How a bulk is waited for. */
export interface BulkWaitOptions extends CallOptions {
  /** Told how it stands, each time it was looked at. */
  onProgress?: (bulk: Bulk) => void
}

const firstLookMs = 100
const lookEveryMs = 2000

/** A bulk that was submitted: thousands of jobs by one request. */
export class BulkHandle {
  readonly #transport: Transport
  readonly id: string
  /** Under which it was submitted; null for one that was opened by its id. */
  readonly idempotencyKey: string | null
  /** True when it had been submitted under the same key before. */
  readonly isReplay: boolean

  constructor(
    transport: Transport,
    id: string,
    { idempotencyKey = null, isReplay = false }: { idempotencyKey?: string | null; isReplay?: boolean } = {},
  ) {
    this.#transport = transport
    this.id = id
    this.idempotencyKey = idempotencyKey
    this.isReplay = isReplay
  }

  /** How it stands: counts by state, cost, pace. */
  get(options: CallOptions = {}): Promise<Bulk> {
    return this.#json({ method: 'GET', path: this.#path() }, options)
  }

  /** No more jobs of it for now; those that were queued go on. */
  pause(options: CallOptions = {}): Promise<Bulk> {
    return this.#json({ method: 'POST', path: this.#path('/pause') }, options)
  }

  /** On with it. */
  resume(options: CallOptions = {}): Promise<Bulk> {
    return this.#json({ method: 'POST', path: this.#path('/resume') }, options)
  }

  /** No more at all: what has not begun costs nothing, calls under way are paid for and kept. */
  cancel(options: CallOptions = {}): Promise<Bulk> {
    return this.#json({ method: 'POST', path: this.#path('/cancel') }, options)
  }

  /** Its items in order, each with its job, pictures, cost and error; fetched page by page while they are read. */
  async *items({ state, ...options }: CallOptions & { state?: BulkItem['state'] } = {}): AsyncGenerator<BulkItem, void, undefined> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const call = { method: 'GET', path: this.#path('/items'), query: { state, cursor, limit: 500 } }
      const page: { items: BulkItem[]; next_cursor: string | null } = await this.#json(call, options)
      yield* page.items
      cursor = page.next_cursor
    }
  }

  /**
   * Its pictures and its manifest as one zip file, as it comes: pipe it to a file. It holds what is there by now. A stream that breaks throws where it is read, and is not
   * taken up again.
   */
  async archive(options: CallOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const patience = this.#transport.patience({ timeoutMs: null, ...options })
    const attempts = this.#transport.attempts(options, 'always', patience)
    const call: WireCall = { method: 'GET', path: this.#path('/archive'), repeatable: 'always', idempotencyKey: null }
    for (;;) {
      try {
        return (await this.#transport.open(call, options, patience)).body!
      } catch (error) {
        await attempts.next(this.#transport.errorOf(error, call, patience))
      }
    }
  }

  /**
   * Waits until it is over (`ended`, `cancelled`), or has paused by itself (`pause_reason`), and gives it as it stands then: single items may have failed. Gives up only
   * when told to (`signal`, `timeoutMs`); the bulk goes on.
   */
  async wait({ onProgress, ...options }: BulkWaitOptions = {}): Promise<Bulk> {
    const patience = this.#transport.patience({ timeoutMs: null, ...options })
    const within = { ...options, signal: patience.signal, timeoutMs: null }
    try {
      for (let waitMs = firstLookMs; ; waitMs = Math.min(lookEveryMs, waitMs * 2)) {
        const bulk = await this.get(within)
        onProgress?.(bulk)
        if (isOver(bulk) || (bulk.state === 'paused' && bulk.pause_reason !== null)) return bulk
        if (!(await pause(waitMs, patience.signal))) throw patience.signal.reason
      }
    } catch (error) {
      if (!patience.signal.aborted) throw error
      throw patience.error({ idempotencyKey: this.idempotencyKey, goesOn: 'The bulk goes on; wait for it again.' }, error)
    }
  }

  #path(what = ''): string {
    return `/v2/jobs/bulk/${encodeURIComponent(this.id)}${what}`
  }

  /** Asked for twice, each of them is as if it was asked for once. */
  #json<T>(call: Omit<WireCall, 'repeatable' | 'idempotencyKey'>, options: CallOptions): Promise<T> {
    return this.#transport.send(
      { ...call, repeatable: 'always', idempotencyKey: null },
      options,
      (response) => response.json() as Promise<T>,
    )
  }
}

/** Submits a bulk under one key, however often the call has to be repeated. */
export async function submitBulk(transport: Transport, order: BulkOrder, options: BulkOptions): Promise<BulkHandle> {
  const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey()
  const call: WireCall = { method: 'POST', path: '/v2/jobs/bulk', ...bodyOf(order, options), repeatable: 'always', idempotencyKey }
  return transport.send(call, options, async (response) => {
    const { id } = (await response.json()) as Bulk
    return new BulkHandle(transport, id, { idempotencyKey, isReplay: response.headers.get('idempotent-replayed') === 'true' })
  })
}

/** Says what would become of a bulk. */
export async function checkBulk(transport: Transport, order: BulkOrder, options: BulkOptions): Promise<BulkCheck> {
  const call: WireCall = {
    method: 'POST',
    path: '/v2/jobs/bulk/check',
    ...bodyOf(order, options),
    repeatable: 'always',
    idempotencyKey: null,
  }
  return transport.send(call, options, (response) => response.json() as Promise<BulkCheck>)
}

function bodyOf(order: BulkOrder, options: BulkOptions): Pick<WireCall, 'body' | 'headers'> {
  const { name, lane, priority, start_at, deadline, webhook_url, webhook_events, ...rest } = options
  const settings = { name, lane, priority, start_at, deadline, webhook_url, webhook_events }
  const own = darkroomHeaders(rest)
  if ('file' in order) {
    const { file, template } = order
    const fields = { ...settings, webhook_events: webhook_events?.join(','), template }
    return { body: formOf(fields, [['file', { file, name: 'bulk' }]]), headers: own }
  }
  const { body, headers } = jsonBody({ ...(Array.isArray(order) ? { items: order } : order), ...settings })
  return { body: body!, headers: { ...headers, ...own } }
}

function isOver({ state, counts }: Bulk): boolean {
  return state === 'ended' || (state === 'cancelled' && counts.waiting + counts.queued + counts.running === 0)
}
