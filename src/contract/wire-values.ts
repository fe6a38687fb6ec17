import { z } from 'zod'

/** An amount on the wire: exact decimal dollars beside the whole nano-dollars they stand for. */
export const moneySchema = z
  .object({
    usd: z.string().regex(/^-?\d+(\.\d{1,9})?$/),
    nanos: z.string().regex(/^-?\d+$/),
  })
  .meta({ id: 'Money', description: 'Exact US dollars as a decimal string, and the same in whole nano-dollars.' })

/** As `moneySchema` describes it. */
export type Money = z.infer<typeof moneySchema>

/** A moment on the wire, ISO 8601 UTC. */
export const timeSchema = z.iso.datetime()

/** A SHA-256 in hex. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

/** A count: whole, never negative. */
export const countSchema = z.int().min(0)

/** Opaque place in a list from which the next page goes on; null at the end. */
export const cursorSchema = z.string().nullable()

/** Real money and the sandbox's play money: two books that are never summed together. */
export const bookSchema = z.enum(['provider', 'sandbox'])

/** See `NextAction`. */
export const nextActionSchema = z.enum(['retry', 'downgrade', 'reroute', 'human', 'stop', 'none'])

/** See `RetryReason`. */
export const retryReasonSchema = z.enum([
  'timeout',
  'policy',
  'validation',
  'size',
  'rate_limit',
  'quota',
  'auth',
  'provider_5xx',
  'network',
  'unknown_outcome',
])
