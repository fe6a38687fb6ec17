import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGuardVerdicts } from '../../src/guard/index.ts'
import { roomSize, settledGuard } from '../support/edit-calls.ts'
import { maskWithHoles, pixelsOf } from '../support/edit-pictures.ts'
import { door, facade, hole, sign, words } from '../support/facade.ts'
import { postGeneration, promptWith, readRecord, seeReply } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { postResponse, respond, responseOf } from './responses-calls.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({ leavesJudging: false })
})
afterAll(() => gateway.close())

const mask = maskWithHoles(roomSize.width, roomSize.height, [hole])

async function edit(prompt: string, darkroom: object, fields: { mask?: Buffer } = { mask }) {
  const form = new FormData()
  const all = {
    model: 'gpt-image-2',
    prompt,
    size: `${roomSize.width}x${roomSize.height}`,
    quality: 'low',
    darkroom: JSON.stringify(darkroom),
  }
  for (const [name, value] of Object.entries(all)) form.append(name, value)
  form.append('image', new Blob([new Uint8Array(facade())]), 'facade.png')
  if (fields.mask) form.append('mask', new Blob([new Uint8Array(fields.mask)]), 'mask.png')
  return seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: form }))
}

async function judged(seen: Awaited<ReturnType<typeof edit>>) {
  const record = await readRecord(gateway, seen.generationId!)
  const guard = await settledGuard(gateway, record.images[0]!.id)
  return { guard, record: await readRecord(gateway, seen.generationId!) }
}

const declared = { texts: [{ text: words, lang: 'en', box: sign }], subject: door, protect: [door] }

describe('the guard', () => {
  it('finds an honest edit adoptable: nothing outside the mask, subject, camera and sign as they were', async () => {
    const { guard, record } = await judged(await edit('a bench before the wall', declared))
    expect(guard).toMatchObject({ status: 'judged', overall: 'adoptable', error: null, missing_packages: [] })
    expect([guard.drift, guard.subject, guard.camera, guard.text].map((rule) => rule!.verdict)).toEqual(Array(4).fill('kept'))
    expect(guard.subject).toMatchObject({ from: 'declared', box: door })
    expect(guard.text!.texts).toMatchObject([{ kind: 'declared', text: words, verdict: 'kept', reason: 'same_print' }])
    expect(record.images[0]!.guard).toEqual({ status: 'judged', overall: 'adoptable' })
    expect(record.request_shape).toMatchObject({ texts: 1, subject: door })
    const verdicts = await findGuardVerdicts(gateway.gateway.parts.database, [guard.image_id])
    expect(verdicts.get(guard.image_id)!.overall).toBe('adoptable')
    const drawing = await gateway.fetch(new URL(guard.side_by_side_url!).pathname)
    expect(drawing.headers.get('content-type')).toBe('image/png')
    const { width, height } = await pixelsOf(Buffer.from(await drawing.arrayBuffer()))
    expect(width).toBeGreaterThan(2 * height)
  })

  it('rejects an edit whose camera moved, and says by how much', async () => {
    const { guard } = await judged(await edit(promptWith('shift=14,9'), { subject: door }))
    expect(guard.overall).toBe('reject')
    expect(guard.subject).toMatchObject({ verdict: 'changed', shift_x: expect.closeTo(14, 0), shift_y: expect.closeTo(9, 0) })
    expect(guard.camera!.verdict).toBe('changed')
  })

  it('finds declared texts anywhere in a drawn picture, and rejects none that it cannot read', async () => {
    const texts = [
      { text: 'SUMMER SALE', lang: 'eng' },
      { text: 'lato estivo', lang: 'tlh' },
    ]
    const seen = await seeReply(postGeneration(gateway, { prompt: 'A poster that says “SUMMER SALE”', darkroom: { texts } }))
    const { guard } = await judged(seen)
    expect(guard.overall).toBe('needs_human')
    expect(guard.drift).toMatchObject({ verdict: null, reason: 'no_source' })
    expect(guard.text!.texts.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/reads_as_declared|low_confidence|not_found/),
      'no_data',
    ])
    expect(guard.missing_packages).toEqual(['@tesseract.js-data/tlh'])
  })

  it('reads declared texts in what an assistant drew, and forgets them with its turn', async () => {
    const texts = [{ text: 'SANDBOX', lang: 'en', box: { x: 100, y: 220, width: 830, height: 200 } }]
    const { record, seen } = await respond(gateway, { darkroom: { texts } })
    const imageId = record.images[0]!.id
    const guard = await settledGuard(gateway, imageId)
    expect(guard).toMatchObject({ overall: 'adoptable', drift: { verdict: null, reason: 'no_source' }, camera: { verdict: null } })
    expect(guard.text!.texts).toMatchObject([{ text: 'SANDBOX', verdict: 'kept', reason: 'reads_as_declared' }])
    expect(record.request_shape.texts).toBe(1)
    await gateway.fetch(`/v1/responses/${responseOf(seen)!.id}`, { method: 'DELETE' })
    const after = await settledGuard(gateway, imageId)
    expect(after.text!.texts).toMatchObject([{ text: null, read_after: null, verdict: 'kept' }])
    const { error } = await postResponse(gateway, { darkroom: { texts: [{ ...texts[0], box: { x: 1000, y: 0, width: 30, height: 9 } }] } })
    expect(error).toMatchObject({ code: 'invalid_value', param: 'darkroom.texts[0].box', outcome: 'not_charged' })
  })

  it('asks people about rectangles too small to tell', async () => {
    const { guard } = await judged(
      await edit('a bench', { subject: { x: 0, y: 0, width: 1, height: 1 }, protect: [{ x: 3, y: 3, width: 1, height: 1 }] }),
    )
    expect(guard.overall).toBe('needs_human')
    expect([guard.drift!.verdict, guard.subject!.reason]).toEqual(['unsure', 'too_small'])
  })

  it.each([
    ['protect', { protect: [{ x: 1000, y: 0, width: 100, height: 10 }] }, 'darkroom.protect[0]'],
    ['subject', { subject: { x: 0, y: 600, width: 10, height: 41 } }, 'darkroom.subject'],
    ['text', { texts: [{ text: 'a', lang: 'en', box: { x: 5000, y: 0, width: 1, height: 1 } }] }, 'darkroom.texts[0].box'],
  ])('refuses a %s beyond the picture before it is paid', async (_what, darkroom, param) => {
    const { status, error, generationId } = await edit('a bench', darkroom)
    expect({ status, error, generationId }).toMatchObject({
      status: 400,
      error: { code: 'invalid_value', param, outcome: 'not_charged' },
      generationId: null,
    })
  })

  it('has nothing to say of a generation without declared texts', async () => {
    const { generationId } = await seeReply(postGeneration(gateway))
    const record = await readRecord(gateway, generationId!)
    expect(record.images[0]!.guard).toBeNull()
    expect(await settledGuard(gateway, record.images[0]!.id)).toMatchObject({ status: 'not_applicable', overall: null })
  })

  it('keeps no word of a text where it can be read without the key', async () => {
    const { database } = gateway.gateway.parts
    const rows = await database.read(database.sql.selectFrom('guard_verdicts').selectAll())
    const texts = await database.read(database.sql.selectFrom('guard_texts').selectAll())
    expect(texts.length).toBeGreaterThan(0)
    expect(JSON.stringify([rows, texts])).not.toMatch(/Harbour|SUMMER/)
  })
})
