import { createCanvas } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EditAsk, editRoom, hole, mask, room, roomSize } from '../support/edit-calls.ts'
import { type Area, differences, maskWithHoles, pixelsOf } from '../support/edit-pictures.ts'
import { invoiceOf, ledgerLines, promptWith, readEvents, readRecord, seeReply, sumOf } from '../support/generation-calls.ts'
import { seededChance } from '../support/seeded-chance.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const { width, height } = roomSize
const edit = (ask: EditAsk) => editRoom(gateway, ask)
const pictureIn = (text: string) => Buffer.from(JSON.parse(text).data[0].b64_json, 'base64')
const strict = { 'x-darkroom-mask': 'strict' }

async function bytesOf(imageId: string): Promise<Buffer> {
  return Buffer.from(await (await gateway.fetch(`/v2/images/${imageId}`)).arrayBuffer())
}

/** Fifty are laid over pictures without a gateway, in the tests of the composite itself. */
const MASKS = 12

describe('a strict mask', () => {
  it('leaves every pixel outside a dozen random masks as it was, though the model draws over all of it', async () => {
    const chance = seededChance(20_261_121)
    const random = (below: number) => chance.whole(below)
    const outside: number[] = []
    const inside: number[] = []
    for (let round = 0; round < MASKS; round++) {
      const holes = Array.from(
        { length: 1 + random(3) },
        (): Area => ({ x: random(800), y: random(500), width: 24 + random(200), height: 24 + random(120) }),
      )
      const own = maskWithHoles(width, height, holes)
      const { text } = await edit({ prompt: promptWith('ignoremask', `number ${round}`), mask: own, headers: strict })
      const found = await differences(room, pictureIn(text), own)
      outside.push(found.outside)
      inside.push(found.inside)
    }
    expect(outside).toEqual(Array(MASKS).fill(0))
    expect(inside.filter((count) => count === 0)).toEqual([])
  }, 60_000)

  it("keeps the model's own picture beside the one that was delivered, and says which is which", async () => {
    const { text, record } = await edit({ prompt: promptWith('ignoremask'), headers: strict })
    const [delivered, original] = [record!.images[0]!, record!.originals[0]!]
    expect(delivered.process).toMatchObject({ kind: 'strict_mask', original_image_id: original.id })
    expect(original.process).toBeNull()
    expect(await bytesOf(delivered.id)).toEqual(pictureIn(text))
    expect((await differences(room, await bytesOf(original.id), mask)).outside).toBeGreaterThan(1000)
    expect(sumOf(await ledgerLines(gateway, record!.id), 'settle')).toBe(BigInt(invoiceOf(gateway, record!.attempts[0]!.id)[0]!.nanos))
  })

  it('answers a stream with its completed event alone', async () => {
    const { text, record } = await edit({ headers: strict, fields: { stream: 'true', partial_images: '2', output_format: 'webp' } })
    const events = readEvents(text)
    expect(events.map(({ event }) => event)).toEqual(['image_edit.completed'])
    const picture = Buffer.from(String(events[0]!.data['b64_json']), 'base64')
    expect((await differences(room, picture, mask)).outside).toBe(0)
    expect(record!.previews).toMatchObject({ asked: 2, received: 2 })
  })

  it.each([
    ['without a mask', { mask: null }],
    ['as jpeg, which keeps no pixel', { fields: { output_format: 'jpeg' } }],
    ['as lossy webp', { fields: { output_format: 'webp', output_compression: '80' } }],
    ['at another aspect', { fields: { size: '1024x1024' } }],
  ])('is refused %s, before anything is paid', async (_how, ask) => {
    const calls = gateway.gateway.sandbox!.calls.posts()
    const { status, error } = await edit({ ...ask, headers: strict })
    expect({ status, outcome: error!.outcome }).toEqual({ status: 400, outcome: 'not_charged' })
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(calls)
  })

  it('is never given as something else: a picture of another aspect is a failure that keeps what was paid for', async () => {
    const { status, error, record } = await edit({ prompt: promptWith('size=1024x1024'), headers: strict })
    expect({ status, code: error!.code, outcome: error!.outcome }).toEqual({ status: 502, code: 'retouch_failed', outcome: 'charged' })
    expect(record).toMatchObject({ status: 'failed', images: [{ storage: 'stored', process: null }] })
    expect(sumOf(await ledgerLines(gateway, record!.id), 'settle')).toBeGreaterThan(0n)
  })
})

describe('strict masks as the policy of the house', () => {
  it('hold for every edit with a mask that does not say otherwise, and ask nothing of the others', async () => {
    await using house = await startTestGateway({ yaml: 'version: 1\npolicy: { strict_masks: true }\n' })
    const careless = promptWith('ignoremask')
    const [kept, guided, maskless] = [
      await editRoom(house, { prompt: careless }),
      await editRoom(house, { prompt: careless, headers: { 'x-darkroom-mask': 'guide' } }),
      await editRoom(house, { mask: null }),
    ]
    expect((await differences(room, pictureIn(kept.text), mask)).outside).toBe(0)
    expect((await differences(room, pictureIn(guided.text), mask)).outside).toBeGreaterThan(1000)
    expect(maskless).toMatchObject({ status: 200, record: { images: [{ process: null }] } })
  })
})

describe('a mask in black and white', () => {
  it('is turned into an alpha mask on request, and refused otherwise', async () => {
    const canvas = createCanvas(width, height)
    const context = canvas.getContext('2d')
    context.fillStyle = '#000'
    context.fillRect(0, 0, width, height)
    context.fillStyle = '#fff'
    context.fillRect(hole.x, hole.y, hole.width, hole.height)
    const drawn = canvas.toBuffer('image/png')
    const refused = await edit({ mask: drawn, headers: strict })
    expect(refused).toMatchObject({ status: 400, error: { outcome: 'not_charged' } })
    const { text, record } = await edit({ mask: drawn, headers: strict, fields: { darkroom: JSON.stringify({ mask_mode: 'luminance' }) } })
    expect((await differences(room, pictureIn(text), mask)).outside).toBe(0)
    expect(record!.request_shape.input_images[1]).toMatchObject({ role: 'mask', conversion: 'mask_from_luminance' })
  })
})

describe('a transparent background on a model that refuses it', () => {
  it('is keyed out of a flat one, and the picture as it was drawn is kept', async () => {
    const body = JSON.stringify({ model: 'gpt-image-2', prompt: 'a red cup', size: '1024x640', quality: 'low', background: 'transparent' })
    const ask = (headers: Record<string, string>) =>
      seeReply(
        gateway.fetch('/v1/images/generations', { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }),
      )
    expect(await ask({})).toMatchObject({ status: 400, error: { param: 'background' } })
    const seen = await ask({ 'x-darkroom-transparency': 'key' })
    expect(seen.status).toBe(200)
    const record = await readRecord(gateway, seen.generationId!)
    expect(record.images[0]!.process).toMatchObject({ kind: 'keyed_transparency', original_image_id: record.originals[0]!.id })
    const { data } = await pixelsOf(pictureIn(seen.text))
    expect(data[3]).toBe(0)
    expect(JSON.parse(seen.text)).toMatchObject({ background: 'transparent', output_format: 'png' })
    expect(record.request_shape.background).toBe('transparent')
    expect(BigInt(record.cost.reserved_nanos)).toBeGreaterThanOrEqual(BigInt(record.cost.settled_nanos))
  })
})
