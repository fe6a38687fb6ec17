import { base64Of } from '../base64-of.ts'
import type { ReplyHead, ReplySink } from '../image-provider.ts'
import type { Verdict } from '../verdict.ts'
import type { Deadline } from './deadline.ts'
import { ReplyCut } from './reply-cut.ts'
import type { ReplyWords } from './reply-words.ts'

/** An answer about to be written. */
export interface Reply {
  words: ReplyWords
  requestId: string
  /** Each opened when its turn comes; may throw a `ReplyCut` at any point. */
  pictures: readonly AsyncIterable<Buffer>[]
}

/**
 * Writes pictures into the sink as the answer OpenAI would have given, base64 piece by piece at the pace of the sink. The job is paid for:
 * whatever breaks, the sink is told the beginning and the end, so that the call counts as charged.
 */
export async function writeReply(sink: ReplySink, { words, requestId, pictures }: Reply, deadline: Deadline): Promise<Verdict> {
  const writer = new SinkWriter(sink, deadline)
  try {
    writer.begin({ status: 200, kind: words.kind, requestId })
    // Words go out with the bytes they belong to: while no picture has come, the caller can still be told what went wrong.
    let waiting = words.opening
    for (const [index, picture] of pictures.entries()) {
      waiting += words.before(index)
      for await (const piece of base64Of(picture)) {
        await writer.text(waiting)
        waiting = ''
        await writer.bytes(piece)
      }
      await writer.text(waiting + words.after)
      waiting = ''
    }
    await writer.text(waiting + words.closing)
    writer.end(true)
    return { class: 'ok' }
  } catch (error) {
    return cut(writer, error instanceof ReplyCut ? error : new ReplyCut('reader', error))
  }
}

function cut(writer: SinkWriter, { why, thrown }: ReplyCut): Verdict {
  try {
    writer.end(false)
  } catch {
    // The sink is ours, and broken: the first thing it threw is the one to tell.
  }
  return { class: 'partial', cause: why, ...(why === 'reader' && { thrown }) }
}

/** The sink with promises in place of its callbacks. What the sink throws comes out as a `ReplyCut`. */
class SinkWriter {
  readonly #sink: ReplySink
  readonly #deadline: Deadline

  constructor(sink: ReplySink, deadline: Deadline) {
    this.#sink = sink
    this.#deadline = deadline
  }

  begin(head: ReplyHead): void {
    guarded(() => this.#sink.begin(head))
  }

  end(whole: boolean): void {
    guarded(() => this.#sink.end(whole))
  }

  async text(text: string): Promise<void> {
    if (text !== '') await this.bytes(Buffer.from(text))
  }

  async bytes(piece: Buffer): Promise<void> {
    const { promise: resumed, resolve: resume } = Promise.withResolvers<void>()
    if (guarded(() => this.#sink.data(piece, resume))) return
    if (!(await this.#deadline.inTime(resumed))) throw new ReplyCut(this.#deadline.whyOver() ?? 'timeout')
  }
}

function guarded<Result>(tell: () => Result): Result {
  try {
    return tell()
  } catch (thrown) {
    throw new ReplyCut('reader', thrown)
  }
}
