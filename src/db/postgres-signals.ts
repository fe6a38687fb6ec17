import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import type { Secret } from '../primitives/secret.ts'
import type { Signals, SignalTopic } from './signals.ts'
import type { DatabaseLogger } from './sqlite-database.ts'

const CHANNEL = 'darkroom'
/** What happens within this time travels together: a notification takes a lock that all commits with notifications share. */
const GATHER_MS = 5
/** PostgreSQL takes 8000 bytes. */
const MOST_BYTES = 7_900
const PROBE_EVERY_MS = 15_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/**
 * Listens and tells through `LISTEN` and `NOTIFY`, on a connection of its own that is opened again whenever it breaks.
 * @param from names this process: it does not hear itself
 */
export function openPostgresSignals(options: { url: Secret; from: string; logger?: DatabaseLogger }): Signals {
  return new PostgresSignals(options)
}

class PostgresSignals implements Signals {
  readonly #options: { url: Secret; from: string; logger?: DatabaseLogger }
  readonly #heard = new Map<SignalTopic, ((subject: string) => void)[]>()
  readonly #missed: (() => void)[] = []
  readonly #closing = new AbortController()
  readonly #living: Promise<void>
  #client: Client | null = null
  #waiting = new Set<string>()
  #timer: NodeJS.Timeout | null = null
  #sending: Promise<unknown> = Promise.resolve()

  constructor(options: { url: Secret; from: string; logger?: DatabaseLogger }) {
    this.#options = options
    this.#living = this.#live()
  }

  send(topic: SignalTopic, subject = ''): void {
    if (this.#closing.signal.aborted) return
    this.#waiting.add(`${topic} ${subject}`)
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS).unref()
  }

  on(topic: SignalTopic, heard: (subject: string) => void): void {
    this.#heard.set(topic, [...(this.#heard.get(topic) ?? []), heard])
  }

  onGap(missed: () => void): void {
    this.#missed.push(missed)
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#flush()
    await this.#sending
    this.#closing.abort()
    await this.#living
  }

  /** What cannot be told is not kept: others look by themselves. */
  #flush(): void {
    this.#timer = null
    const client = this.#client
    const lines = [...this.#waiting]
    this.#waiting = new Set()
    if (client === null || lines.length === 0) return
    for (const payload of payloads(this.#options.from, lines))
      this.#ask(client, 'select pg_notify($1, $2)', [CHANNEL, payload]).catch(() => undefined)
  }

  /** One after the other: the client takes no question while it has one. */
  #ask(client: Client, text: string, values: string[] = []): Promise<unknown> {
    const asked = this.#sending.then(() => client.query(text, values))
    this.#sending = asked.catch(() => undefined)
    return asked
  }

  async #live(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS
    while (!this.#closing.signal.aborted) {
      try {
        await this.#listen(() => {
          pauseMs = FIRST_PAUSE_MS
        })
      } catch (error) {
        this.#options.logger?.info({ err: error }, 'the connection that listens to other processes broke; it is opened again')
      }
      await wait(pauseMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined)
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)
    }
  }

  /** Resolves when it is closed; rejects when the connection breaks. */
  async #listen(listening: () => void): Promise<void> {
    const client = new Client({ connectionString: this.#options.url.reveal(), keepAlive: true, connectionTimeoutMillis: LONGEST_PAUSE_MS })
    const { promise: broken, reject } = Promise.withResolvers<never>()
    broken.catch(() => undefined)
    client.on('error', reject)
    client.on('end', () => reject(new Error('the connection ended')))
    client.on('notification', ({ payload }) => this.#hear(payload ?? ''))
    try {
      await client.connect()
      await client.query(`listen ${CHANNEL}`)
      this.#client = client
      listening()
      for (const missed of this.#missed) missed()
      while (!this.#closing.signal.aborted) {
        await Promise.race([broken, wait(PROBE_EVERY_MS, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined)])
        // A peer that is gone without a word is noticed by asking.
        if (!this.#closing.signal.aborted) await Promise.race([broken, this.#ask(client, 'select 1')])
      }
    } finally {
      this.#client = null
      await client.end().catch(() => undefined)
    }
  }

  #hear(payload: string): void {
    const [from, ...lines] = payload.split('\n')
    if (from === this.#options.from) return
    for (const line of lines) {
      const space = line.indexOf(' ')
      for (const heard of this.#heard.get(line.slice(0, space) as SignalTopic) ?? []) heard(line.slice(space + 1))
    }
  }
}

/** Lines under the sender's name, in as few pieces as they fit in. */
function payloads(from: string, lines: readonly string[]): string[] {
  const pieces: string[] = []
  let piece = from
  for (const line of lines) {
    if (Buffer.byteLength(piece) + Buffer.byteLength(line) + 1 > MOST_BYTES) {
      pieces.push(piece)
      piece = from
    }
    piece += `\n${line}`
  }
  return [...pieces, piece]
}
