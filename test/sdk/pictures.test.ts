import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDarkroom, type Darkroom, type ImageStreamEvent, NotFoundError, RefusedError } from '../../sdk/src/index.ts'
import { mask, room, roomSize } from '../support/edit-calls.ts'
import { smallCall } from '../support/generation-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let darkroom: Darkroom
const bytes = (buffer: Buffer) => new Uint8Array(buffer)
const edit = { model: 'gpt-image-2', prompt: 'put a lamp there', size: '1024x640', quality: 'low' } as const

beforeAll(async () => {
  gateway = await startTestGateway()
  darkroom = createDarkroom({ baseUrl: gateway.url, key: gateway.key })
})
afterAll(() => gateway.close())

describe('generate', () => {
  it('gives the pictures, the facts of the call and, from its record, what it cost', async () => {
    const result = await darkroom.generate({ ...smallCall, n: 2, output_format: 'webp' }, { projectTag: 'spring' })
    expect(result).toMatchObject({ route: 'sandbox', isReplay: false, isSandbox: true, warnings: [] })
    expect(result.images).toHaveLength(2)
    expect(await decodePicture(Buffer.from(result.image.bytes()))).toEqual({ format: 'webp', width: 1024, height: 640 })
    expect(Buffer.from(await result.image.blob().arrayBuffer())).toEqual(Buffer.from(result.image.base64, 'base64'))
    expect([result.image.mediaType, result.image.blob().type, result.image.dataUrl().slice(0, 23)]).toEqual([
      'image/webp',
      'image/webp',
      'data:image/webp;base64,',
    ])
    const record = await result.record()
    expect(record).toMatchObject({ id: result.generationId, status: 'completed', project_tag: 'spring' })
    expect(await result.cost()).toEqual(record.cost)
    expect(record.idempotency?.keys).toEqual([result.idempotencyKey])
  })

  it('streams previews, then each finished picture', async () => {
    const events: ImageStreamEvent[] = []
    const stream = darkroom.generate({ ...smallCall, n: 2, stream: true, partial_images: 1 })
    for await (const event of stream) events.push(event)
    expect(events.map(({ type, index }) => [type, index])).toEqual([
      ['partial', 0],
      ['completed', 0],
      ['partial', 0],
      ['completed', 1],
    ])
    expect(events[1]).toMatchObject({
      type: 'completed',
      usage: { output_tokens: expect.any(Number) },
      wire: { type: 'image_generation.completed' },
    })
    expect(await decodePicture(Buffer.from(events[1]!.image.bytes()))).toEqual({ format: 'png', width: 1024, height: 640 })
    expect(stream.facts).toMatchObject({ idempotencyKey: stream.idempotencyKey, route: 'sandbox' })
    expect(() => stream[Symbol.asyncIterator]()).toThrow('read once')
  })

  it('reads a stream to its end where only the result is wanted', async () => {
    const result = await darkroom.generate({ ...smallCall, stream: true }).result()
    expect(result.images).toHaveLength(1)
    expect(result.reply).toMatchObject({
      size: '1024x640',
      quality: 'low',
      output_format: 'png',
      usage: { input_tokens: expect.any(Number) },
    })
    expect((await result.record()).request_shape.stream).toBe(true)
  })

  it('throws what the gateway refuses, with money, next step and an address that explains it', async () => {
    const refused = await darkroom.generate({ ...smallCall, size: '1920x1081' }).catch((error) => error)
    expect(refused).toBeInstanceOf(RefusedError)
    expect(refused).toMatchObject({
      name: 'RefusedError',
      status: 400,
      param: 'size',
      failure: 'invalid_size',
      outcome: 'not_charged',
      nextAction: 'stop',
      docs: `${gateway.url}/docs/errors#invalid_size`,
      requestId: expect.stringMatching(/^req_/),
    })
    expect(await (await fetch(refused.docs)).text()).toContain('id="invalid_size"')
  })

  it('throws the error of a stream from its loop', async () => {
    const stream = darkroom.generate({ ...smallCall, prompt: 'a fox [[sandbox: moderation]]', stream: true })
    await expect(stream.result()).rejects.toMatchObject({ outcome: 'not_charged', nextAction: 'stop' })
  })
})

describe('edit', () => {
  const reads = async (image: Parameters<Darkroom['edit']>[0]['image'], change: object = {}) => {
    const result = await darkroom.edit({ ...edit, image, ...change })
    return { result, record: await result.record() }
  }

  it('takes a file in every form a runtime has, and sends its bytes untouched', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-sdk-'))
    await writeFile(join(folder, 'room.png'), room)
    const forms = [
      bytes(room),
      bytes(room).buffer as ArrayBuffer,
      new Blob([bytes(room)]),
      new File([bytes(room)], 'room.png', { type: 'image/png' }),
      new Blob([bytes(room)]).stream(),
      createReadStream(join(folder, 'room.png')),
    ]
    const { record: first } = await reads(room)
    for (const form of forms) {
      const { record } = await reads(form)
      expect(record.request_shape.input_images[0]!.sha256).toBe(first.request_shape.input_images[0]!.sha256)
    }
    await rm(folder, { recursive: true })
  })

  it('takes what was made before, by itself and by id, among files, with a mask that holds', async () => {
    const drawn = await darkroom.generate({ ...smallCall })
    const [made] = (await drawn.record()).images
    const { record } = await reads([room, drawn.image, { file_id: made!.id }])
    expect(record.request_shape.input_images.map(({ source }) => source)).toEqual(['data_url', 'data_url', 'image'])
    expect(record.request_shape.input_images[1]!.sha256).toBe(made!.sha256)
    const strict = await darkroom.edit({ ...edit, image: room, mask: bytes(mask) }, { mask: 'strict', rights: 'own photograph' })
    const strictRecord = await strict.record()
    expect(strictRecord.images[0]!.process).toMatchObject({ kind: 'strict_mask' })
    expect(strictRecord.request_shape.input_images[0]).toMatchObject({
      source: 'upload',
      rights: 'own photograph',
      source_ref: 'image.png',
    })
  })

  it('sends what Darkroom adds along, in a form too', async () => {
    const { record } = await reads(room, { darkroom: { metadata: { order: '4711' }, protect: [{ x: 0, y: 0, width: 20, height: 20 }] } })
    expect(record.metadata).toEqual({ order: '4711' })
    expect(record.request_shape.protect).toEqual([{ x: 0, y: 0, width: 20, height: 20 }])
  })

  it('streams', async () => {
    const result = await darkroom.edit({ ...edit, image: room, stream: true, partial_images: 1 }).result()
    expect(await decodePicture(Buffer.from(result.image.bytes()))).toEqual({ format: 'png', ...roomSize })
  })
})

describe('before paying', () => {
  it('check gives every reason at once, for generations, edits and assistant calls', async () => {
    const bad = await darkroom.check({ ...edit, image: room, size: '9x9', output_compression: 50 })
    expect(bad).toMatchObject({ ok: false, estimate: null })
    expect(bad.refusals.length).toBeGreaterThan(1)
    const [draw, respond] = await Promise.all([
      darkroom.check({ ...smallCall }),
      darkroom.check({ model: 'gpt-5.4', input: 'Draw', tools: [{ type: 'image_generation' }] }),
    ])
    expect([draw.ok, draw.resolved?.size, respond.ok]).toEqual([true, '1024x640', true])
  })

  it('estimate prices a call, files included, and nothing is called or booked', async () => {
    const calls = gateway.gateway.sandbox!.calls.posts()
    const [draw, change] = await Promise.all([darkroom.estimate({ ...smallCall }), darkroom.estimate({ ...edit, image: [room, room] })])
    expect(draw.promise).toBe('token')
    expect(change.tokens?.image_in).toBe(1280)
    expect(BigInt(change.expected.nanos)).toBeGreaterThan(BigInt(draw.expected.nanos))
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(calls)
  })
})

describe('the rest of the API', () => {
  it('keeps files, reads pictures, the ledger and keys', async () => {
    const file = await darkroom.files.upload(new Blob([bytes(room)]), { expiresAfterSeconds: 3600 })
    expect(Buffer.from(await (await darkroom.files.content(file.id)).arrayBuffer())).toEqual(room)
    expect((await darkroom.files.list({ limit: 5 })).data.map(({ id }) => id)).toContain(file.id)
    expect(await darkroom.files.delete(file.id)).toMatchObject({ deleted: true })

    const { images } = await (await darkroom.generate({ ...smallCall })).record()
    const stored = await darkroom.images.blob(images[0]!.id)
    expect([stored.type, stored.size]).toEqual(['image/png', images[0]!.bytes])

    expect((await darkroom.ledger.sum({ group: 'owner,model' })).rows[0]).toMatchObject({ book: 'sandbox', model: 'gpt-image-2' })
    const admin = createDarkroom({ baseUrl: gateway.url, key: () => Promise.resolve(gateway.adminToken) })
    const made = await admin.keys.create({ name: 'from the client' })
    expect((await admin.keys.list()).keys.map(({ id }) => id)).toContain(made.id)
    expect(await admin.keys.revoke(made.id)).toMatchObject({ id: made.id })
  })

  it('is called by name, with what it takes and answers typed', async () => {
    const { models } = await darkroom.call('GET /v2/models')
    expect(models.map(({ id }) => id)).toContain('gpt-image-2')
    expect(await darkroom.call('GET /healthz')).toMatchObject({ status: 'ok' })
    await expect(darkroom.call('GET /v2/generations/{id}', { path: { id: 'gen_../..' } })).rejects.toBeInstanceOf(NotFoundError)
    const answer = await darkroom.call('POST /v1/responses', {
      body: { model: 'gpt-5.4', input: 'Draw a fox', tools: [{ type: 'image_generation', size: '1024x640', quality: 'low' }] },
    })
    expect(answer.status).toBe('completed')
  })
})
