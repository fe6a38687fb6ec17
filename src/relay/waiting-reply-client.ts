import type { ClientHead, ErrorReply, ReplyClient } from './reply-client.ts'

/**
 * A client from whom the reply is kept while something must be on record first. What is said in the meantime is said afterwards,
 * in the same order; a cut is not kept, and upstream is not read on.
 */
export class WaitingReplyClient implements ReplyClient {
  readonly #client: ReplyClient
  #pending: Promise<void> | null = null
  #said: (() => void)[] = []

  constructor(client: ReplyClient) {
    this.#client = client
  }

  /** Keeps what follows until the work is done, well or badly. */
  waitFor(work: Promise<void>): void {
    this.#pending = work.catch(() => undefined).then(() => this.#goOn())
  }

  get gone(): boolean {
    return this.#client.gone
  }

  announce(headers: Record<string, string>): void {
    this.#client.announce(headers)
  }

  commit(head: ClientHead): void {
    this.#say(() => this.#client.commit(head))
  }

  write(bytes: Buffer, boundary: boolean): void {
    this.#say(() => this.#client.write(bytes, boundary))
  }

  end(): void {
    this.#say(() => this.#client.end())
  }

  fail(error: ErrorReply): void {
    this.#say(() => this.#client.fail(error))
  }

  cut(): void {
    this.#said = []
    this.#client.cut()
  }

  backlog(): Promise<void> | null {
    return this.#pending ?? this.#client.backlog()
  }

  #say(words: () => void): void {
    if (this.#pending) this.#said.push(words)
    else words()
  }

  #goOn(): void {
    const said = this.#said
    this.#pending = null
    this.#said = []
    for (const words of said) words()
  }
}
