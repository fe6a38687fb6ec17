import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../contract/failure.ts'
import { boundary, contentType, filePart, formBody, inPieces, type RawPart, textPart } from './fixtures/form-body.ts'
import { filesOf, type IntakeReport, report, testFolder } from './fixtures/intake-server.ts'
import { type FormIntake, type IntakeLimits, takeInEdit, takeInUpload } from './index.ts'

const noJson = () => Promise.reject(new Error('not a JSON body'))
const PNG = Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1')

async function intake<T>(
  body: Buffer,
  look: (intake: FormIntake, folder: string) => T | Promise<T>,
  { type = contentType, limits = {}, cuts = [body.length] }: { type?: string; limits?: Partial<IntakeLimits>; cuts?: number[] } = {},
): Promise<T> {
  await using folder = await testFolder()
  const source = { contentType: type, contentLength: null, body: inPieces(body, cuts) }
  try {
    await using taken = await takeInEdit(source, { folder: folder.path, name: 'req_1', limits, readImageJson: noJson })
    return await look(taken as FormIntake, folder.path)
  } finally {
    expect(await folder.names()).toEqual([])
  }
}

const take = (body: Buffer, options?: Parameters<typeof intake>[2]) => intake(body, report, options)
const takeParts = (...parts: RawPart[]) => take(formBody(parts))

async function refusal(body: Buffer, options?: Parameters<typeof intake>[2]): Promise<Failure> {
  const found = await take(body, options).catch((error: unknown) => error)
  expect(found).toBeInstanceOf(Failure)
  return found as Failure
}

const params = ({ uploads }: IntakeReport) => uploads.map(({ param }) => param)

describe('takeInEdit of a form', () => {
  it.each([
    ['image', ['image'], ['image']],
    ['image[]', ['image[]', 'image[]'], ['image[0]', 'image[1]']],
    ['image, repeated', ['image', 'image', 'image'], ['image', 'image[1]', 'image[2]']],
    ['image[0], image[1]', ['image[0]', 'image[1]'], ['image[0]', 'image[1]']],
    ['numbers out of order', ['image[1]', 'image[0]', 'image[7]'], ['image[0]', 'image[1]', 'image[2]']],
    ['a mask in between', ['image[]', 'mask', 'image[]'], ['image[0]', 'mask', 'image[1]']],
    ['two masks, for the contract to refuse', ['image', 'mask', 'mask'], ['image', 'mask', 'mask']],
    ['a markup', ['markup', 'image'], ['markup', 'image']],
  ])('keeps order and bytes of files named %s', async (_, names, expected) => {
    const contents = names.map((name, index) => `${name} ${index}`)
    const body = formBody(names.map((name, index) => filePart(name, contents[index]!)))
    await intake(body, async (taken) => {
      expect(params(report(taken))).toEqual(expected)
      expect((await filesOf(taken)).map(String)).toEqual(contents)
    })
  })

  it('keeps the fields in their order, doubled and empty ones too', async () => {
    const { text, uploads } = await takeParts(
      textPart('n', '1'),
      textPart('prompt', ''),
      textPart('n', '2'),
      textPart('__proto__', 'ü\r\n'),
    )
    expect(text).toEqual([
      ['n', '1'],
      ['prompt', ''],
      ['n', '2'],
      ['__proto__', 'ü\r\n'],
    ])
    expect(uploads).toEqual([])
  })

  it('takes a form without parts for an empty one', async () => {
    expect(await takeParts()).toEqual({ form: 'multipart', text: [], uploads: [] })
  })

  it('passes over what stands before the first boundary and after the last', async () => {
    const around = { preamble: 'Hello, this is MIME.\r\n', epilogue: `goodbye\r\n--${boundary}\r\nnonsense` }
    expect(await take(formBody([textPart('n', '1')], around))).toMatchObject({ text: [['n', '1']] })
    expect(await take(formBody([textPart('n', '1')], around), { cuts: [1] })).toMatchObject({ text: [['n', '1']] })
  })

  it.each([
    ['quoted', `multipart/form-data; boundary="${boundary}"`],
    ['with a charset', `multipart/form-data; charset=utf-8; boundary=${boundary}`],
    ['in capitals', `Multipart/Form-Data; BOUNDARY=${boundary}`],
    ['without blanks', `multipart/form-data;boundary=${boundary};`],
  ])('reads a boundary %s', async (_, type) => {
    expect(await take(formBody([textPart('n', '1')]), { type })).toMatchObject({ text: [['n', '1']] })
  })

  it.each([
    ['mixed case', ['cOnTeNt-DiSpOsItIoN: Form-Data; NAME="image"; FileName="a.png"', 'CONTENT-TYPE: IMAGE/PNG'], 'a.png'],
    ['no quotes', ['Content-Disposition: form-data; name=image; filename=a.png'], 'a.png'],
    ['no file name but a type', ['Content-Disposition: form-data; name="image"', 'Content-Type: image/png'], null],
    ['no file name but octet-stream', ['Content-Disposition: form-data; name="image"', 'Content-Type: application/octet-stream'], null],
    ['an empty file name', ['Content-Disposition: form-data; name="image"; filename=""'], null],
    ['a raw UTF-8 file name', ['Content-Disposition: form-data; name="image"; filename="写真 é.png"'], '写真 é.png'],
    ['an RFC 5987 file name', ['Content-Disposition: form-data; name="image"; filename="_"; filename*=UTF-8\'\'%E5%86%99.png'], '写.png'],
    ['a broken RFC 5987 file name', ['Content-Disposition: form-data; name="image"; filename*=UTF-8\'\'%E5%8.png'], '%E5%8.png'],
    ['quotes inside a file name', ['Content-Disposition: form-data; name="image"; filename="a\\"b;c.png"'], 'a"b;c.png'],
    ['a path for a file name', ['Content-Disposition: form-data; name="image"; filename="../../etc/passwd"'], 'passwd'],
    ['a Windows path', ['Content-Disposition: form-data; name="image"; filename="C:\\me\\a.png"'], 'a.png'],
    ['NUL in a file name', ['Content-Disposition: form-data; name="image"; filename="a\0b\x1b[31m.png"'], 'ab[31m.png'],
    ['nothing but a path', ['Content-Disposition: form-data; name="image"; filename="../.."'], '..'],
    ['a file name of 10 KB', [`Content-Disposition: form-data; name="image"; filename="${'a'.repeat(10_000)}"`], 'a'.repeat(200)],
    ['further headers', ['X-A: b', 'Content-Disposition: form-data; name="image"; filename=a', 'Content-Length: 9'], 'a'],
  ])('reads a part’s head with %s, and never makes a path of it', async (_, head, fileName) => {
    await intake(formBody([{ head, content: PNG }]), async (taken, folder) => {
      expect(taken.uploads).toMatchObject([{ role: 'image', param: 'image', bytes: PNG.length, fileName }])
      expect(taken.uploads[0]!.path).toMatch(new RegExp(`^${folder}/input-req_1-[0-9a-f]{24}$`))
      expect(await filesOf(taken)).toEqual([PNG])
    })
  })

  it('tells bytes from text where a picture’s part says nothing of a file', async () => {
    const long = 'x'.repeat(70_000)
    const { text, uploads } = await takeParts(
      textPart('image', PNG),
      textPart('image', 'https://example.com/a.png'),
      textPart('mask', long),
    )
    expect(uploads).toMatchObject([
      { param: 'image', bytes: PNG.length },
      { param: 'mask', bytes: long.length },
    ])
    expect(text).toEqual([['image', 'https://example.com/a.png']])
  })

  it('takes the key darkroom as text, also when it comes as a blob', async () => {
    const { text } = await takeParts(filePart('darkroom', '{"rights":{}}', 'blob', 'application/json'))
    expect(text).toEqual([['darkroom', '{"rights":{}}']])
  })

  it('lets long prompts through and bounds every other field', async () => {
    const prompt = '写'.repeat(32_000)
    expect(await takeParts(textPart('prompt', prompt))).toMatchObject({ text: [['prompt', prompt]] })
    expect(await takeParts(textPart('user', 'x'.repeat(65_536)))).toMatchObject({ uploads: [] })
  })

  const repeated = (count: number, part: (index: number) => RawPart) => Array.from({ length: count }, (_, index) => part(index))
  it.each([
    ['a body that is empty', Buffer.alloc(0), 'invalid_multipart', null],
    [
      'another boundary',
      Buffer.from(
        formBody([textPart('n', '1')])
          .toString()
          .replaceAll(boundary, 'other'),
      ),
      'invalid_multipart',
      null,
    ],
    ['JSON declared as a form', Buffer.from('{"prompt":"x"}'), 'invalid_multipart', null],
    ['no last boundary', formBody([textPart('n', '1'), filePart('image', PNG)], { end: '' }), 'invalid_multipart', null],
    ['an end inside a file', formBody([filePart('image', Buffer.alloc(200_000))]).subarray(0, 100_000), 'invalid_multipart', null],
    ['an end inside a head', formBody([textPart('n', '1'), filePart('image', PNG)]).subarray(0, 130), 'invalid_multipart', null],
    ['a part that is only a boundary', Buffer.from(`--${boundary}\r\n--${boundary}--\r\n`), 'invalid_multipart', null],
    ['a part without a head', Buffer.from(`--${boundary}\r\n\r\nx\r\n--${boundary}--\r\n`), 'invalid_multipart', null],
    ['a part without a disposition', formBody([{ head: ['Content-Type: image/png'], content: PNG }]), 'invalid_multipart', null],
    ['an attachment', formBody([{ head: ['Content-Disposition: attachment; name="image"'], content: PNG }]), 'invalid_multipart', null],
    [
      'a nameless part',
      formBody([{ head: ['Content-Disposition: form-data; filename="a.png"'], content: PNG }]),
      'invalid_multipart',
      null,
    ],
    ['an open quote', formBody([{ head: ['Content-Disposition: form-data; name="image'], content: PNG }]), 'invalid_multipart', null],
    [
      'two dispositions',
      formBody([{ head: ['Content-Disposition: form-data; name=n', 'Content-Disposition: form-data; name=image'], content: PNG }]),
      'invalid_multipart',
      null,
    ],
    [
      'base64 as transfer encoding',
      formBody([{ head: ['Content-Disposition: form-data; name="image"', 'Content-Transfer-Encoding: base64'], content: 'AAAA' }]),
      'invalid_multipart',
      null,
    ],
    [
      '21 header lines',
      formBody([{ head: repeated(21, (n) => textPart(`${n}`, '')).map((_, n) => `x-${n}: 1`), content: '' }]),
      'invalid_multipart',
      null,
    ],
    [
      'a head of 1 MB',
      formBody([{ head: [...textPart('n', '').head, `x: ${'y'.repeat(1_000_000)}`], content: '1' }]),
      'invalid_multipart',
      null,
    ],
    ['65 parts', formBody(repeated(65, () => textPart('n', '1'))), 'too_many_parts', null],
    ['33 fields', formBody(repeated(33, () => textPart('n', '1'))), 'too_many_parts', null],
    ['19 files', formBody(repeated(19, () => filePart('image[]', PNG))), 'too_many_images', 'image'],
    ['a file of another name', formBody([filePart('file', PNG)]), 'unexpected_file_part', 'file'],
    ['a prompt sent as a file', formBody([filePart('prompt', 'x', 'prompt.txt', 'text/plain')]), 'unexpected_file_part', 'prompt'],
    ['images, the name of the JSON form', formBody([filePart('images', PNG)]), 'invalid_value', 'images'],
    ['images without a file name', formBody([textPart('images', PNG)]), 'invalid_value', 'images'],
    ['a field that is too long', formBody([textPart('user', 'x'.repeat(65_537))]), 'string_above_max_length', 'user'],
    ['a prompt that is too long for any text', formBody([textPart('prompt', 'x'.repeat(131_073))]), 'string_above_max_length', 'prompt'],
    ['a field that is not UTF-8', formBody([textPart('prompt', Buffer.from([0xff, 0xfe]))]), 'invalid_encoding', 'prompt'],
    [
      'a field in UTF-16',
      formBody([{ head: ['Content-Disposition: form-data; name="prompt"', 'Content-Type: text/plain; charset=utf-16'], content: 'x' }]),
      'invalid_encoding',
      'prompt',
    ],
  ])('refuses %s, in one piece and in many, and leaves no file', async (_, body, code, param) => {
    const found = { code, param, outcome: 'not_charged' }
    expect(await refusal(body)).toMatchObject(found)
    expect(await refusal(body, { cuts: [4099, 1, 77] })).toMatchObject(found)
  })

  it.each([
    ['missing', 'multipart/form-data'],
    ['empty', 'multipart/form-data; boundary=""'],
    ['of 1,000 characters', `multipart/form-data; boundary=${'b'.repeat(1000)}`],
  ])('refuses a boundary that is %s', async (_, type) => {
    expect(await refusal(formBody([textPart('n', '1')]), { type })).toMatchObject({ code: 'invalid_multipart' })
  })

  it('takes 17 images, so that the contract can say that 16 are allowed', async () => {
    expect(params(await take(formBody(repeated(17, () => filePart('image[]', PNG)))))).toHaveLength(17)
  })

  it('bounds one file and all together, to the byte', async () => {
    const fileBytes = 1000
    expect(await take(formBody([filePart('image', Buffer.alloc(1000))]), { limits: { fileBytes } })).toMatchObject({
      uploads: [{ bytes: 1000 }],
    })
    const over = formBody([filePart('image', PNG), filePart('mask', Buffer.alloc(1001))])
    expect(await refusal(over, { limits: { fileBytes } })).toMatchObject({ code: 'image_too_large', param: 'mask', status: 413 })

    const body = formBody([filePart('image', PNG)])
    expect(await take(body, { limits: { formBytes: body.length } })).toMatchObject({ uploads: [{}] })
    expect(await refusal(body, { limits: { formBytes: body.length - 1 } })).toMatchObject({ code: 'body_too_large' })
  })

  it('refuses an image of 51 MB by the limits that hold by default', async () => {
    const MIB = 1024 * 1024
    expect(await refusal(formBody([filePart('image', Buffer.alloc(51 * MIB))]), { cuts: [MIB] })).toMatchObject({ code: 'image_too_large' })
  })

  it('says that storage is the trouble when the folder is gone', async () => {
    const body = formBody([textPart('n', '1'), filePart('image', PNG)])
    const source = { contentType, contentLength: body.length, body: inPieces(body, [10]) }
    const taking = takeInEdit(source, { folder: '/nonexistent/darkroom', name: 'req_1', readImageJson: noJson })
    await expect(taking).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('ends when its signal does, also while it waits for the client', async () => {
    await using folder = await testFolder()
    const leaving = new AbortController()
    async function* stalling() {
      yield formBody([filePart('image', PNG)], { end: '' })
      leaving.abort()
      await new Promise(() => undefined)
    }
    const source = { contentType, contentLength: null, body: stalling() }
    const taking = takeInEdit(source, { folder: folder.path, name: 'req_1', readImageJson: noJson, signal: leaving.signal })
    await expect(taking).rejects.toMatchObject({ code: 'request_aborted' })
    expect(await folder.names()).toEqual([])
  })
})

describe('takeInUpload', () => {
  it.each([
    ['one file', [textPart('purpose', 'vision'), filePart('file', PNG)], null],
    ['no file', [textPart('purpose', 'vision')], null],
    ['a second file', [filePart('file', PNG), filePart('file', PNG)], 'too_many_images'],
    ['a file of another name', [filePart('image', PNG)], 'unexpected_file_part'],
  ])('takes the form of /v1/files: %s', async (_, parts, code) => {
    await using folder = await testFolder()
    const source = { contentType, contentLength: null, body: inPieces(formBody(parts), [50]) }
    const taking = takeInUpload(source, { folder: folder.path, name: 'req_1' })
    if (code !== null) return void (await expect(taking).rejects.toMatchObject({ code }))
    await using taken = await taking
    expect(taken.fields).toEqual([['purpose', 'vision']])
    expect(taken.uploads.map(({ param }) => param)).toEqual(parts.length === 2 ? ['file'] : [])
  })
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
/** Contents that look like the form around them. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('\r\n', '--', `--${boundary.slice(0, -1)}`, '\r', '\n', '-', '\r\n--x-darkroom', 'x'), { maxLength: 30 })
    .map((pieces) => Buffer.from(pieces.join(''))),
)
const anyPart = fc.oneof(
  fc.tuple(fc.constantFrom('image', 'image[]', 'image[3]', 'mask'), content).map(([name, bytes]) => filePart(name, bytes)),
  fc
    .tuple(fc.constantFrom('prompt', 'n', 'stream'), fc.string({ unit: 'grapheme', maxLength: 50 }))
    .map(([name, text]) => textPart(name, text)),
)
const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 })

describe('any form', () => {
  it('gives the same intake however it is cut', async () => {
    const property = fc.asyncProperty(fc.array(anyPart, { maxLength: 12 }), cuts, async (parts, lengths) => {
      const files = parts.filter(({ head }) => head.length === 2)
      const taken = await take(formBody(parts), { cuts: lengths })
      expect(taken.uploads.map((upload) => upload.sha256)).toEqual(files.map((file) => sha256(Buffer.from(file.content))))
      const texts = parts.filter(({ head }) => head.length === 1)
      expect((taken.text as [string, string][]).map(([, text]) => text)).toEqual(texts.map((text) => text.content.toString()))
    })
    await fc.assert(property, { numRuns: 150 })
  })

  it('is taken in or refused by name when some of its bytes are others or it is too large, and never waits for ever', async () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(0x0d, 0x0a, 0x2d, 0x22, 0x3b, 0x3a, 0x00, 0xff)), { maxLength: 6 })
    const property = fc.asyncProperty(fc.array(anyPart, { maxLength: 6 }), damage, cuts, async (parts, changes, lengths) => {
      const body = formBody(parts)
      for (const [at, byte] of changes) body[at % body.length] = byte
      const limits = { fileBytes: 200, fieldBytes: 40, parts: 5 }
      const found = await take(body, { cuts: lengths, limits }).catch((error: unknown) => error)
      if (found instanceof Error) expect(found).toBeInstanceOf(Failure)
    })
    await fc.assert(property, { numRuns: 250 })
  })
})
