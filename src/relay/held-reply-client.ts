import type { ClientHead, ErrorReply, ReplyClient } from './reply-client.ts'

/**
 * A client whose reply is made later, of other pictures than upstream's: nothing of upstream's answer reaches it, while what it must learn
 * at once (headers as they become known, an error, a cut) does. Its own heartbeats go on.
 */
export class HeldReplyClient implements ReplyClient {
  readonly #client: ReplyClient

  constructor(client: ReplyClient) {
    this.#client = client
  }

  get gone(): boolean {
    return this.#client.gone
  }

  announce(headers: Record<string, string>): void {
    this.#client.announce(headers)
  }

  commit(): void {}

  write(): void {}

  end(): void {}

  fail(error: ErrorReply): void {
    this.#client.fail(error)
  }

  cut(): void {
    this.#client.cut()
  }

  backlog(): null {
    return null
  }
}

/**
 * Sends a reply that is whole on disk already, at the client's pace.
 * @param pieces of the whole body; a frame may end after the last one only
 */
export async function sendReply(client: ReplyClient, head: ClientHead, pieces: AsyncIterable<Buffer>): Promise<void> {
  client.commit(head)
  for await (const piece of pieces) {
    if (client.gone) return
    client.write(piece, false)
    await client.backlog()
  }
  client.end()
}
