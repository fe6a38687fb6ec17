import { failure } from '../contract/failure.ts'

/** Visible ASCII, no space: what survives every proxy unchanged. */
const syntax = /^[\x21-\x7e]{1,255}$/

/**
 * Reads the values of the header `Idempotency-Key`. One pair of double quotes around the key is taken off: the IETF draft sends a quoted
 * string, others a bare one, and both mean the same key.
 * @param values every time the header came, in order
 * @returns the key, 1 to 255 characters; null when the header did not come
 * @throws Failure `invalid_idempotency_key` when it came twice, or holds no key
 */
export function readIdempotencyKey(values: readonly string[]): string | null {
  const [value] = values
  if (value === undefined) return null
  const key = unquoted(value)
  if (values.length > 1 || !syntax.test(key)) throw failure('invalid_idempotency_key', { param: 'Idempotency-Key' })
  return key
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

/** How often the caller's library has repeated its call already (`X-Stainless-Retry-Count`); 0 when it does not say. */
export function readRetryCount(values: readonly string[]): number {
  const [value] = values
  return values.length === 1 && /^[0-9]{1,3}$/.test(value!) ? Number(value) : 0
}
