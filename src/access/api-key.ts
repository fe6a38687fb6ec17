import { createHmac, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Secret } from '../primitives/secret.ts'

/**
 * An API key: `dk_live_`, 30 characters of chance (178 bits), 6 of checksum. The prefix makes a leaked key findable by secret
 * scanners, the checksum tells a mistyped or invented one without a look at the database.
 * @see https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
 */
export const API_KEY_PATTERN = /^dk_live_[0-9A-Za-z]{36}$/

const PREFIX = 'dk_live_'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const CHANCE_LENGTH = 30
const CHECKSUM_LENGTH = 6

/** Source of random bytes, as an argument for tests. */
export type RandomSource = (bytes: number) => Uint8Array

/** Makes a new key. */
export function makeApiKey(random: RandomSource = randomBytes): string {
  const body = PREFIX + randomBase62(CHANCE_LENGTH, random)
  return body + checksum(body)
}

/** True for a text that `makeApiKey` could have made. Says nothing about whether it is known. */
export function isWellFormedKey(text: string): boolean {
  return API_KEY_PATTERN.test(text) && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH)
}

/**
 * What is kept of a key: HMAC-SHA-256 under the pepper, in hexadecimal. Against 178 bits of chance nobody guesses, so no slow hash
 * is needed (it would only let strangers burn our processor); a copy of the database without the pepper proves no key.
 */
export function keyDigest(pepper: Secret, key: string): string {
  return createHmac('sha256', pepper.reveal()).update(key).digest('hex')
}

/** CRC-32 of everything before it, six base-62 digits. */
function checksum(body: string): string {
  let rest = crc32(body)
  let digits = ''
  while (digits.length < CHECKSUM_LENGTH) {
    digits = ALPHABET[rest % ALPHABET.length]! + digits
    rest = Math.floor(rest / ALPHABET.length)
  }
  return digits
}

/** Bytes beyond the last whole multiple of 62 are thrown away: taken modulo, they would make some characters likelier. */
function randomBase62(length: number, random: RandomSource): string {
  const fair = 256 - (256 % ALPHABET.length)
  let text = ''
  while (text.length < length) {
    for (const byte of random(length)) {
      if (byte < fair && text.length < length) text += ALPHABET[byte % ALPHABET.length]
    }
  }
  return text
}
