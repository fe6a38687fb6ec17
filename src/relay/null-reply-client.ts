import type { ReplyClient } from './reply-client.ts'

/** For calls that no HTTP client waits for: a command line without a server, a worker. The images go to the spool all the same. */
export class NullReplyClient implements ReplyClient {
  readonly gone = true

  announce(): void {}

  commit(): void {}

  write(): void {}

  end(): void {}

  fail(): void {}

  cut(): void {}

  backlog(): null {
    return null
  }
}
