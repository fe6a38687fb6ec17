import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { RawCapture } from './raw-capture.ts'

const KIB = 1024

it.each([0, 1, 512 * KIB - 1, 512 * KIB, 512 * KIB + 1, 640 * KIB, 640 * KIB + 1, 3_000_000])(
  'keeps beginning and end of %i bytes, however they are cut',
  (length) => {
    const bytes = randomBytes(length)
    for (const step of [77_777, 16 * KIB, 4_000_000]) {
      const capture = new RawCapture()
      for (let at = 0; at < length; at += step) capture.take(bytes.subarray(at, at + step))
      const { head, tail, omittedBytes } = capture.body()
      expect(head.equals(bytes.subarray(0, 512 * KIB))).toBe(true)
      expect(tail.equals(bytes.subarray(512 * KIB).subarray(-128 * KIB))).toBe(true)
      expect(head.length + omittedBytes + tail.length).toBe(length)
    }
  },
)
