import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** What a receiver does with messages. */
export type Mood = 'up' | 'slow' | keyof typeof failures

/** Ways to take nothing. */
const failures = {
  error: (response: ServerResponse) => response.writeHead(500).end(),
  busy: (response: ServerResponse) => response.writeHead(503, { 'retry-after': '1' }).end(),
  hang: () => undefined,
  trickle: (response: ServerResponse) => {
    const trickling = setInterval(() => response.write('1'), 50)
    response.on('close', () => clearInterval(trickling))
  },
  reset: (response: ServerResponse) => response.socket!.destroy(),
  redirect: (response: ServerResponse) => response.writeHead(302, { location: '/elsewhere' }).end(),
  gone: (response: ServerResponse) => response.writeHead(410).end(),
}

/** Moods of one that is down. */
export const downMoods = Object.keys(failures) as (keyof typeof failures)[]

/** What a receiver knows of an event. */
export interface Heard {
  firstAtMs: number
  /** Times that it came, taken or not. */
  times: number
  /** Times that it was taken. */
  taken: number
  sequence: number
  bodySha256: string
}

/** A receiver that verifies everything it gets, and keeps count. */
export class MoodyReceiver implements AsyncDisposable {
  mood: Mood = 'up'
  secret = ''
  readonly heard = new Map<string, Heard>()
  /** Requests that the specification's verifier did not believe, that were not to `/hook`, or that said something else than before. */
  readonly wrong: string[] = []
  requests = 0
  readonly #server = createServer((request, response) => void this.#take(request, response))

  static async start(): Promise<MoodyReceiver> {
    const receiver = new MoodyReceiver()
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #take(request: import('node:http').IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    try {
      for await (const piece of request.setEncoding('utf8')) body += piece
    } catch {
      // Its sender was killed.
      return
    }
    this.requests += 1
    const heard = this.#note(request.url!, request.headers as Record<string, string>, body)
    if (this.mood !== 'up' && this.mood !== 'slow') return void failures[this.mood](response)
    if (heard) heard.taken += 1
    setTimeout(() => response.writeHead(204).end(), this.mood === 'slow' ? 250 : 0)
  }

  #note(path: string, headers: Record<string, string>, body: string): Heard | null {
    const id = String(headers['webhook-id'])
    try {
      const { data } = new Webhook(this.secret).verify(body, headers) as { data: { sequence: number } }
      const bodySha256 = createHash('sha256').update(body).digest('hex')
      const heard = this.heard.get(id) ?? { firstAtMs: Date.now(), times: 0, taken: 0, sequence: data.sequence, bodySha256 }
      heard.times += 1
      this.heard.set(id, heard)
      if (path !== '/hook' || heard.bodySha256 !== bodySha256) this.wrong.push(`${id}: another path or another text`)
      return heard
    } catch (error) {
      this.wrong.push(`${id}: ${(error as Error).message}`)
      return null
    }
  }
}
