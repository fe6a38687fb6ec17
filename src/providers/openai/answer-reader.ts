import type { OutboundCall, OutboundFailure, OutboundHandler, OutboundHead } from '../../outbound/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import { type AnswerKind, isEncoded, kindOfAnswer, mediaTypeOf } from '../answer-kind.ts'
import { classifyRefusal } from '../classify-refusal.ts'
import { type HeadFacts, noHeadFacts, readHeadFacts, readRetryAfterMs } from '../head-facts.ts'
import type { DispatchOutcome, ReplySink } from '../image-provider.ts'
import { readUpstreamError } from '../read-upstream-error.ts'
import type { Redact } from '../redact.ts'
import { unanswered } from '../unanswered.ts'
import type { Verdict } from '../verdict.ts'

/** A refusal is a few hundred bytes; more than this is not read. */
const MAX_REFUSAL_BYTES = 64 * 1024

/** What a reader needs for one call. */
export interface AnswerReaderContext {
  sink: ReplySink
  clock: Clock
  redact: Redact
  /** What is done with the body that follows a head. @default as of image answers */
  kindOf?(head: OutboundHead): AnswerKind
  /** Told once, after the sink was told the end. */
  done(outcome: DispatchOutcome): void
}

/** Turns the events of one call into bytes for the sink and, at its end, into an outcome. */
export class AnswerReader implements OutboundHandler {
  readonly #context: AnswerReaderContext
  readonly #startedMs: number
  #call: OutboundCall | null = null
  #head: OutboundHead | null = null
  #facts: HeadFacts = noHeadFacts
  #firstByteMs: number | null = null
  #kind: AnswerKind | null = null
  readonly #refusalPieces: Buffer[] = []
  #refusalBytes = 0

  constructor(context: AnswerReaderContext) {
    this.#context = context
    this.#startedMs = context.clock.monotonicMs()
  }

  /** The call whose events come in; it is broken off when nothing more of it is wanted. */
  follow(call: OutboundCall): void {
    this.#call = call
  }

  onSent(): void {
    this.#context.sink.sent()
  }

  onHead(head: OutboundHead): void {
    this.#head = head
    this.#firstByteMs = this.#elapsedMs()
    this.#facts = readHeadFacts(head, this.#context.redact)
    this.#kind = (this.#context.kindOf ?? kindOfAnswer)(head)
    if (this.#kind.body === 'unwanted') this.#call?.abort()
    else if (this.#kind.body !== 'refusal')
      this.#context.sink.begin({ status: head.status, kind: this.#kind.body, requestId: this.#facts.requestId })
  }

  onData(piece: Buffer, resume: () => void): boolean {
    if (this.#kind?.body !== 'refusal') return this.#context.sink.data(piece, resume)
    this.#refusalBytes += piece.length
    if (this.#refusalBytes <= MAX_REFUSAL_BYTES) this.#refusalPieces.push(piece)
    else this.#call?.abort()
    return true
  }

  onEnd(): void {
    this.#finish(() => this.#verdictOf(null))
  }

  onFailure(failure: OutboundFailure): void {
    this.#finish(() => this.#verdictOf(failure))
  }

  /** The sink is ours: should it throw at the end, the call still has an outcome, the careful one. */
  #finish(decide: () => Verdict): void {
    const verdict = attempt(decide)
    this.#context.done({ ...this.#facts, firstByteMs: this.#firstByteMs, totalMs: this.#elapsedMs(), ...verdict })
  }

  #verdictOf(failure: OutboundFailure | null): Verdict {
    if (!this.#head || !this.#kind) return unanswered(failure)
    if (this.#kind.body === 'unwanted') return { class: 'bad_response', cause: this.#kind.cause }
    if (this.#kind.body === 'refusal') return this.#refused(this.#head, failure)
    this.#context.sink.end(failure === null)
    if (!failure) return { class: 'ok' }
    return { class: 'partial', cause: failure.cause, ...(failure.cause === 'reader' && { thrown: failure.thrown }) }
  }

  #refused(head: OutboundHead, failure: OutboundFailure | null): Verdict {
    const tooLarge = this.#refusalBytes > MAX_REFUSAL_BYTES
    const body = new TextDecoder().decode(Buffer.concat(this.#refusalPieces))
    return classifyRefusal({
      status: head.status,
      requestId: this.#facts.requestId,
      mediaType: mediaTypeOf(head),
      encoded: isEncoded(head),
      end: tooLarge ? 'too_large' : failure ? 'cut' : 'whole',
      empty: body.trim() === '',
      error: readUpstreamError(body, this.#context.redact),
      retryAfterMs: readRetryAfterMs(head.headers, this.#context.clock.nowMs()),
    })
  }

  #elapsedMs(): number {
    return this.#context.clock.monotonicMs() - this.#startedMs
  }
}

function attempt(decide: () => Verdict): Verdict {
  try {
    return decide()
  } catch (thrown) {
    return { class: 'partial', cause: 'reader', thrown }
  }
}
