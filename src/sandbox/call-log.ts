import type { InputRole } from '../contract/input-picture.ts'

/** Calls kept for reading back, and client request ids counted; the oldest are forgotten beyond it. */
const REMEMBERED = 100_000

/** One picture that came in with an edit or a Responses call, as it came: its hash proves which bytes arrived. */
export interface InputRecord {
  /** The name it was sent under: `image`, `image[]`, `mask`, `images[0].image_url`. */
  name: string
  role: InputRole
  /** Hexadecimal. */
  sha256: string
  bytes: number
  /** As the sender said; null when it said nothing. */
  media_type: string | null
}

/** What became of one POST to the API. Never holds a key or a prompt. */
export interface CallRecord {
  /** ISO 8601 UTC. */
  at: string
  request_id: string
  client_request_id: string | null
  /** Without the prefix of the face. */
  path: string
  /** The face that was called; null for a call without one. */
  face: string | null
  /** `X-Stainless-Retry-Count` of the official client: 1 and 2 are its own retries. */
  retry_count: string | null
  /** Status that was answered; null while it runs and when no head was ever written. */
  status: number | null
  /** `running`, then `answered` (whole body written) or `broken` (cut, reset, silent, or the client left). */
  state: 'running' | 'answered' | 'broken'
  charged: boolean
  /**
   * Edits and Responses only, once their fields were accepted: the pictures in order, the mask or markup last. Those that a Responses call
   * names by id stand there under that id, the one that its previous response left under `previous_response_id`.
   */
  inputs?: readonly InputRecord[]
  /** Responses only, once accepted. */
  response_id?: string
}

/** Reads what the sandbox was asked: the count of POSTs a client request id must have is at most one. */
export interface CallReader {
  /** POSTs with a good key, of this run. */
  posts(): number
  /** POSTs that carried this `X-Client-Request-Id`. */
  countFor(clientRequestId: string): number
  /** Count per `X-Client-Request-Id`, the last 100,000 at most. */
  counts(): Record<string, number>
  /** The calls in order, the last 100,000 at most. */
  list(): readonly CallRecord[]
}

/** Counts every POST that was accepted (its key was good), before anything else is decided about it. */
export class CallLog implements CallReader {
  #posts = 0
  readonly #records: CallRecord[] = []
  readonly #counts = new Map<string, number>()

  /** Notes a POST; the caller fills in the rest of the record as the call goes on. */
  note(record: CallRecord): CallRecord {
    this.#posts += 1
    this.#records.push(record)
    if (this.#records.length > REMEMBERED) this.#records.shift()
    const id = record.client_request_id
    if (id !== null) {
      this.#counts.set(id, this.countFor(id) + 1)
      if (this.#counts.size > REMEMBERED) this.#counts.delete(this.#counts.keys().next().value!)
    }
    return record
  }

  posts(): number {
    return this.#posts
  }

  countFor(clientRequestId: string): number {
    return this.#counts.get(clientRequestId) ?? 0
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }

  list(): readonly CallRecord[] {
    return this.#records
  }
}
