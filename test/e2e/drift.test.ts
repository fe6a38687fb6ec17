import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { editRoom, roomSize, settledDrift } from '../support/edit-calls.ts'
import { pixelsOf } from '../support/edit-pictures.ts'
import { promptWith, readRecord } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

describe('the drift of an edit', () => {
  it('is nothing for an honest one and much for one that drew over everything', async () => {
    const honest = await editRoom(gateway, {})
    const careless = await editRoom(gateway, { prompt: promptWith('ignoremask') })
    const [low, high] = [
      await settledDrift(gateway, honest.record!.images[0]!.id),
      await settledDrift(gateway, careless.record!.images[0]!.id),
    ]
    expect(low).toMatchObject({ status: 'measured', error: null })
    expect(low.outside!.changed_fraction).toBeLessThan(0.002)
    expect(low.inside!.changed_fraction).toBeGreaterThan(0.1)
    expect(high.outside!.changed_fraction).toBeGreaterThan(0.2)
    const map = await gateway.fetch(new URL(high.heat_map_url!).pathname)
    expect(map.headers.get('content-type')).toBe('image/png')
    const { width: across, height: down } = await pixelsOf(Buffer.from(await map.arrayBuffer()))
    expect([across, down]).toEqual([roomSize.width, roomSize.height])
  })

  it('is measured for each protected rectangle', async () => {
    const protect = [
      { x: 0, y: 0, width: 100, height: 100 },
      { x: 320, y: 220, width: 100, height: 100 },
    ]
    const { record } = await editRoom(gateway, { fields: { darkroom: JSON.stringify({ protect }) } })
    const { boxes } = await settledDrift(gateway, record!.images[0]!.id)
    expect(boxes.map((box) => box!.changed_fraction > 0.1)).toEqual([false, true])
  })

  it('does not apply to a generation', async () => {
    const answer = await gateway
      .client()
      .images.generate({ model: 'gpt-image-2', prompt: 'a fox', size: '1024x640', quality: 'low' })
      .withResponse()
    const record = await readRecord(gateway, answer.response.headers.get('x-darkroom-generation')!)
    expect(record.images[0]!.drift).toBeNull()
    expect(await settledDrift(gateway, record.images[0]!.id)).toMatchObject({ status: 'not_applicable', heat_map_url: null })
  })
})
