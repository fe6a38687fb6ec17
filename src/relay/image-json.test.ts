import { readdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../contract/failure.ts'
import { parseStrictJson } from '../contract/strict-json.ts'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { cutUp, testFolder } from './fixtures/relay-harness.ts'
import { type ImageJsonLimits, readImageJson } from './index.ts'

const generous: ImageJsonLimits = { skeletonBytes: 1 << 20, depth: 64, images: 64, dataUrlCharacters: 1 << 20, spoolLagBytes: 1 << 20 }

interface Read {
  body: JsonObject
  images: { param: string; bytes: Buffer }[]
}

/** Reads a body cut into pieces, and its files; whatever comes of it, nothing may be left behind. */
async function read(
  text: string | Buffer,
  { cuts = [1 << 20], ...limits }: { cuts?: number[] } & Partial<ImageJsonLimits> = {},
): Promise<Read> {
  await using folder = await testFolder()
  async function* pieces() {
    yield* cutUp(Buffer.from(text), cuts)
  }
  const options = { imageKeys: ['image_url'], spoolFolder: folder.path, spoolName: 'req_1', limits: { ...generous, ...limits } }
  try {
    await using taken = await readImageJson(pieces(), options)
    const images = taken.images.map(async ({ param, path }) => ({ param, bytes: await readFile(path) }))
    return { body: taken.body, images: await Promise.all(images) }
  } finally {
    expect(await readdir(folder.path)).toEqual([])
  }
}

const outcome = (reading: Promise<Read>) => reading.catch((error: unknown) => (error instanceof Failure ? error.code : error))

/** JSON text in which any character of a string may be spelled as an escape. */
function spell(value: JsonValue, chance: () => number): string {
  const text = (plain: string) => `"${[...plain].map((character) => spellCharacter(character, chance)).join('')}"`
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return `[${value.map((inner) => spell(inner, chance)).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  return `{${Object.entries(value).map(([key, inner]) => `${text(key)}\n:${spell(inner, chance)}`)}} `
}

function spellCharacter(character: string, chance: () => number): string {
  const dice = chance()
  if (character === '/' && dice < 0.5) return '\\/'
  if (character.length === 1 && dice < 0.1) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(character).slice(1, -1)
}

/** A data URL as a member's value, to be told from text that only looks like one. */
const dataUrl = fc
  .tuple(fc.constantFrom('data:image/png;base64,', 'DATA:;base64,', 'data:text/html;charset=x;BASE64,'), fc.uint8Array({ maxLength: 200 }))
  .map(([head, bytes]) => head + Buffer.from(bytes).toString('base64'))
const address = fc.constantFrom('https://example.com/a.png', 'dat', 'date:', '', 'd\\ata:', 'ftp://x', '"data:', ' data:,')
const { document: anyDocument } = fc.letrec<{ value: JsonValue; document: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, -1.5e10, '', 'data:image/png;base64,AAAA', 'ü"\\/'),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('document'),
  ) as fc.Arbitrary<JsonValue>,
  document: fc
    .tuple(
      fc.dictionary(fc.constantFrom('images', 'mask', 'prompt', 'ü"\\', '2', '1'), tie('value'), { maxKeys: 3 }),
      fc.option(fc.oneof(dataUrl, address)),
    )
    .map(([members, url]) => (url === null ? members : { ...members, image_url: url })),
}))

/** What a reader must make of a document: the same by the longest way round. */
function expected(document: JsonObject): Read {
  const images: Read['images'] = []
  const walk = (value: JsonValue, path: string): JsonValue => {
    if (Array.isArray(value)) return value.map((inner, index) => walk(inner, `${path}[${index}]`))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const param = path === '' ? key : `${path}.${key}`
        if (key !== 'image_url' || typeof inner !== 'string' || !/^data:/i.test(inner)) return [key, walk(inner, param)]
        images.push({ param, bytes: Buffer.from(inner.slice(inner.indexOf(',') + 1), 'base64') })
        return [key, 'data:']
      }),
    )
  }
  return { body: walk(document, '') as JsonObject, images }
}

describe('readImageJson', () => {
  it('takes the data URLs out of any body and leaves the rest, however it is spelled and cut', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 })
    const property = fc.asyncProperty(anyDocument, fc.gen(), cuts, async (document, gen, lengths) => {
      const text = spell(document, () => gen(fc.double, { min: 0, max: 0.999, noNaN: true }))
      expect(await read(text, { cuts: lengths })).toEqual(expected(document))
    })
    await fc.assert(property, { numRuns: 200 })
  })

  it('reads a body without data URLs as any other body is read, whatever is wrong with it', async () => {
    const text = fc.oneof(
      fc.array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', '"a"', '"image_url"', '"x"', '\\', ' ', 'null'), { maxLength: 12 }),
      fc.tuple(
        fc.constantFrom('{"a":1', '{"image_url":"x"', '[1]', '{"a":{"b":[1,{"image_url":7}]}}'),
        fc.constantFrom('}', ']}', '} x', ',"a":2}'),
      ),
    )
    const property = fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (pieces, cut) => {
      const body = pieces.join('')
      const strictly = parseStrictJson(Buffer.from(body))
      expect(await outcome(read(body, { cuts: [cut] }))).toEqual(
        strictly instanceof Failure ? strictly.code : { body: strictly, images: [] },
      )
    })
    await fc.assert(property, { numRuns: 600 })
  })

  const url = (content: string) => `{"images":[{"file_id":"a"},{"image_url":"${content}"}]}`
  const place = 'images[1].image_url'
  it.each([
    ['an empty body', '', 'invalid_json', null],
    ['blanks alone', ' \n', 'invalid_json', null],
    ['a list', '[{"image_url":"data:;base64,AAAA"}]', 'invalid_body', null],
    ['a byte order mark', '\ufeff{}', 'invalid_json', null],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'invalid_encoding', null],
    ['65 levels', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'invalid_body', null],
    ['200,000 brackets', `{"a":${'['.repeat(200_000)}`, 'invalid_body', null],
    ['an end inside a data URL', url('data:;base64,AAAA').slice(0, -6), 'invalid_json', null],
    ['text behind the object', `${url('data:;base64,AAAA')},`, 'invalid_json', null],
    ['a doubled key', '{"n":1,"\\u006e":2,"image_url":"data:;base64,AAAA"}', 'duplicate_key', 'n'],
    [
      'two data URLs of one name',
      '{"mask":{"image_url":"data:;base64,AAAA","image_url":"data:;base64,AAAA"}}',
      'duplicate_key',
      'mask.image_url',
    ],
    ['an address and a data URL of one name', '{"image_url":"https://x","image_url":"data:;base64,AAAA"}', 'duplicate_key', 'image_url'],
    ['junk in base64', url('data:image/png;base64,AA*A'), 'invalid_value', place],
    ['URL-safe base64', url('data:image/png;base64,AA-_'), 'invalid_value', place],
    ['missing padding', url('data:image/png;base64,AAA'), 'invalid_value', place],
    ['blanks in base64', url('data:image/png;base64,AAAA AAAA'), 'invalid_value', place],
    ['percent escapes in base64', url('data:image/png;base64,AAA%3D'), 'invalid_value', place],
    ['no base64', url('data:image/png,AAAA'), 'invalid_value', place],
    ['no comma', url('data:image/png;base64'), 'invalid_value', place],
    ['nothing but the scheme', url('data:'), 'invalid_value', place],
    ['a head without an end', url(`data:${'x'.repeat(2000)}`), 'invalid_value', place],
  ])('refuses %s, in one piece and byte by byte', async (_, text, code, param) => {
    await expect(read(text)).rejects.toMatchObject({ code, param, outcome: 'not_charged' })
    await expect(read(text, { cuts: [text.length > 10_000 ? 1000 : 1] })).rejects.toMatchObject({ code, param })
  })

  it('bounds a data URL to the character, and escapes are no characters', async () => {
    const content = `data:image/png;base64,${Buffer.alloc(300, 0xff).toString('base64')}`
    const escaped = url(content.replaceAll('/', '\\/'))
    expect((await read(escaped, { dataUrlCharacters: content.length })).images[0]!.bytes).toHaveLength(300)
    const over = { code: 'string_above_max_length', param: place }
    await expect(read(escaped, { dataUrlCharacters: content.length - 1 })).rejects.toMatchObject(over)
    await expect(read(url(`data:;base64,${'QUJD'.repeat(500_000)}`), { dataUrlCharacters: 1000 })).rejects.toMatchObject(over)
  })

  it('bounds the text around data URLs, which do not count, and their number', async () => {
    const text = `{"mask":{"image_url":"data:;base64,${'QUJD'.repeat(10_000)}"},"prompt":"${'x'.repeat(100)}"}`
    expect((await read(text, { skeletonBytes: 160 })).images[0]!.bytes).toHaveLength(30_000)
    await expect(read(text, { skeletonBytes: 140 })).rejects.toMatchObject({ code: 'body_too_large', status: 413 })
    await expect(read(`[${' '.repeat(200)}]`, { skeletonBytes: 140 })).rejects.toMatchObject({ code: 'body_too_large' })

    const many = (count: number) => JSON.stringify({ images: Array.from({ length: count }, () => ({ image_url: 'data:;base64,AAAA' })) })
    expect((await read(many(18), { images: 18 })).images).toHaveLength(18)
    await expect(read(many(19), { images: 18 })).rejects.toMatchObject({ code: 'too_many_images', param: 'images' })
  })

  it('waits for the disk when the body comes faster', async () => {
    const bytes = Buffer.alloc(3_000_000, 'picture')
    const text = url(`data:image/png;base64,${bytes.toString('base64')}`)
    const { images } = await read(text, { dataUrlCharacters: 1 << 23, spoolLagBytes: 0, cuts: [65_536] })
    expect(images.map(({ bytes: read }) => read.equals(bytes))).toEqual([true])
  })

  it('passes on what breaks the body off, and says that storage is the trouble when the folder is gone', async () => {
    await using folder = await testFolder()
    const options = { imageKeys: ['image_url'], spoolFolder: folder.path, spoolName: 'req_1', limits: generous }
    async function* breaking() {
      yield Buffer.from(url('data:;base64,AAAA').slice(0, -5))
      throw new Error('reset')
    }
    await expect(readImageJson(breaking(), options)).rejects.toThrow('reset')
    expect(await readdir(folder.path)).toEqual([])

    async function* whole() {
      yield Buffer.from(url('data:;base64,AAAA'))
    }
    const nowhere = readImageJson(whole(), { ...options, spoolFolder: `${folder.path}/missing` })
    await expect(nowhere).rejects.toMatchObject({ code: 'storage_unavailable' })
  })
})
