import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { type BatchFileOptions, type BatchLine, readBatchLines } from './batch-lines.ts'
import { cutUp, rebuilt, testFolder } from './fixtures/relay-harness.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function* from(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* pieces
}

/** What a line came to, read while its pictures are there. */
type ReadLine = BatchLine & { pictures: Buffer[]; body: string | null }

async function linesOf(spoolFolder: string, pieces: Iterable<Buffer>, limits: BatchFileOptions['limits'] = {}): Promise<ReadLine[]> {
  const lines: ReadLine[] = []
  for await (const line of readBatchLines(from(pieces), { imageKeys: ['b64_json'], spoolFolder, spoolName: 'bat_1', limits })) {
    const images = line.reply?.images ?? []
    const pictures = await Promise.all(images.map(({ path }) => readFile(path!)))
    lines.push({ ...line, pictures, body: line.reply && (await rebuilt(line.reply)).toString() })
  }
  expect(await readdir(spoolFolder)).toEqual([])
  return lines
}

/** The lines of a text, which comes in pieces of these lengths. */
async function read(text: string | Buffer, lengths: readonly number[] = [65_536], limits: BatchFileOptions['limits'] = {}) {
  await using folder = await testFolder()
  return await linesOf(folder.path, cutUp(Buffer.from(text), lengths), limits)
}

const answer = (...pictures: Buffer[]) => ({
  created: 1_780_000_000,
  data: pictures.map((picture) => ({ b64_json: picture.toString('base64') })),
  size: '1024x1024',
  usage: { output_tokens: 196 },
})
const response = (body: unknown, status = 200) => ({ status_code: status, request_id: 'req_1', body })
const line = (customId: unknown, body: unknown, status = 200) =>
  JSON.stringify({ id: 'batch_req_1', custom_id: customId, response: response(body, status), error: null })

describe('the lines of a batch', () => {
  it('come out the same however the file is cut, whatever stands first in a line, and their bodies to the byte', async () => {
    await using folder = await testFolder()
    const pictures = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 3 })
    const members = fc.shuffledSubarray(['id', 'custom_id', 'response', 'error'], { minLength: 4 })
    const someLine = fc.tuple(
      fc.string({ unit: 'binary', maxLength: 12 }),
      pictures,
      members,
      fc.constantFrom(0, 1),
      fc.string({ maxLength: 9 }),
    )
    const ends = fc.constantFrom('\n', '\r\n', '\n\n', ' \n\t\n')
    const file = fc.record({
      lines: fc.array(fc.tuple(someLine, ends), { maxLength: 4 }),
      mark: fc.constantFrom('', '\uFEFF'),
      lastEnd: fc.boolean(),
      lengths: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(file, async ({ lines, mark, lastEnd, lengths }) => {
        const asked = lines.map(([[customId, images, order, indent, text], end]) => {
          const originals = images.map((bytes) => Buffer.from(bytes))
          const body = { text, ...answer(...originals), last: { b64: text } }
          const whole: Record<string, unknown> = { id: 'batch_req_1', custom_id: customId, response: response(body), error: null }
          const json = JSON.stringify(Object.fromEntries(order.map((name) => [name, whole[name]])))
          return { customId, originals, body, json: indent ? json.replace('{"', '{ "') : json, end }
        })
        const text = mark + asked.map(({ json, end }, at) => (at === asked.length - 1 && !lastEnd ? json : json + end)).join('')
        const found = await linesOf(folder.path, cutUp(Buffer.from(text), lengths))
        expect(found.map(({ customId }) => customId)).toEqual(asked.map(({ customId }) => customId))
        for (const [at, { originals, body }] of asked.entries()) {
          const { reply, ...one } = found[at]!
          expect(one).toMatchObject({ statusCode: 200, requestId: 'req_1', error: null, pictures: originals, body: JSON.stringify(body) })
          expect(reply).toMatchObject({ ended: 'whole', cause: null, errorFrame: null, response: null, partials: { count: 0, images: [] } })
          expect(reply!.images.map((image) => image.sha256)).toEqual(originals.map(sha256))
          expect(reply!.documents).toEqual([{ ...body, data: originals.map(() => ({ b64_json: null })) }])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('come out the same one byte at a time, escapes undone', async () => {
    const picture = randomBytes(500)
    const text = line('a', answer(picture)).replaceAll('/', '\\/')
    const [found] = await read(`${text}\n`, [1])
    expect(found).toMatchObject({
      number: 1,
      customId: 'a',
      pictures: [picture],
      reply: { ended: 'whole', images: [{ canonical: false }] },
    })
  })

  it('say where they stand in the file, and which id stood there before', async () => {
    const found = await read(`\n${line('a', answer())}\n\r\n${line('b', answer())}\n${line('a', answer())}`)
    expect(found.map(({ number, customId, isRepeated }) => [number, customId, isRepeated])).toEqual([
      [2, 'a', false],
      [4, 'b', false],
      [5, 'a', true],
    ])
  })

  it.each<[string, string, Partial<BatchLine>]>([
    [
      'was never made',
      '{"id":"x","custom_id":"a","response":null,"error":{"code":"batch_expired","message":"too late"}}',
      { customId: 'a', statusCode: null, requestId: null, error: { code: 'batch_expired', message: 'too late' }, reply: null },
    ],
    ['has no response at all', '{"custom_id":"a"}', { customId: 'a', statusCode: null, error: null, reply: null }],
    ['has a number for an id', line(7, answer()), { customId: null, statusCode: 200 }],
    ['has no id', '{"response":null}', { customId: null, reply: null }],
    ['has a text for a status', '{"custom_id":"a","response":{"status_code":"200","body":{}}}', { statusCode: null }],
    ['has a word for a response', '{"custom_id":"a","response":"no"}', { customId: 'a', statusCode: null }],
    ['has an error in words', '{"custom_id":"a","response":null,"error":"no"}', { error: null, reply: null }],
  ])('are read for what is there when one %s', async (_what, text, expected) => {
    expect(await read(`${text}\n`)).toMatchObject([expected])
  })

  it('bring a refusal as the error that a call of its own would have had', async () => {
    const body = { error: { code: 'moderation_blocked', message: 'no' } }
    const [found] = await read(line('a', body, 400))
    expect(found).toMatchObject({ statusCode: 400, reply: { ended: 'whole', documents: [body], errorFrame: body, images: [] } })
    expect(found!.body).toBe(JSON.stringify(body))
  })

  it.each(['<html>', ['x'], 7, null])('bring a body that is %j as no document', async (body) => {
    expect(await read(line('a', body))).toMatchObject([
      { statusCode: 200, reply: { documents: [], images: [] }, body: JSON.stringify(body) },
    ])
  })

  it('take no picture from anywhere but the body', async () => {
    const stray = '{"b64_json":"AAAA","custom_id":"a","error":{"b64_json":"AAAA"},"response":{"b64_json":"!","status_code":200,"body":{}}}'
    expect(await read(stray)).toMatchObject([{ customId: 'a', reply: { ended: 'whole', images: [] } }])
  })
})

describe('a line that cannot be read', () => {
  const good = line('good', answer(Buffer.from('picture')))
  const head = '{"id":"x","custom_id":"a","response":{"status_code":200,"request_id":"req_1","body":'

  it.each<[string, string, Partial<BatchLine> & { cause?: string }]>([
    ['is no JSON', 'nothing', { customId: null, cause: 'not_json' }],
    ['is no object', '[1]', { customId: null, cause: 'not_json' }],
    ['has brackets that do not match', `${head}]}`, { customId: 'a', statusCode: 200, requestId: 'req_1', cause: 'not_json' }],
    ['is closed and is no JSON', '{"custom_id":"a",,"response":1}', { customId: 'a', cause: 'not_json' }],
    ['ends before its object does', `${head}{}`, { customId: 'a', statusCode: 200, cause: 'document_not_closed' }],
    ['ends in a text', '{"custom_id":"a', { customId: null, cause: 'document_not_closed' }],
    ['ends in a picture', `${head}{"data":[{"b64_json":"AAAA`, { customId: 'a', statusCode: 200, cause: 'document_not_closed' }],
    ['is too deep', `${head}${'['.repeat(100)}`, { customId: 'a', cause: 'nested_too_deep' }],
  ])('because it %s is given with what is known of it, and the next is read', async (_what, text, { cause, ...expected }) => {
    for (const lengths of [[65_536], [7]]) {
      const found = await read(`${text}\n${good}\n`, lengths)
      expect(found).toMatchObject([
        { ...expected, reply: { ended: 'malformed', cause, documents: [], outline: [] } },
        { customId: 'good', pictures: [Buffer.from('picture')] },
      ])
    }
  })

  it.each(['AA!A', 'A', 'AA==AA', 'data:text/plain,AAAA', 'AA\\nA', 'AA\\"A'])(
    'because of the picture %j says whose it is, also behind it',
    async (base64) => {
      const broken = `{"response":{"status_code":200,"body":{"data":[{"b64_json":"QUJD"},{"b64_json":"${base64}"},{"b64_json":"QUJE"}]}},"custom_id":"a"}`
      for (const lengths of [[65_536], [1]]) {
        const found = await read(`${broken}\n${good}\n`, lengths)
        expect(found).toMatchObject([
          { customId: 'a', statusCode: 200, reply: { ended: 'malformed', cause: 'bad_base64', documents: [], outline: [] } },
          { customId: 'good' },
        ])
        expect(found[0]!.pictures).toEqual([Buffer.from('ABC'), Buffer.from('ABD')])
      }
    },
  )

  it('because of its size says whose it is, also behind it', async () => {
    const long = JSON.stringify({ response: response({ ...answer(Buffer.from('ABC')), prompt: 'x'.repeat(5_000) }), custom_id: 'a' })
    const found = await read(`${long}\n${good}\n`, [1_000], { skeletonBytes: 4_000 })
    expect(found).toMatchObject([
      {
        customId: 'a',
        statusCode: 200,
        pictures: [Buffer.from('ABC')],
        reply: { ended: 'malformed', cause: 'skeleton_too_large', outline: [] },
      },
      { customId: 'good', reply: { ended: 'whole' } },
    ])
  })

  it('because nothing of it is text is given up within its bounds', async () => {
    const found = await read(`{"custom_id":"a","x":[${'1,'.repeat(5_000)}1]}\n${good}\n`, [1_000], { skeletonBytes: 4_000 })
    expect(found).toMatchObject([{ customId: 'a', reply: { cause: 'skeleton_too_large' } }, { customId: 'good' }])
  })

  it.each<[string, BatchFileOptions['limits'], string, number]>([
    ['too many pictures', { images: 2 }, 'too_many_images', 2],
    ['too large a picture', { imageBytes: 2 }, 'image_too_large', 0],
  ])('because of %s keeps those that came in whole', async (_what, limits, cause, kept) => {
    const three = ['ABC', 'ABD', 'ABE'].map((text) => Buffer.from(text))
    const [found] = await read(line('a', answer(...three)), [65_536], limits)
    expect(found).toMatchObject({ customId: 'a', reply: { ended: 'malformed', cause } })
    expect(found!.pictures).toEqual(three.slice(0, kept))
  })

  it.each([
    ['its response', '{"custom_id":"a","response":{"body":{"data":[{"b64_json":"QUJD"}]}},"response":{"body":{}}}'],
    ['its body', '{"custom_id":"a","response":{"body":{"data":[{"b64_json":"QUJD"}]},"body":{"data":[{"b64_json":"QUJE"}]}}}'],
    ['its data', '{"custom_id":"a","response":{"body":{"data":[{"b64_json":"QUJD"}],"data":[]}}}'],
  ])('because it names %s twice is not believed', async (_what, text) => {
    expect(await read(text)).toMatchObject([{ customId: 'a', reply: { ended: 'malformed', cause: 'duplicate_image', outline: [] } }])
  })

  it('takes nothing from another that follows it without a line break', async () => {
    expect((await read(`${good}${line('b', answer())} x\n${line('c', answer())}`)).map(({ customId }) => customId)).toEqual([
      'good',
      'b',
      null,
      'c',
    ])
  })
})

describe('a file that was damaged', () => {
  /** Of a line that broke, how much of it had come by then depends on how it came. */
  const comparable = ({ reply, ...rest }: ReadLine) => ({
    ...rest,
    reply: reply && { ...reply, bytesReceived: reply.ended === 'whole' ? reply.bytesReceived : null },
  })

  it('is read to its end, and to the same lines however it is cut', async () => {
    await using folder = await testFolder()
    const whole = Buffer.from(
      `${line('a', answer(Buffer.from('first')))}\n${line('b', { error: { code: 'x' } }, 400)}\n${line('c', answer())}\n`,
    )
    const damage = fc.record({ at: fc.nat(whole.length), removed: fc.nat(40), put: fc.stringMatching(/^["{}[\],:\\\n a1=]{0,4}$/) })
    const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), lengths, async (damages, lengths) => {
        const damaged = damages.reduce((text, { at, removed, put }) => text.slice(0, at) + put + text.slice(at + removed), whole.toString())
        const atOnce = await linesOf(folder.path, [Buffer.from(damaged)])
        const inPieces = await linesOf(folder.path, cutUp(Buffer.from(damaged), lengths))
        expect(inPieces.map(comparable)).toEqual(atOnce.map(comparable))
      }),
      { numRuns: 150 },
    )
  })
})

describe('a file that breaks off', () => {
  it('at any byte gives every line that was whole and the rest of the last, and leaves nothing behind', async () => {
    await using folder = await testFolder()
    const pictures = [Buffer.from('first'), Buffer.from('second')]
    const [one, two] = pictures.map((picture, index) => line(`line-${index}`, answer(picture)))
    const text = Buffer.from(`${one}\n${two}\n`)
    for (let cut = 0; cut <= text.length; cut++) {
      const found = await linesOf(folder.path, cutUp(text.subarray(0, cut), [90]))
      const whole = cut >= text.length - 1 ? 2 : cut >= one!.length ? 1 : 0
      expect(found.slice(0, whole).map(({ reply, pictures: [picture] }) => [reply!.ended, picture])).toEqual(
        pictures.slice(0, whole).map((picture) => ['whole', picture]),
      )
      for (const rest of found.slice(whole)) expect(rest.reply).toMatchObject({ ended: 'cut', cause: 'connection_cut', documents: [] })
      expect(found.length - whole).toBeLessThanOrEqual(1)
    }
  })

  it('keeps the pictures that came in whole of the line in which it breaks', async () => {
    const text = line('a', answer(Buffer.from('first'), randomBytes(2_000)))
    const [found] = await read(text.slice(0, 900))
    expect(found).toMatchObject({ customId: 'a', statusCode: 200, pictures: [Buffer.from('first')], reply: { ended: 'cut' } })
  })

  it('by an error of its source ends with that error and leaves nothing behind', async () => {
    await using folder = await testFolder()
    async function* source() {
      yield Buffer.from(line('a', answer(randomBytes(2_000))).slice(0, 900))
      throw new Error('the disk is gone')
    }
    const lines = readBatchLines(source(), { imageKeys: ['b64_json'], spoolFolder: folder.path, spoolName: 'bat_1' })
    await expect(lines.next()).rejects.toThrow('the disk is gone')
    expect(await readdir(folder.path)).toEqual([])
  })
})

describe('the reader of a file', () => {
  const options = (spoolFolder: string): BatchFileOptions => ({ imageKeys: ['b64_json'], spoolFolder, spoolName: 'bat_1' })

  it('leaves a picture where it was moved, and removes the others when the next line is asked for', async () => {
    await using folder = await testFolder()
    const text = `${line('a', answer(Buffer.from('kept'), Buffer.from('left')))}\n${line('b', answer())}\n`
    const lines = readBatchLines(from([Buffer.from(text)]), options(folder.path))
    const { value: first } = await lines.next()
    await rename((first as BatchLine).reply!.images[0]!.path!, join(folder.path, 'kept'))
    await lines.next()
    expect(await readdir(folder.path)).toEqual(['kept'])
    await lines.return()
  })

  it('leaves nothing behind when nobody reads on', async () => {
    await using folder = await testFolder()
    const text = `${line('a', answer(Buffer.from('x')))}\n${line('b', answer(randomBytes(900))).slice(0, 900)}`
    const lines = readBatchLines(from([Buffer.from(text)]), options(folder.path))
    await lines.next()
    await lines.return()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('says of a picture that the disk refuses what it knows', async () => {
    const [found] = await Array.fromAsync(
      readBatchLines(from([Buffer.from(line('a', answer(Buffer.from('ABC'))))]), options('/nowhere/at/all')),
    )
    expect(found!.reply).toMatchObject({
      ended: 'whole',
      images: [{ sha256: sha256(Buffer.from('ABC')), bytes: 3, path: null, error: 'ENOENT' }],
    })
  })

  it('does not grow with a line: 8 pictures, 50 MB', async () => {
    await using folder = await testFolder()
    const piece = Buffer.from(randomBytes(48 * 1024).toString('base64'))
    let peak = 0
    async function* file() {
      yield Buffer.from('{"response":{"status_code":200,"body":{"data":[')
      for (let picture = 0; picture < 8; picture++) {
        yield Buffer.from(`${picture ? ',' : ''}{"b64_json":"`)
        for (let turn = 0; turn < 100; turn++) {
          peak = Math.max(peak, process.memoryUsage.rss())
          yield piece
        }
        yield Buffer.from('"}')
      }
      yield Buffer.from(']}},"custom_id":"a"}\n')
    }
    const before = process.memoryUsage.rss()
    let found: JsonObject[] = []
    for await (const { customId, reply } of readBatchLines(file(), options(folder.path)))
      found = [...found, { customId, bytes: reply!.images.map(({ bytes }) => bytes) }]
    expect(found).toEqual([{ customId: 'a', bytes: Array(8).fill(48 * 1024 * 100) }])
    expect(peak - before).toBeLessThan(40_000_000)
  })
})
