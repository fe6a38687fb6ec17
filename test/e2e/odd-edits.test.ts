import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postGeneration, readRecord, seeReply } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { keyOfAnotherProject } from './another-project.ts'
import { evenAlpha } from './odd-pictures.ts'
import { type PictureServer, servePictures } from './picture-server.ts'
import { checkedError, file, from, masked, room, type Sent, send } from './raw-edits.ts'

const MIB = 1024 * 1024

/** Requests whose pictures are still in the spool; drift is measured there as well. */
async function inputsIn({ dataFolder }: TestGateway): Promise<string[]> {
  return (await readdir(join(dataFolder, 'spool'))).filter((name) => name.startsWith('inputs-'))
}

describe('odd input that is served', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startTestGateway()
  })
  afterAll(() => gateway.close())

  async function served(sent: Sent) {
    const seen = await seeReply(send(gateway, sent))
    expect(seen.status).toBe(200)
    return { seen, inputs: (await readRecord(gateway, seen.generationId!)).request_shape.input_images }
  }

  const bare = (head: readonly string[]): Sent => ({ parts: [{ head, content: room }] })

  it.each<[string, readonly string[], string | null]>([
    ['heads in mixed case', ['cOnTeNt-DisPosition: FORM-DATA; NAME="image"; fileName="Room.PNG"', 'CONTENT-type: IMAGE/PNG'], 'Room.PNG'],
    ['no file name but a type', ['Content-Disposition: form-data; name="image"', 'Content-Type: image/png'], null],
    ['neither file name nor type', ['Content-Disposition: form-data; name="image"'], null],
    ['a file name in another script', ['Content-Disposition: form-data; name="image"; filename="部屋 ☕.png"'], '部屋 ☕.png'],
    ['an encoded file name', ['Content-Disposition: form-data; name="image"; filename="x"; filename*=UTF-8\'\'caf%C3%A9.png'], 'café.png'],
    [
      'a name that lies about the type',
      ['Content-Disposition: form-data; name="image"; filename="x.jpg"', 'Content-Type: text/plain'],
      'x.jpg',
    ],
  ])('a part with %s', async (_what, head, name) => {
    const { inputs } = await served(bare(head))
    expect(inputs).toMatchObject([{ sha256: sha256(room), source: 'upload', source_ref: name, format: 'png' }])
  })

  it('B113 a file name that is a path is a name', async () => {
    const { inputs } = await served(file(room, '../../../darkroom.db'))
    expect(inputs[0]!.source_ref).not.toMatch(/\.\.|\//)
  })

  it('a mask without an opaque pixel: served as upstream serves it, with a remark', async () => {
    const { seen } = await served(masked(await evenAlpha(256, 160, 0)))
    expect(seen.headers.get('x-darkroom-warnings')).toContain('mask_without_opaque_pixels')
  })
})

describe('what belongs to another project', () => {
  let gateway: TestGateway
  let stranger: string
  const asStranger = () => ({ authorization: `Bearer ${stranger}` })
  beforeAll(async () => {
    gateway = await startTestGateway()
    stranger = await keyOfAnotherProject(gateway)
  })
  afterAll(() => gateway.close())

  it.each(['a file', 'a picture', 'the address of a picture'])('B117 cannot be edited: %s', async (what) => {
    const uploaded = await gateway.client().files.create({ file: await toFile(room, 'room.png', { type: 'image/png' }), purpose: 'vision' })
    const made = await readRecord(gateway, (await seeReply(postGeneration(gateway))).generationId!)
    const imageId = made.images[0]!.id
    const reference =
      what === 'a file'
        ? { file_id: uploaded.id }
        : what === 'a picture'
          ? { file_id: imageId }
          : { image_url: `${gateway.url}/v2/images/${imageId}` }
    const posts = gateway.gateway.sandbox!.calls.posts()
    const refused = await send(gateway, from(reference), asStranger())
    expect(checkedError(refused.status, await refused.text())).toMatchObject({ status: 404, code: 'file_not_found' })
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(posts)
    const allowed = await seeReply(send(gateway, from(reference)))
    expect(allowed.status).toBe(200)
  })
})

describe('an address that the operator opened', () => {
  let gateway: TestGateway
  let open: PictureServer
  let hidden: PictureServer
  beforeAll(async () => {
    hidden = await servePictures({ '/room.png': room })
    open = await servePictures({
      '/room.png': room,
      '/page.png': Buffer.from('<!DOCTYPE html><html></html>'),
      '/to-room': '/room.png',
      '/to-hidden': `${hidden.origin}/room.png`,
      '/to-metadata': 'http://169.254.169.254/latest/meta-data/',
      '/round': '/round',
      '/large.png': Buffer.alloc(51 * MIB),
    })
    gateway = await startTestGateway({ yaml: `version: 1\noutbound: { allow: ["${open.origin}"] }\n` })
  })
  afterAll(async () => {
    await gateway.close()
    await open[Symbol.asyncDispose]()
    await hidden[Symbol.asyncDispose]()
  })

  it.each(['/room.png', '/to-room'])('is fetched, and recorded without its query: %s', async (path) => {
    const seen = await seeReply(send(gateway, from({ image_url: `${open.origin}${path}?signature=secret#part` })))
    expect(seen.status).toBe(200)
    const record = await readRecord(gateway, seen.generationId!)
    const { input_images } = record.request_shape
    expect(input_images).toMatchObject([{ source: 'url', source_ref: `${open.origin}${path}`, sha256: sha256(room) }])
    expect(JSON.stringify(record)).not.toContain('secret')
    const { inputs } = gateway.gateway.sandbox!.calls.list().at(-1)!
    expect(inputs!.map((input) => input.sha256)).toEqual([sha256(room)])
  })

  it.each([
    ['B82', '/to-hidden', 'failed_to_download_image'],
    ['B82', '/to-metadata', 'failed_to_download_image'],
    ['B82', '/round', 'failed_to_download_image'],
    ['B90', '/missing.png', 'failed_to_download_image'],
    ['B90', '/page.png', 'invalid_image_file'],
    ['B88', '/large.png', 'failed_to_download_image'],
  ])('%s %s: does not lead on to what is not open, nor to what is no picture', async (_row, path, code) => {
    const posts = gateway.gateway.sandbox!.calls.posts()
    const response = await send(gateway, from({ image_url: `${open.origin}${path}` }))
    const error = checkedError(response.status, await response.text())
    expect(error.code).toBe(code)
    expect(error.message).not.toMatch(/127\.0|169\.254/)
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(posts)
    expect(hidden.asked).toEqual([])
    expect(await inputsIn(gateway)).toEqual([])
  })
})
