import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EstimateReply } from '../../src/contract/record.ts'
import type { InputRecord } from '../../src/sandbox/index.ts'
import { maskWithHoles, scene } from '../support/edit-pictures.ts'
import { invoiceOf, ledgerLines, readEvents, readRecord, sumOf } from '../support/generation-calls.ts'
import { decodePicture, sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let client: OpenAI

beforeAll(async () => {
  gateway = await startTestGateway()
  client = gateway.client()
})
afterAll(() => gateway.close())

const room = scene(1024, 640)
const cup = scene(512, 512, 20)
const mask = maskWithHoles(1024, 640, [{ x: 100, y: 100, width: 300, height: 200 }])
const small = { model: 'gpt-image-2', prompt: 'replace the background', size: '1024x640', quality: 'low' } as const

const png = (bytes: Buffer, name: string) => toFile(bytes, name, { type: 'image/png' })
const dataUrl = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`
const postJson = (body: object, headers = {}) =>
  gateway.fetch('/v1/images/edits', {
    method: 'POST',
    body: JSON.stringify({ ...small, ...body }),
    headers: { 'content-type': 'application/json', ...headers },
  })

/** The pictures that the sandbox received with a generation's call. */
async function receivedBy(generationId: string): Promise<readonly InputRecord[]> {
  const record = await readRecord(gateway, generationId)
  const calls = gateway.gateway.sandbox!.calls.list()
  return calls.find(({ client_request_id }) => client_request_id === `dk-${record.attempts[0]!.id}`)!.inputs!
}

describe('images.edit with the official client', () => {
  it.each([
    ['one image', async () => ({ image: await png(room, 'room.png') }), [room]],
    [
      'three images',
      async () => ({ image: [await png(room, 'a.png'), await png(cup, 'b.png'), await png(room, 'c.png')] }),
      [room, cup, room],
    ],
    ['a mask', async () => ({ image: await png(room, 'room.png'), mask: await png(mask, 'mask.png') }), [room, mask]],
  ])('sends %s upstream byte for byte and keeps what came', async (_what, pictures, sent) => {
    const { data, response } = await client.images.edit({ ...small, ...(await pictures()) }).withResponse()
    const bytes = Buffer.from(data.data![0]!.b64_json!, 'base64')
    expect(await decodePicture(bytes)).toEqual({ format: 'png', width: 1024, height: 640 })

    const id = response.headers.get('x-darkroom-generation')!
    expect((await receivedBy(id)).map((input) => input.sha256)).toEqual(sent.map(sha256))
    const record = await readRecord(gateway, id)
    expect(record).toMatchObject({
      operation: 'edit',
      status: 'completed',
      images: [{ sha256: sha256(bytes), process: null }],
      originals: [],
    })
    expect(record.request_shape.input_images.map((input) => input.sha256)).toEqual(sent.map(sha256))
    expect(record.request_shape.input_image_count).toBe(sent.includes(mask) ? 1 : sent.length)
    expect(record.request_shape.mask_sha256).toBe(sent.includes(mask) ? sha256(mask) : null)
    expect(sumOf(await ledgerLines(gateway, id), 'settle')).toBe(BigInt(invoiceOf(gateway, record.attempts[0]!.id)[0]!.nanos))
  })

  it('streams previews and the picture as edit events', async () => {
    const stream = await client.images.edit({ ...small, image: await png(room, 'room.png'), stream: true, partial_images: 2 })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types).toEqual(['image_edit.partial_image', 'image_edit.partial_image', 'image_edit.completed'])
  })

  it('tells its errors as OpenAI does, before anything is paid', async () => {
    const calls = gateway.gateway.sandbox!.calls.posts()
    const wrong = await png(maskWithHoles(512, 512, [{ x: 1, y: 1, width: 9, height: 9 }]), 'mask.png')
    const edit = client.images.edit({ ...small, image: await png(room, 'room.png'), mask: wrong })
    await expect(edit).rejects.toBeInstanceOf(OpenAI.BadRequestError)
    await expect(edit).rejects.toMatchObject({
      status: 400,
      code: 'invalid_mask_image_format',
      message: expect.stringContaining('512x512'),
    })
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(calls)
  })
})

describe('an edit in JSON', () => {
  it('takes data URLs, kept files and pictures made here, in their order', async () => {
    const file = await client.files.create({ file: await png(cup, 'cup.png'), purpose: 'vision' })
    const made = await readRecord(
      gateway,
      (await client.images.generate(small).withResponse()).response.headers.get('x-darkroom-generation')!,
    )
    const { id, sha256: madeSha } = made.images[0]!
    const answer = await postJson({
      images: [{ image_url: dataUrl(room) }, { file_id: file.id }, { file_id: id }, { image_url: `${gateway.url}/v2/images/${id}` }],
    })
    expect(answer.status).toBe(200)
    const generation = answer.headers.get('x-darkroom-generation')!
    expect((await receivedBy(generation)).map((input) => input.sha256)).toEqual([sha256(room), sha256(cup), madeSha, madeSha])
    const { input_images } = (await readRecord(gateway, generation)).request_shape
    expect(input_images.map(({ source, source_ref }) => [source, source_ref])).toEqual([
      ['data_url', null],
      ['file', file.id],
      ['image', id],
      ['image', id],
    ])
    await answer.arrayBuffer()
  })

  it('streams as a form does', async () => {
    const answer = await postJson({ images: [{ image_url: dataUrl(room) }], mask: { image_url: dataUrl(mask) }, stream: true })
    expect(readEvents(await answer.text()).map(({ event }) => event)).toEqual(['image_edit.completed'])
  })

  it('notes where its inputs come from and what may be done with them', async () => {
    const answer = await postJson({
      images: [{ image_url: dataUrl(room) }, { image_url: dataUrl(cup) }],
      darkroom: { rights: ['own photograph', 'licensed: 4711'] },
    })
    await answer.arrayBuffer()
    const { input_images } = (await readRecord(gateway, answer.headers.get('x-darkroom-generation')!)).request_shape
    expect(input_images.map(({ rights }) => rights)).toEqual(['own photograph', 'licensed: 4711'])
  })
})

describe('what an edit costs', () => {
  it('is said before and is what is charged, inputs multiplied by the pictures asked', async () => {
    const body = { ...small, n: 2, images: [{ image_url: dataUrl(room) }, { image_url: dataUrl(cup) }] }
    const ask = (path: string, question: object) =>
      gateway.fetch(path, { method: 'POST', body: JSON.stringify(question), headers: { 'content-type': 'application/json' } })
    const estimate = (await (await ask('/v2/estimate', { operation: 'edit', request: body })).json()) as EstimateReply
    const check = await (await ask('/v2/check?operation=edit', body)).json()
    expect(check).toMatchObject({ ok: true, refusals: [], estimate: { expected: estimate.expected } })
    const answer = await postJson(body)
    await answer.arrayBuffer()
    const record = await readRecord(gateway, answer.headers.get('x-darkroom-generation')!)
    expect(record.cost).toMatchObject({ settled_nanos: estimate.expected.nanos, estimated_nanos: estimate.expected.nanos })
    expect(record.usage).toMatchObject({ image_in: estimate.tokens!.image_in, text_in: estimate.tokens!.text_in })
  })
})

describe('GET /v2/check of an edit as a form', () => {
  it('judges the pictures without a call', async () => {
    const form = new FormData()
    for (const [name, value] of Object.entries(small)) form.append(name, value)
    form.append('image', new Blob([new Uint8Array(room)]), 'room.png')
    form.append('mask', new Blob([new Uint8Array(cup)]), 'mask.png')
    const calls = gateway.gateway.sandbox!.calls.posts()
    const verdict = await (await gateway.fetch('/v2/check?operation=edit', { method: 'POST', body: form })).json()
    expect(verdict).toMatchObject({ ok: false, refusals: [{ status: 400, error: { code: 'invalid_mask_image_format' } }] })
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(calls)
  })
})
