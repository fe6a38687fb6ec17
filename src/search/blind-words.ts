import { createHmac } from 'node:crypto'
import type { SealingKey } from '../primitives/sealed-bytes.ts'
import { promptWords } from './prompt-words.ts'

/** Fits a number of JavaScript and a bigint column; two words of a million share one with a chance of one in ten thousand. */
const BITS = 52n

/**
 * Words of a text as the index keeps them, the longest, which are the rarest, first: an HMAC over project and word. Who reads the database without the master key learns neither words nor whether two
 * projects use the same.
 */
export function blindWords({ key }: SealingKey, projectId: string, text: string): number[] {
  const longestFirst = promptWords(text).sort((one, other) => other.length - one.length)
  return longestFirst.map((word) => {
    const digest = createHmac('sha256', key).update(`${projectId}\n${word}`).digest()
    return Number(digest.readBigUInt64BE(0) >> (64n - BITS))
  })
}
