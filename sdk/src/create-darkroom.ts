import { defaultRetries, type RetrySettings } from './attempts.ts'
import { Darkroom } from './darkroom.ts'
import { Transport, type TransportSettings } from './transport.ts'

/** Where a gateway is, and how patient its client. */
export interface DarkroomOptions {
  /** e.g. `http://127.0.0.1:4100`. A `/v1` at its end, as OpenAI's clients want it, is taken off. */
  baseUrl: string
  /** A Darkroom key, never one of OpenAI; or where to get it for each call. Left out where something in front adds it. */
  key?: string | (() => string | Promise<string>)
  /** For pages of the gateway itself: calls are made by the session of the browser instead of a key (`session.signIn`). @default false */
  session?: boolean
  /** How long a call may take, attempts and pauses together; null = as long as it takes. @default 300,000, longer than the gateway's own limit */
  timeoutMs?: number | null
  /** A stream that says nothing for so long, no heartbeat either, counts as broken and is taken up again. @default 60,000; the gateway says something every 15 s */
  silenceMs?: number
  /** How often and how fast calls are repeated where that is free. */
  retries?: Partial<RetrySettings>
  /** Sent with every call. */
  headers?: Readonly<Record<string, string>>
  /** @default the runtime's own */
  fetch?: typeof fetch
}

/** A client of a Darkroom gateway. */
export function createDarkroom(options: DarkroomOptions): Darkroom {
  return new Darkroom(new Transport(settingsOf(options)))
}

function settingsOf({
  baseUrl,
  key,
  session = false,
  timeoutMs = 300_000,
  silenceMs = 60_000,
  retries,
  headers = {},
  fetch,
}: DarkroomOptions): TransportSettings {
  return {
    baseUrl: new URL(baseUrl).href.replace(/\/+$/, '').replace(/\/v1$/, ''),
    key: key ?? null,
    timeoutMs,
    silenceMs,
    retries: { ...defaultRetries, ...retries },
    headers: session ? { 'x-darkroom-csrf': '1', ...headers } : headers,
    credentials: session ? 'same-origin' : null,
    fetch: fetch ?? ((...call) => globalThis.fetch(...call)),
  }
}
