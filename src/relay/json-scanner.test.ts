import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import type { ByteTarget } from './base64-decoder.ts'
import { cutUp } from './fixtures/relay-harness.ts'
import { ImageString } from './image-string.ts'
import { JsonScanner, type ScanLimits } from './json-scanner.ts'
import { OutlineRecorder } from './reply-outline.ts'
import { ReplyWriter } from './reply-writer.ts'

class MemoryTarget implements ByteTarget {
  readonly #buffer = Buffer.alloc(64 * 1024)
  #used = 0

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#used)
  }

  room(): number {
    return this.#buffer.length - this.#used - 2
  }

  view(length: number): Uint8Array {
    return this.#buffer.subarray(this.#used, this.#used + length)
  }

  wrote(length: number): void {
    this.#used += length
  }
}

interface Scanned {
  images: Buffer[]
  document: JsonObject
  passed: Buffer
}

const generous: ScanLimits = { skeletonBytes: 1 << 20, depth: 64 }

function scan(pieces: Buffer[], limits = generous, imageKeys = ['b64_json']): Scanned {
  const images: MemoryTarget[] = []
  const passed: Buffer[] = []
  const writer = new ReplyWriter((bytes) => passed.push(bytes), new OutlineRecorder(1 << 20), 0)
  const listener = {
    imageBegins: () => {
      images.push(new MemoryTarget())
      return images.at(-1)!
    },
    imageEnds: () => undefined,
  }
  const scanner = new JsonScanner(imageKeys, listener, new ImageString(writer), limits)
  for (const piece of pieces) {
    writer.startPiece(piece)
    scanner.feed(piece, 0, piece.length)
    writer.endPiece()
  }
  return { images: images.map((image) => image.bytes), document: scanner.document(), passed: Buffer.concat(passed) }
}

const scanText = (text: string, limits = generous) => scan([Buffer.from(text)], limits)

/** JSON text in which nothing is spelled the usual way: blanks anywhere, any character escaped, images as data URLs. */
function spell(value: JsonValue, chance: () => number): string {
  const blank = () => ['', '', '', ' ', '\n', '\t\r '][Math.floor(chance() * 6)]!
  const text = (plain: string) => `"${[...plain].map((character) => spellCharacter(character, chance)).join('')}"`
  const member = ([key, inner]: [string, JsonValue]) => `${blank()}${text(key)}${blank()}:${spell(inner, chance)}`
  if (typeof value === 'string') return blank() + text(value) + blank()
  if (Array.isArray(value)) return `${blank()}[${value.map((inner) => spell(inner, chance)).join(',')}${blank()}]`
  if (value !== null && typeof value === 'object') return `${blank()}{${Object.entries(value).map(member).join(',')}${blank()}}${blank()}`
  return blank() + JSON.stringify(value) + blank()
}

function spellCharacter(character: string, chance: () => number): string {
  const dice = chance()
  if (character === '/' && dice < 0.5) return '\\/'
  if (character.length === 1 && dice < 0.1) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(character).slice(1, -1)
}

const image = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
const { document: anyDocument } = fc.letrec<{ value: JsonValue; document: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, false, 0, -1.5e10, '', 'b64_json'),
    fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed()),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('document'),
  ) as fc.Arbitrary<JsonValue>,
  document: fc
    .tuple(fc.dictionary(fc.constantFrom('a', 'data', 'type', 'b64', 'b64_json2', 'ü"\\'), tie('value'), { maxKeys: 3 }), fc.option(image))
    .map(([members, found]) => (found ? { ...members, b64_json: found.toString('base64') } : members)),
}))

function imagesOf(value: JsonValue, found: string[] = []): string[] {
  if (value === null || typeof value !== 'object') return found
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'b64_json' && typeof inner === 'string') found.push(inner)
    else imagesOf(inner, found)
  }
  return found
}

const withoutImages = (document: JsonObject): JsonObject =>
  JSON.parse(JSON.stringify(document, (key, value) => (key === 'b64_json' && typeof value === 'string' ? null : value)))

describe('JsonScanner', () => {
  it('finds every image, keeps the rest and undoes the spelling of images only, however the text is cut', () => {
    fc.assert(
      fc.property(anyDocument, fc.gen(), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (document, gen, cuts) => {
        const text = Buffer.from(spell(document, () => gen(fc.double, { min: 0, max: 0.999, noNaN: true })))
        const scanned = scan(cutUp(text, cuts))
        expect(scanned.images.map((bytes) => bytes.toString('base64'))).toEqual(imagesOf(document))
        expect(scanned.document).toEqual(withoutImages(document))
        expect(JSON.parse(scanned.passed.toString())).toEqual(document)
        expect(scanned).toEqual(scan([text]))
      }),
      { numRuns: 400 },
    )
  })

  it('passes the very same buffer on when nothing has to be undone', () => {
    const piece = Buffer.from('{"data":[{"b64_json":"iVBORw0KGgo="}]}')
    const passed: Buffer[] = []
    const writer = new ReplyWriter((bytes) => passed.push(bytes), new OutlineRecorder(1000), 0)
    const scanner = new JsonScanner(
      ['b64_json'],
      { imageBegins: () => new MemoryTarget(), imageEnds: () => undefined },
      new ImageString(writer),
      generous,
    )
    writer.startPiece(piece)
    scanner.feed(piece, 0, piece.length)
    writer.endPiece()
    expect(passed).toHaveLength(1)
    expect(passed[0]!.buffer).toBe(piece.buffer)
  })

  it('may be given the same buffer twice', () => {
    const again = Buffer.from('AA\\/A')
    const { images, passed } = scan([Buffer.from('{"b64_json":"'), again, again, Buffer.from('"}')])
    expect(images.map((bytes) => bytes.toString('base64'))).toEqual(['AA/AAA/A'])
    expect(passed.toString()).toBe('{"b64_json":"AA/AAA/A"}')
  })

  it('drops the head of a data URL, in the bytes and in the reply', () => {
    const { images, passed } = scanText('{"b64_json":"data:image\\/png;charset=x;base64,QUJD"}')
    expect(images.map(String)).toEqual(['ABC'])
    expect(passed.toString()).toBe('{"b64_json":"QUJD"}')
  })

  it('takes base64 that begins like a data URL for what it is', () => {
    const { images, passed } = scanText('{"b64_json":"dataABCD"}')
    expect(images[0]!.toString('base64')).toBe('dataABCD')
    expect(passed.toString()).toBe('{"b64_json":"dataABCD"}')
  })

  it('leaves image members that hold no string alone', () => {
    const text = '{"b64_json":null,"x":{"b64_json":["QUJD",{"b64_json":7}]},"y":"b64_json"}'
    const { images, document } = scanText(text)
    expect(images).toEqual([])
    expect(document).toEqual(JSON.parse(text))
  })

  it('reads the object’s own type and no other', () => {
    const scanner = new JsonScanner(
      [],
      { imageBegins: () => null, imageEnds: () => undefined },
      new ImageString(new ReplyWriter(() => undefined, new OutlineRecorder(1), 0)),
      generous,
    )
    const text = Buffer.from('{"a":{"type":"inner"},"b":["type","x"],"t\\u0079pe":"o\\u0075ter","type":"second"}')
    scanner.feed(text, 0, text.length)
    expect(scanner.type).toBe('outer')
  })

  it.each([
    ['not_json', '<html>'],
    ['not_json', '[{"b64_json":"QUJD"}]'],
    ['not_json', '"text"'],
    ['not_json', '{"a":1]'],
    ['not_json', '{"a":tru}'],
    ['not_json', '{"a" "b"}'],
    ['not_json', '{"b64_json":"QUJD" "QUJD"}'],
    ['not_json', '{"a":1,}'],
    ['not_json', '{"a":"line\nfeed"}'],
    ['bad_base64', '{"b64_json":"QUJ"}'],
    ['bad_base64', '{"b64_json":"QU JD"}'],
    ['bad_base64', '{"b64_json":"QUJD\\n"}'],
    ['bad_base64', '{"b64_json":"QUJ\\u0022"}'],
    ['bad_base64', '{"b64_json":"QUJ\\u00zz"}'],
    ['bad_base64', '{"b64_json":"QUJ\\""}'],
    ['bad_base64', '{"b64_json":"data:text/html;base64,QUJD"}'],
    ['bad_base64', '{"b64_json":"data:image/png,QUJD"}'],
    ['bad_base64', '{"b64_json":"data:"}'],
    ['bad_base64', `{"b64_json":"data:image/${'a'.repeat(200)};base64,QUJD"}`],
    ['duplicate_image', '{"b64_json":"QUJD","b64\\u005fjson":"QUJD"}'],
    ['document_not_closed', '{"b64_json":"QUJD"'],
    ['document_not_closed', '{"b64_json":"QUJD'],
    ['document_not_closed', ''],
  ])('calls it %s: %s', (cause, text) => {
    expect(() => scanText(text)).toThrow(cause)
    expect(() => scan(cutUp(Buffer.from(text), [1]))).toThrow(cause)
  })

  it('bounds nesting and the text around images, in one piece and in many', () => {
    const nested = Buffer.from(`{"a":${'['.repeat(10)}${']'.repeat(10)}}`)
    expect(scan([nested], { ...generous, depth: 11 }).images).toEqual([])
    expect(() => scan([nested], { ...generous, depth: 10 })).toThrow('nested_too_deep')

    const wordy = Buffer.from(`{"a":"${'x'.repeat(5000)}"}`)
    expect(scan([wordy], { ...generous, skeletonBytes: wordy.length }).images).toEqual([])
    expect(() => scan([wordy], { ...generous, skeletonBytes: wordy.length - 1 })).toThrow('skeleton_too_large')
    expect(() => scan(cutUp(wordy, [1]), { ...generous, skeletonBytes: wordy.length - 1 })).toThrow('skeleton_too_large')
  })

  it('does not count image data as text around images', () => {
    const { images } = scanText(`{"b64_json":"${Buffer.alloc(40_000, 7).toString('base64')}"}`, { ...generous, skeletonBytes: 100 })
    expect(images[0]).toHaveLength(40_000)
  })
})
