import { type api, ConnectionError, DarkroomError, type GenerateRequest, type ImageStreamEvent, NotFoundError, TimeoutError } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { keep, readKept } from './kept.ts'

/** A preview that came on the way. */
export interface Preview {
  id: number
  /** Of the page's own memory. */
  url: string
}

/** A call that was sent, as far as it must be known to find it again. */
export interface SentCall {
  /** Names the call at the gateway: whoever sends it again gets its answer. */
  key: string
  projectId: string
  request: GenerateRequest & { stream: true }
  /** Milliseconds since 1970. */
  sentAt: number
  /** What one preview was said to cost, in nanos; null where nobody knows. */
  previewNanos: string | null
  /** The edit that an example goes on with. */
  thenEdit: string | null
  /** Record of the call, once it is over. */
  generationId: string | null
}

/** How far a picture is. */
export type MakingState =
  | { step: 'idle' }
  | { step: 'making'; call: SentCall; previews: readonly Preview[] }
  /** Looked for after a reload or a connection that broke. */
  | { step: 'finding'; call: SentCall; previews: readonly Preview[] }
  /** The gateway cannot be reached; the call may go on there. */
  | { step: 'lost'; call: SentCall; previews: readonly Preview[] }
  /** The gateway knows of no such call: nothing was made or charged. */
  | { step: 'never_came'; call: SentCall }
  | { step: 'made'; call: SentCall; record: api.GenerationRecord }
  | { step: 'failed'; call: SentCall; error: unknown }

const KEPT_AS = 'darkroom.make.call'
const LOOK_AGAIN_MS = 5000

/**
 * The picture that is being made in this tab. It goes on while another screen is shown, is found again after a reload, and whatever happens to the
 * connection is asked for under one key alone, so that it is never paid twice.
 */
class Making {
  #state: MakingState = { step: 'idle' }
  readonly #listeners = new Set<() => void>()
  #again: ReturnType<typeof setTimeout> | undefined

  readonly state = (): MakingState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Sends a call. */
  start(call: Omit<SentCall, 'key' | 'sentAt' | 'generationId'>): void {
    void this.#send({ ...call, key: newKey(), sentAt: Date.now(), generationId: null })
  }

  /** Sends the same call under the same key: it is made once, however often that is. */
  repeat(): void {
    if ('call' in this.#state) void this.#send(this.#state.call)
  }

  /** Finds what this tab had made before it was reloaded. Of another project nothing is found. */
  resume(projectId: string): void {
    if (this.#state.step !== 'idle') {
      this.#forgetOthers(projectId)
      return
    }
    const call = readKept<SentCall>(KEPT_AS)
    if (isCall(call) && call.projectId === projectId) void this.#find(call, [])
  }

  /** Looks now for a call whose connection broke. */
  readonly lookNow = (): void => {
    if (this.#state.step === 'lost') void this.#find(this.#state.call, this.#state.previews)
  }

  /** Clears the place for another picture. */
  clear(): void {
    keep(KEPT_AS, null)
    this.#set({ step: 'idle' })
  }

  #forgetOthers(projectId: string): void {
    if ('call' in this.#state && this.#state.call.projectId !== projectId) this.clear()
  }

  async #send(call: SentCall): Promise<void> {
    keep(KEPT_AS, call)
    this.#set({ step: 'making', call, previews: [] })
    const stream = darkroom.generate(call.request, { idempotencyKey: call.key })
    try {
      for await (const event of stream) if (this.#isCurrent(call)) this.#see(event, call)
      await this.#show(call, stream.facts!.generationId)
    } catch (error) {
      this.#fail(call, error)
    }
  }

  #see(event: ImageStreamEvent, call: SentCall): void {
    if (event.type !== 'partial') return
    const previews = 'previews' in this.#state ? this.#state.previews : []
    const preview = { id: previews.length, url: URL.createObjectURL(event.image.blob()) }
    this.#set({ step: 'making', call, previews: [...previews, preview] })
  }

  async #find(call: SentCall, previews: readonly Preview[]): Promise<void> {
    this.#set({ step: 'finding', call, previews })
    try {
      const generationId = call.generationId ?? (await darkroom.recover(call.key)).generationId
      await this.#show(call, generationId)
    } catch (error) {
      if (error instanceof NotFoundError && this.#isCurrent(call)) return this.#set({ step: 'never_came', call })
      this.#fail(call, error)
    }
  }

  async #show(call: SentCall, generationId: string): Promise<void> {
    const record = await darkroom.generations.get(generationId)
    if (!this.#isCurrent(call)) return
    const known = { ...call, generationId }
    keep(KEPT_AS, known)
    this.#set({ step: 'made', call: known, record })
  }

  #fail(call: SentCall, error: unknown): void {
    if (!this.#isCurrent(call)) return
    if (!isLost(error)) {
      this.#set({ step: 'failed', call, error })
      return
    }
    const previews = 'previews' in this.#state ? this.#state.previews : []
    this.#set({ step: 'lost', call, previews })
    clearTimeout(this.#again)
    this.#again = setTimeout(this.lookNow, LOOK_AGAIN_MS)
  }

  /** What an earlier call still says is of no interest. */
  #isCurrent(call: SentCall): boolean {
    return 'call' in this.#state && this.#state.call.key === call.key
  }

  #set(state: MakingState): void {
    const kept = new Set('previews' in state ? state.previews : [])
    if ('previews' in this.#state) for (const preview of this.#state.previews) if (!kept.has(preview)) URL.revokeObjectURL(preview.url)
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}

/** Nobody of the gateway has spoken: the call may be under way. */
function isLost(error: unknown): boolean {
  if (!(error instanceof DarkroomError)) return false
  return error instanceof ConnectionError || error instanceof TimeoutError || (error.docs === null && (error.status ?? 0) >= 500)
}

function isCall(call: Partial<SentCall> | null): call is SentCall {
  return typeof call?.key === 'string' && typeof call.request === 'object' && typeof call.projectId === 'string'
}

function newKey(): string {
  return `studio-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** The one of this tab. */
export const making = new Making()
