import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../primitives/canonical-json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { callFingerprint } from './index.ts'

/** The same value with the members of every object in another order. */
function reordered(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reordered)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reordered(member)]),
  )
}

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>
const objects = fc.dictionary(fc.string(), json) as fc.Arbitrary<JsonObject>

describe('a fingerprint', () => {
  it('is the same in whatever order the members of an object stand', () => {
    fc.assert(
      fc.property(objects, (facts) => {
        expect(callFingerprint(reordered(facts) as JsonObject)).toBe(callFingerprint(facts))
      }),
    )
  })

  it('is another one for anything else that is said', () => {
    fc.assert(
      fc.property(objects, objects, (one, other) => {
        const isSame = canonicalJson(JSON.parse(JSON.stringify(one))) === canonicalJson(JSON.parse(JSON.stringify(other)))
        expect(callFingerprint(one) === callFingerprint(other)).toBe(isSame)
      }),
    )
    const texts = [
      { a: 1 },
      { a: '1' },
      { a: [1] },
      { a: null },
      {},
      { a: true },
      { b: 1 },
      { a: { a: 1 } },
      { a: [[1]] },
      { a: 'x","b":"y' },
      { a: 'x', b: 'y' },
    ]
    expect(new Set(texts.map((facts) => callFingerprint(facts as JsonObject))).size).toBe(texts.length)
  })

  it('is made of JSON that reads as what went in', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
