import { describe, expect, it } from 'vitest'
import { isJsonObject } from './json.ts'

describe('isJsonObject', () => {
  it.each([{}, { a: 1 }, JSON.parse('{"__proto__":1}')])('takes %j for an object', (value) => {
    expect(isJsonObject(value)).toBe(true)
  })

  it.each([null, [], [{}], 'a', 1, true, undefined])('takes %j for none', (value) => {
    expect(isJsonObject(value)).toBe(false)
  })
})
