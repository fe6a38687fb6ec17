import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { Failure } from './failure.ts'
import { jsonBodyLimitBytes, parseStrictJson } from './strict-json.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const parse = (text: string) => parseStrictJson(bytesOf(text))

function codeOf(result: JsonObject | Failure): string | null {
  return result instanceof Failure ? result.code : null
}

describe('parseStrictJson', () => {
  it.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{"a":01}',
    '{"a":NaN}',
    '{"a":1}}',
    '{"a":1} {"b":2}',
    'null x',
    '\ufeff{"a":1}',
    '{"a":"\n"}',
  ])('refuses %j as invalid_json', (text) => {
    expect(codeOf(parse(text))).toBe('invalid_json')
  })

  it.each(['[]', '[{"model":"gpt-image-2"}]', '"text"', '12', 'true', 'null'])('refuses %s at the top as invalid_body', (text) => {
    expect(codeOf(parse(text))).toBe('invalid_body')
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a cut sequence', [0xe7, 0x8c]],
    ['UTF-16', [0xff, 0xfe]],
  ])('refuses %s as invalid_encoding', (_title, junk) => {
    const body = Uint8Array.from([...bytesOf('{"prompt":"'), ...junk, ...bytesOf('"}')])
    expect(codeOf(parseStrictJson(body))).toBe('invalid_encoding')
  })

  it.each([
    ['at the top', '{"n":1,"prompt":"x","n":10}', 'n'],
    ['with another value type', '{"n":1,"n":null}', 'n'],
    ['spelled with an escape', '{"n":1,"\\u006e":10}', 'n'],
    ['two escapes of one key', '{"\\u0061\\/":1,"a\\u002f":2}', 'a/'],
    ['deep inside', '{"a":[{"b":{"c":1,"d":[1,2],"c":2}}]}', 'c'],
    ['after a nested object of the same key', '{"a":{"a":1},"a":2}', 'a'],
    ['the empty key', '{"":1,"":2}', ''],
    ['__proto__', '{"__proto__":1,"__proto__":2}', '__proto__'],
    ['a quote in the key', '{"a\\"b":1,"a\\"b":2}', 'a"b'],
  ])('refuses a key named twice %s, naming it', (_title, text, key) => {
    const result = parse(text)
    expect(result).toMatchObject({ code: 'duplicate_key', param: key })
  })

  it('allows one key in different objects, and as a value', () => {
    const text = '{"a":{"a":"a"},"b":[{"a":1},{"a":2}],"c":"a,\\"a\\":{"}'
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it('takes 64 levels and refuses 65', () => {
    const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    expect(codeOf(parse(nested(64)))).toBeNull()
    expect(codeOf(parse(nested(65)))).toBe('invalid_body')
  })

  it.each(['[', '{"a":', '[{"":'])('refuses 200,000 times %j without recursing', (opening) => {
    expect(codeOf(parse(opening.repeat(200_000)))).toBe('invalid_body')
  })

  it('finds brackets inside strings harmless', () => {
    expect(parse(`{"prompt":"${'[{'.repeat(1000)}"}`)).toEqual({ prompt: '[{'.repeat(1000) })
  })

  it('refuses a body above the limit without reading it, and takes one of exactly the limit', () => {
    const filled = (bytes: number) => bytesOf(`{"a":"${'x'.repeat(bytes - 8)}"}`)
    expect(codeOf(parseStrictJson(filled(jsonBodyLimitBytes)))).toBeNull()
    expect(codeOf(parseStrictJson(filled(jsonBodyLimitBytes + 1)))).toBe('body_too_large')
  })

  it('keeps what the field rules must see: infinities, negative zero, unsafe integers', () => {
    const body = parse('{"a":1e400,"b":-0,"c":9007199254740993}') as JsonObject
    expect(body['a']).toBe(Number.POSITIVE_INFINITY)
    expect(Object.is(body['b'], -0)).toBe(true)
    expect(Number.isSafeInteger(body['c'])).toBe(false)
  })

  it('makes __proto__ and constructor plain own keys', () => {
    const body = parse('{"__proto__":{"n":10},"constructor":{"prototype":{"n":10}}}') as JsonObject
    expect(Object.keys(body)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
    expect(({} as JsonObject)['n']).toBeUndefined()
  })

  it('does not echo a long duplicate key whole', () => {
    const key = 'k'.repeat(10_000)
    const result = parse(`{"${key}":1,"${key}":2}`)
    expect((result as Failure).message.length).toBeLessThan(300)
  })

  it('reads every object exactly as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 5 })), (value) => {
        const text = JSON.stringify(value)
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  it('finds a doubled key wherever it is put', () => {
    const key = fc.string({ unit: 'binary', maxLength: 8 })
    fc.assert(
      fc.property(key, fc.jsonValue(), fc.jsonValue(), fc.array(fc.nat(3), { maxLength: 6 }), (name, first, second, wraps) => {
        const twice = `{${JSON.stringify(name)}:${JSON.stringify(first)},"other ${name.length}":0,${escaped(name)}:${JSON.stringify(second)}}`
        const wrapped = wraps.reduce(
          (inner, wrap) => [`{"x":${inner}}`, `[${inner}]`, `[1,${inner}]`, `{"y":[],"x":${inner}}`][wrap]!,
          twice,
        )
        expect(codeOf(parse(`{"top":${wrapped}}`))).toBe('duplicate_key')
      }),
      { numRuns: 500 },
    )
  })

  it('answers any bytes with an object or a refusal', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string().map(bytesOf), fc.json().map(bytesOf)), (bytes) => {
        const result = parseStrictJson(bytes)
        return result instanceof Failure ? result.outcome === 'not_charged' : typeof result === 'object'
      }),
      { numRuns: 1000 },
    )
  })
})

/** A JSON string with every unit written as an escape. */
function escaped(text: string): string {
  let out = '"'
  for (let at = 0; at < text.length; at += 1) out += `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`
  return `${out}"`
}
