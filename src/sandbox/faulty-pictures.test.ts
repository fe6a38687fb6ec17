import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pictureFacts, postWith, quickSandbox, readEvents, spoiled } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

describe('a picture that is not what was asked', () => {
  const pictureOf = (reply: { data: { b64_json: string }[] }) => Buffer.from(reply.data[0]!.b64_json, 'base64')

  test('size paints, reports and charges another size', async () => {
    const { reply } = await spoiled(sandbox, 'size=1254x1254')
    expect(reply).toMatchObject({ size: '1254x1254', usage: { output_tokens: 229 } })
    expect(pictureFacts(pictureOf(reply)).size).toBe('1254x1254')
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ size: '1254x1254', image_out: 229 })
  })

  test('lie reports what was asked instead', async () => {
    const { reply } = await spoiled(sandbox, 'size=1536x1024 format=png quality=medium lie', { output_format: 'webp' })
    expect(reply).toMatchObject({ size: '1024x1024', output_format: 'webp', quality: 'low' })
    expect(pictureFacts(pictureOf(reply))).toEqual({ format: 'png', size: '1536x1024' })
    expect(reply.usage.output_tokens).toBe(1372)
  })

  test('format paints another format', async () => {
    const { reply } = await spoiled(sandbox, 'format=jpeg')
    expect(reply.output_format).toBe('jpeg')
    expect(pictureFacts(pictureOf(reply)).format).toBe('jpeg')
  })

  test('model echoes a name, swap bills another model', async () => {
    expect((await spoiled(sandbox, 'model=gpt-image-1')).reply.model).toBe('gpt-image-1')
    const { reply } = await spoiled(sandbox, 'swap=gpt-image-1-mini')
    expect(reply.usage.output_tokens).toBe(272)
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ model: 'gpt-image-1-mini', image_out: 272 })
  })

  test('truncated-image is whole base64 of half a picture', async () => {
    const whole = pictureOf((await spoiled(sandbox, 'comments')).reply)
    const half = pictureOf((await spoiled(sandbox, 'truncated-image')).reply)
    expect(pictureFacts(half).format).toBe('png')
    expect(half.length / whole.length).toBeCloseTo(0.6, 1)
  })

  test('no-data and url have no picture', async () => {
    expect((await spoiled(sandbox, 'no-data')).reply).toMatchObject({ data: [], usage: { output_tokens: 196 } })
    expect((await spoiled(sandbox, 'url')).reply.data).toEqual([{ url: 'https://pictures.sandbox.invalid/1.png' }])
  })

  test('broken-json cannot be read', async () => {
    const text = await (await postWith(sandbox, 'broken-json')).text()
    expect(text).toContain('"b64_json"')
    expect(() => JSON.parse(text)).toThrow()
  })

  test('broken-base64 is JSON, but not base64', async () => {
    expect((await spoiled(sandbox, 'broken-base64')).reply.data[0]!.b64_json).toMatch(/^[A-Za-z0-9+/]+![A-Za-z0-9+/]+=*$/)
  })

  test('escaped-base64 means the same to JSON and not to a careless reader', async () => {
    const text = await (await postWith(sandbox, 'escaped-base64')).text()
    expect(text).toContain('\\/')
    expect(text).toContain('\\u002B')
    expect(pictureFacts(pictureOf(JSON.parse(text))).format).toBe('png')
  })

  test('data-url has a prefix', async () => {
    expect((await spoiled(sandbox, 'data-url')).reply.data[0]!.b64_json).toMatch(/^data:image\/png;base64,iVBOR/)
  })
})

describe('usage', () => {
  test('is missing, without details, negative or absurd, while the invoice stays true', async () => {
    expect((await spoiled(sandbox, 'usage=missing')).reply).not.toHaveProperty('usage')
    expect(Object.keys((await spoiled(sandbox, 'usage=nodetails')).reply.usage)).toEqual(['input_tokens', 'output_tokens', 'total_tokens'])
    expect((await spoiled(sandbox, 'usage=negative')).reply.usage.output_tokens).toBe(-196)
    expect((await spoiled(sandbox, 'usage=huge')).reply.usage.output_tokens).toBe(1e12)
    expect(
      sandbox.invoice
        .lines()
        .slice(-4)
        .map(({ image_out }) => image_out),
    ).toEqual([196, 196, 196, 196])
  })

  test('counts the marker as part of the prompt, which is what the caller sent', async () => {
    expect((await spoiled(sandbox, 'latency=0')).reply.usage.input_tokens).toBeGreaterThan(8)
  })
})

describe('a stream', () => {
  const textWith = async (faults: string, partial_images = 2) => (await postWith(sandbox, faults, { stream: true, partial_images })).text()
  const namesOf = (text: string) => readEvents(text).map(({ event }) => event.replace('image_generation.', ''))

  test('one-partial and partials send and charge fewer previews', async () => {
    expect(namesOf(await textWith('one-partial'))).toEqual(['partial_image', 'completed'])
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ partial_images: 1, image_out: 296 })
    expect(namesOf(await textWith('partials=0'))).toEqual(['completed'])
  })

  test('error-after-partial ends with an error event', async () => {
    const events = readEvents(await textWith('error-after-partial'))
    expect(events.map(({ event }) => event)).toEqual(['image_generation.partial_image', 'error'])
    expect(events[1]!.data).toMatchObject({ type: 'error', error: { type: 'server_error' } })
  })

  test('error-after-completed sends an error although the picture came', async () => {
    expect(namesOf(await textWith('error-after-completed', 0))).toEqual(['completed', 'error'])
  })

  test('done-marker ends with [DONE], comments stand between events', async () => {
    expect(await textWith('done-marker')).toMatch(/\n\ndata: \[DONE\]\n\n$/)
    expect(await textWith('comments')).toMatch(/^: keep-alive\n\nevent: /)
  })

  test('crlf ends every line the other way', async () => {
    const text = await textWith('crlf done-marker')
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(namesOf(text)).toEqual(['partial_image', 'partial_image', 'completed'])
  })

  test('broken-json and broken-base64 spoil its events, no-data leaves the picture out', async () => {
    await expect(textWith('broken-json').then(readEvents)).rejects.toThrow(SyntaxError)
    expect(readEvents(await textWith('broken-base64', 0))[0]!.data.b64_json).toContain('!')
    expect(namesOf(await textWith('no-data'))).toEqual(['partial_image', 'partial_image'])
  })

  test('a fault that replaces the picture answers before the stream begins', async () => {
    const response = await postWith(sandbox, 'status=500', { stream: true })
    expect([response.status, response.headers.get('content-type')]).toEqual([500, 'application/json'])
  })
})
