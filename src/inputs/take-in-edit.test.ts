import { createHash, randomBytes } from 'node:crypto'
import OpenAI, { toFile } from 'openai'
import { describe, expect, it } from 'vitest'
import { boundary, contentType, filePart, formBody, textPart } from './fixtures/form-body.ts'
import { type IntakeReport, type IntakeServer, intakeServer, postPieces, sendAndHangUp } from './fixtures/intake-server.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const MIB = 1024 * 1024

function client({ port }: IntakeServer): OpenAI {
  return new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 })
}

async function taken(answer: unknown): Promise<IntakeReport> {
  return ((await answer) as { intake: IntakeReport }).intake
}

function post(server: IntakeServer, body: Buffer, type = contentType): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', headers: { 'content-type': type }, body })
}

describe('takeInEdit, from the official client', () => {
  it('takes one image and every field', async () => {
    await using server = await intakeServer()
    const image = randomBytes(100_000)
    const { uploads, text } = await taken(
      client(server).images.edit({ model: 'gpt-image-2', prompt: 'a hat, ein Hütchen, 帽子', image: await toFile(image, 'in.png'), n: 2 }),
    )
    expect(uploads).toEqual([
      { role: 'image', param: 'image', source: 'upload', bytes: image.length, sha256: sha256(image), fileName: 'in.png' },
    ])
    expect(Object.fromEntries(text as [string, string][])).toMatchObject({
      prompt: 'a hat, ein Hütchen, 帽子',
      model: 'gpt-image-2',
      n: '2',
    })
    expect(await server.files()).toEqual([])
  })

  it('takes sixteen images and a mask in their order, byte for byte', async () => {
    await using server = await intakeServer()
    const images = Array.from({ length: 16 }, (_, index) => randomBytes(1 + index * 20_011))
    const mask = randomBytes(70_000)
    const { uploads } = await taken(
      client(server).images.edit({
        model: 'gpt-image-2',
        prompt: 'a hat',
        image: await Promise.all(images.map((bytes, index) => toFile(bytes, `図 ${index}.webp`, { type: 'image/webp' }))),
        mask: await toFile(mask, 'mask.png'),
      }),
    )
    const sent = images.map((bytes, index) => ({ param: `image[${index}]`, sha256: sha256(bytes), fileName: `図 ${index}.webp` }))
    expect(uploads.filter(({ role }) => role === 'image')).toMatchObject(sent)
    expect(uploads.filter(({ role }) => role !== 'image')).toMatchObject([{ role: 'mask', param: 'mask', sha256: sha256(mask) }])
  })

  it('takes the JSON form with data URLs, addresses and file ids', async () => {
    await using server = await intakeServer()
    const [image, mask] = [randomBytes(3 * MIB), randomBytes(1000)]
    const body = {
      prompt: 'data:image/png;base64,AAAA',
      images: [
        { image_url: 'https://example.com/a.png' },
        { image_url: `data:image/png;base64,${image.toString('base64')}` },
        { file_id: 'file-1' },
      ],
      mask: { image_url: `data:;base64,${mask.toString('base64')}` },
    }
    const { text, uploads } = await taken(client(server).post('/images/edits', { body }))
    expect(text).toEqual({ ...body, images: [body.images[0], { image_url: 'data:' }, body.images[2]], mask: { image_url: 'data:' } })
    expect(uploads).toEqual([
      { role: 'image', param: 'images[1].image_url', source: 'data_url', bytes: image.length, sha256: sha256(image), fileName: null },
      { role: 'mask', param: 'mask.image_url', source: 'data_url', bytes: mask.length, sha256: sha256(mask), fileName: null },
    ])
    expect(await server.files()).toEqual([])
  })

  it('lets a client that writes everything first read why it was refused', async () => {
    await using server = await intakeServer({ fileBytes: 5 * MIB })
    const image = await toFile(Buffer.alloc(30 * MIB), 'in.png')
    const refused = client(server).images.edit({ model: 'gpt-image-2', prompt: 'a hat', image })
    await expect(refused).rejects.toMatchObject({ status: 413, code: 'image_too_large', param: 'image' })
    expect(await server.files()).toEqual([])
  })
})

describe('takeInEdit, over a real connection', () => {
  it('keeps memory bounded while 16 images of 5 MB come', async () => {
    await using server = await intakeServer()
    const image = Buffer.alloc(5 * MIB, 'pixels')
    const piece = image.subarray(0, 64 * 1024)
    const head = Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="image[]"; filename="a"\r\n\r\n`)
    const part = [head, ...Array.from({ length: 80 }, (_, index) => image.subarray(index * piece.length, (index + 1) * piece.length))]
    const parts = Array.from({ length: 16 }, () => [...part, Buffer.from('\r\n')]).flat()
    const before = process.memoryUsage.rss()
    let peak = before
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 5)
    const { uploads } = await postPieces(server.port, contentType, [...parts, Buffer.from(`--${boundary}--`)])
    clearInterval(watch)
    expect(uploads.map((upload) => upload.sha256)).toEqual(Array.from({ length: 16 }, () => sha256(image)))
    // Loose, for the sender lives in the same process; the body alone has 80 MB.
    expect(peak - before).toBeLessThan(64 * MIB)
  })

  it('does not read a body that announces too much', async () => {
    await using server = await intakeServer({ formBytes: 1000 })
    const reply = await post(server, formBody([filePart('image', Buffer.alloc(2000))]))
    expect(reply.status).toBe(413)
    expect(await reply.json()).toMatchObject({ error: { code: 'body_too_large' } })
    expect(await server.files()).toEqual([])
  })

  it.each([
    ['a form', contentType, formBody([textPart('prompt', 'x'), filePart('image', Buffer.alloc(900_000))]).subarray(0, -500_000)],
    ['a JSON body', 'application/json', Buffer.from(`{"images":[{"image_url":"data:image/png;base64,${'QUJD'.repeat(200_000)}`)],
  ])('removes everything when the client hangs up inside %s', async (_, type, body) => {
    await using server = await intakeServer()
    await sendAndHangUp(server.port, `content-type: ${type}\r\ncontent-length: 1000000`, body)
    await server.ended(1)
    expect(server.endings[0]).toMatchObject({ code: 'request_aborted', outcome: 'not_charged', shouldRetry: true })
    expect(await server.files()).toEqual([])
  })

  it('serves the next request of a connection whose last one was refused', async () => {
    await using server = await intakeServer()
    const refused = await post(server, formBody([filePart('picture', Buffer.alloc(300_000))]))
    expect(await refused.json()).toMatchObject({ error: { code: 'unexpected_file_part', param: 'picture' } })
    expect((await post(server, formBody([filePart('image', 'x')]))).status).toBe(200)
  })

  it.each([
    ['none', undefined],
    ['another', 'text/plain'],
    ['a form of another kind', `multipart/mixed; boundary=${boundary}`],
    ['one that only begins like JSON', 'application/json garbage'],
    ['one with a tab', 'application/json\ta'],
    ['JSON in UTF-16', 'application/json; charset=utf-16'],
    ['a list', 'application/json, text/plain'],
    ['a boundary named twice', `multipart/form-data; boundary=a; boundary=${boundary}`],
  ])('refuses a Content-Type before reading: %s', async (_, type) => {
    await using server = await intakeServer()
    const headers = type === undefined ? undefined : { 'content-type': type }
    const reply = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', headers, body: Buffer.from('{}') })
    expect(reply.status).toBe(415)
    expect(await reply.json()).toMatchObject({ error: { code: 'unsupported_media_type' } })
  })
})
