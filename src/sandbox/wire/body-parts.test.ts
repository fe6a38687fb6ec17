import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Base64Style, bytesOf, lengthOf } from './body-parts.ts'

const written = (bytes: Buffer, style: Base64Style = {}) => Buffer.concat([...bytesOf(['"', { bytes, style }, '"'])]).toString()
/** Around the border of one piece, where pieces could join wrongly. */
const pictures = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.integer({ min: 49_140, max: 49_170 }).map((length) => new Uint8Array(length).fill(0xfb)),
)

test('writes a picture in pieces that join to its base64', () => {
  fc.assert(
    fc.property(pictures, (picture) => {
      expect(written(Buffer.from(picture))).toBe(`"${Buffer.from(picture).toString('base64')}"`)
    }),
  )
})

test('writes escapes that JSON reads back as the same base64', () => {
  fc.assert(
    fc.property(pictures, (picture) => {
      const text = written(Buffer.from(picture), { escaped: true })
      expect(text).not.toMatch(/[^\\]\/|\+/)
      expect(JSON.parse(text)).toBe(Buffer.from(picture).toString('base64'))
    }),
  )
})

test('knows the length before anything is written', () => {
  fc.assert(
    fc.property(pictures, fc.boolean(), (picture, escaped) => {
      const parts = ['é"', { bytes: Buffer.from(picture), style: { escaped, dataUrlPrefix: 'data:image/png;base64,' } }]
      expect(lengthOf(parts)).toBe(Buffer.concat([...bytesOf(parts)]).length)
    }),
  )
})

test('breaks exactly one character where it is told to', () => {
  const picture = Buffer.alloc(100_000, 7)
  const whole = written(picture)
  const differing = [...written(picture, { broken: true })].filter((character, at) => character !== whole[at])
  expect(differing).toEqual(['!'])
})
