import { createCanvas } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf, dataUrl, drawnPng, maskPng, postEdit, postForm, sourcePng } from './edit-test-kit.ts'
import { errorOf, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const picture = sourcePng(64, 64)
const image = { image_url: dataUrl(picture) }
const jpeg = createCanvas(64, 64).encodeSync('jpeg')
const text = [
  ['model', 'gpt-image-2'],
  ['prompt', 'a cat'],
] as const

describe('the JSON form refuses', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['no pictures', {}, { status: 400, code: 'missing_required_parameter', param: 'images' }],
    ['an empty list', { images: [] }, { code: 'empty_array', param: 'images' }],
    ['null', { images: null }, { code: 'invalid_type', param: 'images' }],
    ['a bare text', { images: ['x'] }, { code: 'invalid_type', param: 'images[0]' }],
    ['image', { image }, { code: 'invalid_value', param: 'image' }],
    [
      'input_fidelity on gpt-image-2',
      { images: [image], input_fidelity: 'high' },
      { code: 'invalid_input_fidelity_model', param: 'input_fidelity' },
    ],
    ['an unknown key before the pictures', { images: [], foo: 1 }, { code: 'unknown_parameter', param: 'foo' }],
    ['an unknown model before all', { model: 'foo', images: [], foo: 1 }, { code: 'invalid_value', param: 'model' }],
    ['n of 0', { images: [image], n: 0 }, { code: 'integer_below_min_value', param: 'n' }],
    ['a size that is not a multiple of 16', { images: [image], size: '9x9' }, { code: 'invalid_value', param: 'size' }],
    ['17 pictures', { images: Array.from({ length: 17 }, () => image) }, { status: 400, param: 'images' }],
    [
      'an address to fetch',
      { images: [{ image_url: 'https://example.com/a.png' }] },
      { code: 'failed_to_download_image', param: 'images[0].image_url' },
    ],
    [
      'a file that is not there',
      { images: [{ file_id: 'file-0' }] },
      { status: 404, code: 'image_file_not_found', param: 'images[0].file_id' },
    ],
    ['an address and a file at once', { images: [{ ...image, file_id: 'file-0' }] }, { status: 400, param: 'images[0]' }],
  ])('%s', async (_case, body, expected) => {
    expect(await errorOf(postEdit(sandbox, body))).toMatchObject(expected)
  })
})

describe('what a picture holds', () => {
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>')
  const bomb = Buffer.from(picture)
  bomb.writeUInt32BE(60_000, 16)
  bomb.writeUInt32BE(60_000, 20)
  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['a web page', Buffer.from('<!doctype html><title>no</title>')],
    ['a gif', gif],
    ['an svg', svg],
    ['a picture that was cut off', picture.subarray(0, picture.length - 40)],
    ['more pixels than are ever decoded', bomb],
  ])('%s is invalid_image_file', async (_case, bytes) => {
    const answer = errorOf(postForm(sandbox, [...text, ['image[]', picture], ['image[]', bytes]]))
    expect(await answer).toMatchObject({
      status: 400,
      type: 'image_generation_user_error',
      code: 'invalid_image_file',
      message: expect.stringContaining('image 2'),
    })
  })

  test.each([
    ['of another size', maskPng(32, 32, { x: 0, y: 0, width: 8, height: 8 })],
    ['that is a jpeg', jpeg],
    ['that is no picture', Buffer.from('mask')],
    ['without a transparent pixel', drawnPng(64, 64, (brush) => brush.fillRect(0, 0, 64, 64))],
  ])('a mask %s is refused', async (_case, mask) => {
    const before = sandbox.invoice.totals().calls
    const answer = await errorOf(postForm(sandbox, [...text, ['image', picture], ['mask', mask]]))
    expect(answer).toMatchObject({ status: 400, code: expect.stringMatching(/^invalid_(mask_image_format|image_file)$/) })
    expect(sandbox.invoice.totals().calls).toBe(before)
  })

  test('a mask of another size is refused in the words of upstream', async () => {
    const mask = maskPng(32, 32, { x: 0, y: 0, width: 8, height: 8 })
    expect(await errorOf(postForm(sandbox, [...text, ['image', picture], ['mask', mask]]))).toMatchObject({
      code: 'invalid_mask_image_format',
      message: expect.stringContaining('mask size does not match image size'),
    })
  })
})

describe('a form', () => {
  test('reads stream and numbers from text', async () => {
    const response = await postForm(sandbox, [...text, ['stream', 'true'], ['partial_images', '1'], ['n', '1'], ['image', picture]])
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect(await response.text()).toContain('event: image_edit.completed')
  })

  test('takes a picture without a file name', async () => {
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt-image-2\r\n'),
      Buffer.from('--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na cat\r\n'),
      Buffer.from('--b\r\nContent-Disposition: form-data; name="image"\r\nContent-Type: image/png\r\n\r\n'),
      picture,
      Buffer.from('\r\n--b--\r\n'),
    ])
    const headers = { authorization: 'Bearer sk-any', 'content-type': 'Multipart/Form-Data; boundary=b' }
    expect((await fetch(`${sandbox.url}/v1/images/edits`, { method: 'POST', headers, body })).status).toBe(200)
  })

  test('names its pictures image or image[], not images', async () => {
    expect(await errorOf(postForm(sandbox, [...text, ['images', picture]]))).toMatchObject({ status: 400, code: 'invalid_value' })
  })

  test('without pictures misses image', async () => {
    expect(await errorOf(postForm(sandbox, text))).toMatchObject({ status: 400, code: 'missing_required_parameter', param: 'image' })
  })

  test.each([
    ['without a boundary', 'multipart/form-data', '--b\r\n'],
    ['that is cut off', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt'],
    ['of another type', 'text/plain', 'hello'],
  ])('%s is refused', async (_case, type, body) => {
    const headers = { authorization: 'Bearer sk-any', 'content-type': type }
    expect(await errorOf(fetch(`${sandbox.url}/v1/images/edits`, { method: 'POST', headers, body }))).toMatchObject({ status: 400 })
  })

  test('larger than the sandbox takes is refused', async () => {
    await using narrow = await quickSandbox({ maxEditBodyBytes: 1_000 })
    expect(await errorOf(postForm(narrow, [...text, ['image', picture]]))).toMatchObject({ status: 413 })
  })
})

describe('files', () => {
  test('are kept, listed, shown and deleted', async () => {
    const client = clientOf(sandbox)
    const upload = (name: string) =>
      client.files.create({ file: new File([new Uint8Array(picture)], name, { type: 'image/png' }), purpose: 'vision' })
    const [first, second] = [await upload('first.png'), await upload('絵.png')]
    expect(first).toMatchObject({ object: 'file', bytes: picture.length, filename: 'first.png', purpose: 'vision', status: 'processed' })
    expect((await Array.fromAsync(client.files.list({ limit: 1 }))).map(({ id }) => id)).toEqual([second.id, first.id])
    expect((await client.files.retrieve(second.id)).filename).toBe('絵.png')
    expect(await client.files.delete(first.id)).toEqual({ object: 'file', id: first.id, deleted: true })
    await expect(client.files.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
  })

  test('expire when their time is over', async () => {
    let nowMs = Date.UTC(2026, 10, 20)
    const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() }
    await using later = await quickSandbox({ clock })
    const client = clientOf(later)
    const expires_after = { anchor: 'created_at', seconds: 3_600 } as const
    const { id, expires_at } = await client.files.create({
      file: new File([new Uint8Array(picture)], 'a.png'),
      purpose: 'vision',
      expires_after,
    })
    expect(expires_at).toBe(nowMs / 1000 + 3_600)
    nowMs += 3_600_000
    await expect(client.files.retrieve(id)).rejects.toMatchObject({ status: 404 })
  })

  test('are refused for another purpose, without a file, and beyond the room there is', async () => {
    const post = async (at: Sandbox, parts: [string, string | Blob][]) => {
      const form = new FormData()
      for (const [name, value] of parts) form.append(name, value as string)
      return errorOf(fetch(`${at.url}/v1/files`, { method: 'POST', headers: { authorization: 'Bearer sk-any' }, body: form }))
    }
    const file: [string, Blob] = ['file', new Blob([new Uint8Array(picture)])]
    expect(await post(sandbox, [['purpose', 'user_data'], file])).toMatchObject({ status: 400, code: 'invalid_value', param: 'purpose' })
    expect(await post(sandbox, [['purpose', 'vision']])).toMatchObject({ status: 400, param: 'file' })
    await using narrow = await quickSandbox({ maxFilesBytes: 1_000 })
    expect(await post(narrow, [['purpose', 'vision'], file])).toMatchObject({ status: 400, code: 'sandbox_files_full' })
  })
})
