import { isoTime } from '../../primitives/clock.ts'
import type { PlannedPicture, ResponsePlan } from './response-plan.ts'

/** As upstream names them (openai 7.55.0 types). */
export type ResponseStatus = 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled'

/** How far a response is. Changes until the status is one that ends it. */
export interface ResponseProgress {
  status: ResponseStatus
  completedAtMs: number | null
  /** The pictures in the order of the plan; null for one that was refused. Empty until all are painted. */
  painted: readonly (Buffer | null)[]
}

/** A response that can be asked for again. */
export interface KeptResponse {
  plan: ResponsePlan
  progress: ResponseProgress
  /** Ends the work on a background response; null for others. */
  cancel: (() => void) | null
}

/** Bytes of a picture as they were painted or sent. */
export interface KeptPicture {
  bytes: Buffer
  mediaType: string | null
}

/** One line about a kept response. */
export interface KeptResponseSummary {
  id: string
  status: ResponseStatus
  created_at: string
  background: boolean
  /** Ids of its image calls. */
  image_calls: string[]
}

/** What tests and demos do to the responses that are kept. */
export interface ResponseControls {
  list(): KeptResponseSummary[]
  /** Forgets one response, or all: their ids and those of their items answer as if they had never been. @returns how many there were. */
  forget(id?: string): number
}

const MOST_RESPONSES = 1_000

/** Keeps finished and running responses in memory, the newest and as many as fit. */
export class ResponseShelf implements ResponseControls {
  readonly #lifetimeMs: number
  readonly #maxBytes: number
  readonly #kept = new Map<string, KeptResponse>()
  /** Work on background responses that is not over. */
  readonly running = new Set<Promise<void>>()

  /** @param lifetimeMs after which a response is gone. @param maxBytes bound of all pictures together; beyond it the oldest go. */
  constructor(lifetimeMs: number, maxBytes: number) {
    this.#lifetimeMs = lifetimeMs
    this.#maxBytes = maxBytes
  }

  keep(response: KeptResponse): void {
    this.#kept.set(response.plan.id, response)
    this.makeRoom()
  }

  /** Drops the oldest until what is left fits; to be called when pictures were added to a kept response. */
  makeRoom(): void {
    let bytes = this.#kept.values().reduce((sum, response) => sum + bytesOf(response), 0)
    for (const [id, response] of this.#kept) {
      if (bytes <= this.#maxBytes && this.#kept.size <= MOST_RESPONSES) return
      if (response.progress.completedAtMs === null) continue
      this.#kept.delete(id)
      bytes -= bytesOf(response)
    }
  }

  /** The response of this id; undefined when there is none, or its time is over. */
  find(id: string, nowMs: number): KeptResponse | undefined {
    const response = this.#kept.get(id)
    if (!response || nowMs < response.plan.createdAtMs + this.#lifetimeMs) return response
    this.forget(id)
    return undefined
  }

  /** An output item of a finished response, with its picture if it has one. */
  item(id: string, nowMs: number): { picture: KeptPicture | null } | undefined {
    for (const { plan, progress } of this.#kept.values()) {
      if (progress.completedAtMs === null || !this.find(plan.id, nowMs)) continue
      const index = plan.pictures.findIndex(({ itemId }) => itemId === id)
      if (index >= 0) return itemOf(plan.pictures[index]!, progress.painted[index] ?? null)
      if (id === plan.messageId || id === plan.reasoningId) return { picture: null }
    }
    return undefined
  }

  /** The last picture of the conversation as a response left it. */
  latestOf({ plan, progress }: KeptResponse): KeptPicture | null {
    if (plan.script.forget === 'pictures') return null
    const index = progress.painted.findLastIndex((bytes) => bytes !== null)
    return index < 0 ? plan.inherited : pictureOf(plan.pictures[index]!, progress.painted[index]!)
  }

  list(): KeptResponseSummary[] {
    return [...this.#kept.values()].map(({ plan, progress }) => ({
      id: plan.id,
      status: progress.status,
      created_at: isoTime(plan.createdAtMs),
      background: plan.request.background,
      image_calls: plan.pictures.map(({ itemId }) => itemId),
    }))
  }

  forget(id?: string): number {
    const ids = id === undefined ? [...this.#kept.keys()] : [id].filter((known) => this.#kept.has(known))
    for (const known of ids) {
      this.#kept.get(known)!.cancel?.()
      this.#kept.delete(known)
    }
    return ids.length
  }

  /** Ends all work and waits for it. */
  async close(): Promise<void> {
    this.forget()
    await Promise.all(this.running)
  }
}

function bytesOf({ plan, progress }: KeptResponse): number {
  return progress.painted.reduce((sum, bytes) => sum + (bytes?.length ?? 0), plan.inherited?.bytes.length ?? 0)
}

/** A picture that was forgotten takes its item with it; one that was refused leaves an item without a picture. */
function itemOf(planned: PlannedPicture, bytes: Buffer | null): { picture: KeptPicture | null } | undefined {
  if (planned.run.script.forget === 'pictures') return undefined
  return { picture: bytes && pictureOf(planned, bytes) }
}

function pictureOf({ run }: PlannedPicture, bytes: Buffer): KeptPicture {
  return { bytes, mediaType: `image/${run.format}` }
}
