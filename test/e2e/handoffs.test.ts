import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord, Handoff, HandoffTaken, PicturesReply } from '../../src/contract/record.ts'
import { callAs, makeProject } from '../support/admin-calls.ts'
import { room, roomSize, settledDrift, settledGuard } from '../support/edit-calls.ts'
import { door, facade, sign, words } from '../support/facade.ts'
import { ledgerLines, postGeneration, readRecord, seeReply } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { fetchWith, makeFile } from '../support/two-tenants.ts'

let gateway: TestGateway
const clock = movedClock()
beforeAll(async () => {
  gateway = await startTestGateway({ clock, leavesJudging: false })
})
afterAll(() => gateway.close())

async function open(body: object, on: Pick<TestGateway, 'fetch'> = gateway) {
  const headers = { 'content-type': 'application/json' }
  const seen = await seeReply(on.fetch('/v2/handoffs', { method: 'POST', body: JSON.stringify(body), headers }))
  return { ...seen, handoff: JSON.parse(seen.text) as Handoff }
}
async function upload(
  id: string,
  bytes: Buffer | null = room,
  fields: Record<string, string> = {},
  on: Pick<TestGateway, 'fetch'> = gateway,
) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  if (bytes) form.append('image', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'picture.png')
  const seen = await seeReply(on.fetch(`/v2/handoffs/${id}/result`, { method: 'POST', body: form }))
  return { ...seen, taken: JSON.parse(seen.text) as HandoffTaken, code: [seen.status, seen.error?.code, seen.error?.param ?? null] }
}
const show = async (id: string) => (await (await gateway.fetch(`/v2/handoffs/${id}`)).json()) as Handoff

describe('a picture that is made by hand', () => {
  it('is asked for by a ticket with the prompt, a checklist and a place for the picture', async () => {
    const texts = [{ text: '営業中', lang: 'ja' }]
    const { status, handoff } = await open({
      prompt: 'A shop sign\nat dusk',
      size: '1024x640',
      owner: 'OpenAI, team account',
      texts,
      remarks: ['Our blue.'],
    })
    expect(status).toBe(201)
    expect(handoff).toMatchObject({
      state: 'open',
      operation: 'generate',
      surface: 'chatgpt',
      route_id: 'by-hand',
      prompt: 'A shop sign\nat dusk',
      source: null,
    })
    expect(handoff.checklist.map(({ id }) => id)).toEqual([
      'new_chat',
      'prompt',
      'size',
      'text_1',
      'rights',
      'remark_1',
      'original',
      'upload',
    ])
    expect(handoff.checklist.find(({ id }) => id === 'text_1')!.text).toContain('営業中')
    expect(handoff.upload).toMatchObject({ url: `${gateway.url}/v2/handoffs/${handoff.id}/result`, field: 'image' })
    const listed = (await (await gateway.fetch('/v2/handoffs?state=open')).json()) as { handoffs: Handoff[] }
    expect(listed.handoffs.map(({ id }) => id)).toContain(handoff.id)
  })

  it('has a record like any other once it is uploaded: owner as stated, no cost, no line in the ledger, found by its words', async () => {
    const { handoff } = await open({
      prompt: 'an armadillo by hand',
      owner: 'OpenAI, team account',
      metadata: { campaign: 'x' },
      size: '1536x1024',
    })
    const { status, headers, taken } = await upload(handoff.id, room, { model: 'GPT-5.5 Thinking' })
    expect(status).toBe(201)
    expect(headers.get('x-darkroom-generation')).toBe(taken.generation_id)
    expect(taken.warnings.map(({ code }) => code)).toEqual(['size_not_honoured'])
    expect(taken.handoff).toMatchObject({ state: 'used', upload: null, generation_id: taken.generation_id })
    const record: GenerationRecord = await readRecord(gateway, taken.generation_id)
    expect(record).toMatchObject({
      surface: 'chatgpt',
      operation: 'generate',
      status: 'completed',
      outcome: 'not_charged',
      route_id: 'by-hand',
      route_owner: 'OpenAI, team account',
      model_mapping: { requested: 'chatgpt', sent: 'chatgpt', reported: 'GPT-5.5 Thinking' },
      request_id: null,
      metadata: { campaign: 'x' },
      usage: null,
      cost: { settled_nanos: '0', reserved_nanos: '0', price_card: 'none' },
      request_shape: { prompt_sha256: handoff.prompt_sha256, size: '1536x1024', input_image_count: 0 },
      images: [{ id: taken.image.id, width: 1024, height: 640, format: 'png', storage_pointer: { public_url: null } }],
    })
    expect(await ledgerLines(gateway, taken.generation_id)).toEqual([])
    expect(Buffer.from(await (await gateway.fetch(`/v2/images/${taken.image.id}`)).arrayBuffer()).equals(room)).toBe(true)
    const found = (await (await gateway.fetch('/v2/images?q=armadillo&surface=chatgpt')).json()) as PicturesReply
    expect(found.images.map(({ id }) => id)).toEqual([taken.image.id])
    const labelled = (await (await gateway.fetch('/v2/images?metadata=campaign:x')).json()) as PicturesReply
    expect(labelled.images.map(({ id }) => id)).toEqual([taken.image.id])
    const audit = await callAs<{ findings: unknown[] }>(gateway, gateway.adminToken, 'GET', '/v2/audit')
    expect(JSON.stringify(audit)).not.toContain(taken.generation_id)
  })

  it('may be asked for by a stored prompt, whose version and texts it has then', async () => {
    const texts = [{ text: 'Open {{from}}', lang: 'en' }]
    const document = { purpose: 'A sign of {{shop}}', texts, variables: [{ name: 'from' }, { name: 'shop' }] }
    const headers = { 'content-type': 'application/json' }
    const made = await gateway.fetch('/v2/prompts', { method: 'POST', body: JSON.stringify({ name: 'sign', document }), headers })
    const { id } = (await made.json()) as { id: string }
    const { handoff } = await open({ darkroom: { prompt: { id, variables: { from: '9', shop: 'Rosa' } } } })
    expect(handoff.prompt).toContain('Rosa')
    expect(handoff.checklist.find((item) => item.id === 'text_1')!.text).toContain('Open 9')
    const { taken } = await upload(handoff.id)
    expect((await readRecord(gateway, taken.generation_id)).request_shape.prompt_version).toBe(`${id}@1`)
    expect((await open({ darkroom: { prompt: { id } } })).error!.code).toBe('missing_prompt_variable')
    expect((await open({ prompt: 'x', darkroom: { prompt: { id } } })).error).toMatchObject({ param: 'prompt' })
  })

  it('is compared with its source when it is an edit, whether that was made here or brought as a file', async () => {
    const seen = await seeReply(postGeneration(gateway, {}))
    const [image] = (await readRecord(gateway, seen.generationId!)).images
    for (const source of [{ image_id: image!.id }, { file_id: await makeFile(gateway) }]) {
      const { handoff } = await open({ prompt: 'only the sky', source, rights: 'ours' })
      expect(handoff.operation).toBe('edit')
      expect((await gateway.fetch(new URL(handoff.source!.url).pathname)).status).toBe(200)
      const { taken } = await upload(handoff.id)
      const record = await readRecord(gateway, taken.generation_id)
      expect(record.request_shape).toMatchObject({ input_image_count: 1, input_images: [{ role: 'image', rights: 'ours' }] })
      expect((await settledDrift(gateway, taken.image.id)).status).not.toBe('pending')
    }
  })

  it('is judged as an edit of a call is: what it must say and where its subject stands, against its source', async () => {
    const source = { file_id: await makeFile(gateway, facade()) }
    const texts = [{ text: words, lang: 'en', box: sign }]
    const { handoff } = await open({ prompt: 'a warmer wall', source, texts, subject: door, protect: [door] })
    const { taken } = await upload(handoff.id, facade({ says: 'Garden Gate 7', doorMoved: 12 }))
    const guard = await settledGuard(gateway, taken.image.id)
    expect(guard).toMatchObject({ status: 'judged', overall: 'reject', drift: { verdict: 'changed' }, camera: { verdict: 'kept' } })
    expect(guard.subject).toMatchObject({ verdict: 'changed', from: 'declared', shift_x: expect.closeTo(12, 0) })
    expect(guard.text!.texts).toMatchObject([{ kind: 'declared', text: words, verdict: 'changed' }])
    expect((await readRecord(gateway, taken.generation_id)).request_shape).toMatchObject({ texts: 1, subject: door })

    const again = await open({ prompt: 'a warmer wall', source, texts, subject: door, protect: [door] })
    const honest = await upload(again.handoff.id, facade())
    expect(await settledGuard(gateway, honest.taken.image.id)).toMatchObject({ overall: 'adoptable', text: { verdict: 'kept' } })
  })

  it('has its texts read when it is new: those of its stored prompt, where they were to stand in the size that came', async () => {
    const { x, y, width, height } = sign
    const box = { x: 2 * x, y: 2 * y, width: 2 * width, height: 2 * height }
    const document = { purpose: 'A harbour hotel', texts: [{ text: words, lang: 'en', box }] }
    const headers = { 'content-type': 'application/json' }
    const made = await gateway.fetch('/v2/prompts', { method: 'POST', body: JSON.stringify({ name: 'hotel', document }), headers })
    const darkroom = { prompt: { id: ((await made.json()) as { id: string }).id } }
    const { handoff } = await open({ darkroom, size: `${2 * roomSize.width}x${2 * roomSize.height}` })
    const { taken } = await upload(handoff.id, facade({ says: 'Horbour Hatel' }))
    const guard = await settledGuard(gateway, taken.image.id)
    expect(guard).toMatchObject({ status: 'judged', drift: { verdict: null }, text: { texts: [{ text: words, box: sign }] } })
    expect(guard.text!.verdict).not.toBe('kept')
    expect((await open({ darkroom, size: '256x256' })).error).toMatchObject({ code: 'invalid_value', param: 'texts[0].box' })
  })

  it('is taken once, in its time, for a ticket that is open, and by nobody of another project', async () => {
    const { handoff } = await open({ prompt: 'once', output_format: 'webp', expires_in_hours: 1 })
    const other = await makeProject(gateway, 'other')
    const asOther = { fetch: fetchWith(gateway, other.key) }
    expect((await upload(handoff.id, room, {}, asOther)).code).toEqual([404, 'not_found', 'id'])
    expect((await upload(handoff.id)).code).toEqual([400, 'invalid_value', 'image'])
    expect((await upload(handoff.id, null)).code).toEqual([400, 'missing_required_parameter', 'image'])
    expect((await upload(handoff.id, Buffer.from('no picture at all'))).code).toEqual([400, 'invalid_image_file', 'image'])
    expect((await upload(handoff.id, room.subarray(0, room.length / 2))).code[1]).toBe('invalid_image_file')
    expect((await upload(handoff.id, room, { colour: 'blue' })).code).toEqual([400, 'unknown_parameter', 'colour'])
    expect((await upload(handoff.id, Buffer.alloc(52_428_801))).status).toBe(413)
    expect(await show(handoff.id)).toMatchObject({ state: 'open', generation_id: null })

    const two = await open({ prompt: 'twice' })
    const both = await Promise.all([upload(two.handoff.id), upload(two.handoff.id)])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    const again = await upload(two.handoff.id)
    expect(again.code).toEqual([409, 'handoff_closed', null])
    expect(again.error!.message).toContain((await show(two.handoff.id)).generation_id)

    const third = await open({ prompt: 'never' })
    await gateway.fetch(`/v2/handoffs/${third.handoff.id}/cancel`, { method: 'POST' })
    expect((await upload(third.handoff.id)).code).toEqual([409, 'handoff_closed', null])
    clock.move(3_600_000)
    expect(await show(handoff.id)).toMatchObject({ state: 'expired', upload: null })
    expect((await upload(handoff.id)).code).toEqual([410, 'handoff_expired', null])
  })

  it.each([
    [{}, 'prompt'],
    [{ prompt: 'x', source: { image_id: 'img_of_nobody' } }, 'source.image_id'],
    [{ prompt: 'x', source: { file_id: 'file_of_nobody' } }, 'source.file_id'],
    [{ prompt: 'x', protect: [{ x: 0, y: 0, width: 1, height: 1 }] }, 'protect'],
    [{ prompt: 'x', subject: { x: 0, y: 0, width: 1, height: 1 } }, 'subject'],
    [{ prompt: 'x', size: '64x64', texts: [{ text: 'a', lang: 'en', box: { x: 60, y: 0, width: 5, height: 5 } }] }, 'texts[0].box'],
    [{ prompt: 'x', expires_in_hours: 0 }, 'expires_in_hours'],
    [{ prompt: 'x\0y' }, 'prompt'],
    [{ prompt: 'x', colour: 'blue' }, 'colour'],
  ])('has no ticket for %j', async (body, param) => {
    const { status, error } = await open(body)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(error).toMatchObject({ param, outcome: 'not_charged' })
  })
})
