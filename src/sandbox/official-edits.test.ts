import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asFile, clientOf, dataUrl, maskPng, picturesOf, postEdit, sha256, sourcePng } from './edit-test-kit.ts'
import { pictureFacts, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  sandbox = await quickSandbox()
  client = clientOf(sandbox)
})
afterAll(() => sandbox.close())

const small = { model: 'gpt-image-2', prompt: 'a cat', size: '1024x1024', quality: 'low' } as const
const first = sourcePng(96, 96)
const second = sourcePng(64, 128, 9)
const mask = maskPng(96, 96, { x: 20, y: 20, width: 40, height: 40 })
const received = () => sandbox.calls.list().at(-1)!.inputs

describe("the official client's images.edit", () => {
  test('edits one picture', async () => {
    const reply = await client.images.edit({ ...small, image: await asFile(first) })
    expect(pictureFacts(picturesOf(reply)[0]!)).toEqual({ format: 'png', size: '1024x1024' })
    expect(reply).toMatchObject({ size: '1024x1024', quality: 'low', output_format: 'png', background: 'opaque' })
    expect(reply.usage).toMatchObject({
      input_tokens: 8 + 36,
      input_tokens_details: { text_tokens: 8, image_tokens: 36 },
      output_tokens: 196,
    })
    expect(received()).toEqual([{ name: 'image', role: 'image', sha256: sha256(first), bytes: first.length, media_type: 'image/png' }])
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ operation: 'edit', n: 1, text_in: 8, image_in: 36, image_out: 196 })
  })

  test('brings many pictures and a mask over in order, byte for byte', async () => {
    const pictures = [first, second, ...Array.from({ length: 14 }, (_, index) => sourcePng(16, 16, index))]
    const image = await Promise.all(pictures.map((bytes, index) => asFile(bytes, `${index}.png`)))
    await client.images.edit({ ...small, image, mask: await asFile(mask) })
    expect(received()).toEqual([
      ...pictures.map((bytes) => ({ name: 'image[]', role: 'image', sha256: sha256(bytes), bytes: bytes.length, media_type: 'image/png' })),
      { name: 'mask', role: 'mask', sha256: sha256(mask), bytes: mask.length, media_type: 'image/png' },
    ])
    const { calls } = (await (await fetch(`${sandbox.url}/_sandbox/calls`)).json()) as { calls: { inputs: unknown }[] }
    expect(calls.at(-1)!.inputs).toEqual(received())
  })

  test('streams previews and the picture as image_edit events', async () => {
    const stream = await client.images.edit({ ...small, image: await asFile(first), stream: true, partial_images: 2 })
    const events = await Array.fromAsync(stream)
    expect(events.map(({ type }) => type)).toEqual(['image_edit.partial_image', 'image_edit.partial_image', 'image_edit.completed'])
    for (const { b64_json } of events) expect(pictureFacts(Buffer.from(b64_json, 'base64')).size).toBe('1024x1024')
    expect(events.at(-1)).toMatchObject({ usage: { input_tokens: 44, output_tokens: 396 } })
  })

  test.each(['png', 'jpeg', 'webp'] as const)('comes as %s', async (output_format) => {
    const reply = await client.images.edit({ ...small, output_format, image: await asFile(first) })
    expect(reply.output_format).toBe(output_format)
    expect(pictureFacts(picturesOf(reply)[0]!).format).toBe(output_format)
  })

  test('makes n pictures that differ, and bills the inputs n times', async () => {
    const reply = await client.images.edit({ ...small, image: await asFile(first), n: 3 })
    expect(new Set(picturesOf(reply).map(sha256)).size).toBe(3)
    expect(reply.usage).toMatchObject({ input_tokens_details: { text_tokens: 24, image_tokens: 108 } })
  })

  test('gives equal bytes for equal calls, and others for another picture', async () => {
    const ask = async (bytes: Buffer) => picturesOf(await client.images.edit({ ...small, image: await asFile(bytes) })).map(sha256)
    expect(await ask(first)).toEqual(await ask(first))
    expect(await ask(first)).not.toEqual(await ask(sourcePng(96, 96, 1)))
  })

  test('takes the id of an uploaded file', async () => {
    const file = await client.files.create({ file: await asFile(second), purpose: 'vision' })
    const response = await postEdit(sandbox, { images: [{ image_url: dataUrl(first) }, { file_id: file.id }] })
    expect(response.status).toBe(200)
    expect(received()).toMatchObject([
      { sha256: sha256(first) },
      { name: 'images[1].file_id', sha256: sha256(second), media_type: 'image/png' },
    ])
  })
})

describe('the JSON form', () => {
  test('reads data URLs of pictures and mask, larger than a JSON body may otherwise be', async () => {
    const large = sourcePng(1024, 1024, 5)
    expect(large.length).toBeGreaterThan(1_048_576)
    const open = maskPng(1024, 1024, { x: 300, y: 300, width: 200, height: 200 })
    const response = await postEdit(sandbox, { images: [{ image_url: dataUrl(large) }], mask: { image_url: dataUrl(open) } })
    expect(response.status).toBe(200)
    expect(received()).toEqual([
      { name: 'images[0].image_url', role: 'image', sha256: sha256(large), bytes: large.length, media_type: 'image/png' },
      { name: 'mask.image_url', role: 'mask', sha256: sha256(open), bytes: open.length, media_type: 'image/png' },
    ])
  })

  test('undoes JSON escapes in a data URL', async () => {
    const text = JSON.stringify({ ...small, images: [{ image_url: dataUrl(first) }] })
      .replaceAll('/', '\\/')
      .replace('image_url', 'image\\u005furl')
    const headers = { authorization: 'Bearer sk-any', 'content-type': 'application/json' }
    const response = await fetch(`${sandbox.url}/v1/images/edits`, { method: 'POST', headers, body: text })
    expect(response.status).toBe(200)
    expect(received()).toMatchObject([{ sha256: sha256(first) }])
  })

  test('leaves a prompt that looks like a data URL alone', async () => {
    const prompt = 'data: a chart, as "image_url":"data:image/png;base64,AAAA"'
    const response = await postEdit(sandbox, { prompt, images: [{ image_url: dataUrl(first) }] })
    expect(response.status).toBe(200)
  })
})

test('whole calls of the fact sheet: one input on 2.5-flare is $0.060962, with n = 2 it is $0.121924', async () => {
  const call = { model: 'gpt-image-2.5-flare', prompt: 'a cat', size: '1024x1024', quality: 'high' } as const
  const image = () => asFile(sourcePng(1024, 1024))
  const one = await client.images.edit({ ...call, image: await image() })
  expect(one.usage).toMatchObject({ input_tokens_details: { text_tokens: 18, image_tokens: 1024 }, output_tokens: 1756 })
  expect(sandbox.invoice.lines().at(-1)).toMatchObject({ nanos: '60962000' })
  const two = await client.images.edit({ ...call, image: await image(), n: 2 })
  expect(two.usage).toMatchObject({ input_tokens_details: { text_tokens: 36, image_tokens: 2048 }, output_tokens: 3512 })
  expect(sandbox.invoice.lines().at(-1)).toMatchObject({ nanos: '121924000' })
})
