import { failure } from '../contract/failure.ts'

/** Bytes asked for, both ends inclusive. */
export interface AskedRange {
  start: number
  end: number
}

/**
 * Reads a Range header for something of this size (RFC 9110, section 14). Only a single range of bytes is served; a header that
 * is malformed or asks several ranges is ignored, as the RFC allows, and the whole is sent.
 * @throws Failure `range_not_satisfiable` when the range lies outside.
 */
export function readByteRange(header: string | undefined, size: number): AskedRange | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return null
  const [first, last] = [match[1]!, match[2]!]
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  if (start >= size || (first === '' && Number(last) === 0)) throw failure('range_not_satisfiable')
  return { start, end }
}
