import type { OutboundHead, OutboundHeaders } from '../outbound/index.ts'
import type { CallFacts } from './image-provider.ts'
import type { Redact } from './redact.ts'

const DAY_MS = 86_400_000
const MAX_VALUE_LENGTH = 200
const MAX_RATE_LIMIT_HEADERS = 32

/** What the head of an answer says about the call, whatever its body holds. */
export type HeadFacts = Pick<CallFacts, 'httpStatus' | 'requestId' | 'processingMs' | 'rateLimits'>

/** The facts of a call that got no answer. */
export const noHeadFacts: HeadFacts = { httpStatus: null, requestId: null, processingMs: null, rateLimits: {} }

/** One value of a header; of several the first. */
export function headerValue(headers: OutboundHeaders, name: string): string | null {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** Reads `x-request-id`, `openai-processing-ms`, `x-ratelimit-*` and `retry-after*`. Values are upstream's: cleaned and cut. */
export function readHeadFacts(head: OutboundHead, redact: Redact): HeadFacts {
  const requestId = headerValue(head.headers, 'x-request-id')?.trim()
  const processingMs = Number(headerValue(head.headers, 'openai-processing-ms') ?? Number.NaN)
  return {
    httpStatus: head.status,
    requestId: requestId ? redact(requestId, MAX_VALUE_LENGTH) : null,
    processingMs: Number.isFinite(processingMs) && processingMs >= 0 ? processingMs : null,
    rateLimits: rateLimitsOf(head.headers, redact),
  }
}

function rateLimitsOf(headers: OutboundHeaders, redact: Redact): Record<string, string> {
  const names = Object.keys(headers).filter((name) => /^(x-ratelimit-[a-z-]{1,60}|retry-after(-ms)?)$/.test(name))
  return Object.fromEntries(
    names.slice(0, MAX_RATE_LIMIT_HEADERS).map((name) => [name, redact(headerValue(headers, name) ?? '', MAX_VALUE_LENGTH)]),
  )
}

/**
 * How long upstream asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date
 * (RFC 9110, 10.2.3). Null when absent or senseless; never more than a day.
 */
export function readRetryAfterMs(headers: OutboundHeaders, nowMs: number): number | null {
  const milliseconds = decimal(headerValue(headers, 'retry-after-ms'))
  if (milliseconds !== null) return Math.min(milliseconds, DAY_MS)
  const text = headerValue(headers, 'retry-after')
  const seconds = decimal(text)
  if (seconds !== null) return Math.min(seconds * 1000, DAY_MS)
  const atMs = text?.trim().endsWith('GMT') ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? null : Math.min(Math.max(atMs - nowMs, 0), DAY_MS)
}

function decimal(text: string | null): number | null {
  return text !== null && /^\d{1,12}(\.\d+)?$/.test(text.trim()) ? Number(text) : null
}
