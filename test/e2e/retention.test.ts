import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeletedPictures, GenerationRecord, LegalHold } from '../../src/contract/record.ts'
import { newId } from '../../src/primitives/ids.ts'
import { callAs, makeProject } from '../support/admin-calls.ts'
import { editRoom, settledDrift } from '../support/edit-calls.ts'
import { scene } from '../support/edit-pictures.ts'
import { ledgerLines, postGeneration, promptWith, readRecord, type SeenReply, seeReply, smallCall } from '../support/generation-calls.ts'
import { jobWhen, submitSmall } from '../support/job-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { fetchWith, makeFile } from '../support/two-tenants.ts'
import { rehash, tidy, untidiness } from './data-folder-state.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const codeOf = async (answer: Promise<Response>) => {
  const { status, error } = await seeReply(answer)
  return [status, error?.code ?? null]
}
const asAdmin = <Answer>(method: string, path: string, body?: object, on = gateway) => callAs<Answer>(on, on.adminToken, method, path, body)
const remove = (path: string, on: Pick<TestGateway, 'fetch'> = gateway) => seeReply(on.fetch(path, { method: 'DELETE' }))
const deleted = (seen: SeenReply) => (JSON.parse(seen.text) as DeletedPictures).pictures
/** Waits until what was deleted is removed. */
const swept = (on = gateway) => on.gateway.parts.retentionRounds.run()

let words = 0
/** A picture that no other test has. */
async function picture(on: TestGateway = gateway, change: object = {}, headers: Record<string, string> = {}): Promise<GenerationRecord> {
  const seen = await seeReply(postGeneration(on, { prompt: `a fox, ${words++}`, ...change }, { headers }))
  expect(seen.status).toBe(200)
  return readRecord(on, seen.generationId!)
}
const filesOf = async (on = gateway) => (await rehash(on.dataFolder)).files

describe('a picture that is deleted', () => {
  it('opens by no address any more, and its bytes are gone with the sweep; record and money stay', async () => {
    const jobId = await submitSmall(gateway, { prompt: `a fox, ${words++}` })
    const ended = await jobWhen(gateway, jobId)
    const [image] = (await readRecord(gateway, jobId)).images
    const signed = new URL(ended.results[0]!.url!)
    expect((await fetch(signed)).status).toBe(200)
    const lines = await ledgerLines(gateway, jobId)
    const before = await filesOf()

    const seen = await remove(`/v2/images/${image!.id}`)
    expect(seen.status).toBe(200)
    expect(deleted(seen)).toEqual([{ id: image!.id, kind: 'result', deleted_at: expect.any(String), was_deleted_before: false }])
    expect(await codeOf(gateway.fetch(`/v2/images/${image!.id}`))).toEqual([410, 'image_deleted'])
    expect(await codeOf(fetch(signed))).toEqual([410, 'image_deleted'])
    expect(await codeOf(gateway.fetch(`/v2/generations/${jobId}/result`))).toEqual([410, 'result_expired'])
    const edit = { model: 'gpt-image-2', prompt: 'a lamp', images: [{ image_url: `${gateway.url}/v2/images/${image!.id}` }] }
    const again = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(edit) }
    expect(await codeOf(gateway.fetch('/v1/images/edits', again))).toEqual([410, 'image_deleted'])

    await swept()
    expect(await filesOf()).toBe(before - 1)
    const record = await readRecord(gateway, jobId)
    expect(record.images).toMatchObject([{ id: image!.id, sha256: image!.sha256, storage_pointer: null, deleted_at: expect.any(String) }])
    expect([record.status, await ledgerLines(gateway, jobId)]).toEqual(['completed', lines])
    expect(await untidiness(gateway)).toEqual(tidy)
  })

  it('is deleted once: again it says that it was', async () => {
    const { images } = await picture()
    const [first, second] = [await remove(`/v2/images/${images[0]!.id}`), await remove(`/v2/images/${images[0]!.id}`)]
    expect(deleted(second)).toEqual([{ ...deleted(first)[0], was_deleted_before: true }])
  })

  it('goes with what it was made of, whichever of the two is named', async () => {
    for (const place of ['images', 'originals'] as const) {
      const record = await picture(gateway, { background: 'transparent', output_format: 'png' }, { 'x-darkroom-transparency': 'key' })
      expect([record.images.length, record.originals.length]).toEqual([1, 1])
      const kinds = deleted(await remove(`/v2/images/${record[place][0]!.id}`)).map(({ kind }) => kind)
      expect(kinds.sort()).toEqual(['original', 'result'])
    }
    await swept()
    expect(await untidiness(gateway)).toEqual(tidy)
  })

  it('takes the heat map of its edit along; the figures and the input stay until the generation goes', async () => {
    const { record } = await editRoom(gateway, {})
    const { id } = record!.images[0]!
    await settledDrift(gateway, id)
    const map = `/v2/images/${id}/drift/heat-map`
    expect((await gateway.fetch(map)).status).toBe(200)
    await remove(`/v2/images/${id}`)
    expect(await codeOf(gateway.fetch(map))).toEqual([410, 'image_deleted'])
    expect((await (await gateway.fetch(`/v2/images/${id}/drift`)).json()) as object).toMatchObject({ status: 'measured' })
    await swept()
    expect(await untidiness(gateway)).toEqual(tidy)
    const before = await filesOf()
    const kinds = deleted(await remove(`/v2/generations/${record!.id}/images`)).map(({ kind, was_deleted_before }) => [
      kind,
      was_deleted_before,
    ])
    expect(kinds.filter(([kind]) => kind === 'result')).toEqual([['result', true]])
    expect(kinds.filter(([kind]) => kind === 'input').every(([, before]) => before === false)).toBe(true)
    await swept()
    expect(await filesOf()).toBeLessThan(before)
    expect(await untidiness(gateway)).toEqual(tidy)
  })

  it('stays while somebody else has the same bytes, and while they are put again', async () => {
    const { project, key } = await makeProject(gateway, 'twin')
    const twin: TestGateway = { ...gateway, key, fetch: fetchWith(gateway, key) }
    const [mine, theirs] = [await makeFile(gateway), await makeFile(twin)]
    await remove(`/v1/files/${mine}`)
    expect((await twin.fetch(`/v1/files/${theirs}/content`)).status).toBe(200)
    for (let round = 0; round < 5; round++) {
      const [, put] = await Promise.all([remove(`/v1/files/${theirs}`, twin), makeFile(twin), swept()])
      await swept()
      expect((await twin.fetch(`/v1/files/${put}/content`)).status).toBe(200)
      await remove(`/v1/files/${put}`, twin)
    }
    expect(await untidiness(gateway)).toEqual(tidy)
    expect(project.archived_at).toBeNull()
  })

  it('is not used again by a job that is made once more', async () => {
    const body = {
      ...smallCall,
      prompt: promptWith('moderation'),
      images: [{ image_url: `data:image/png;base64,${scene(1024, 640, 7).toString('base64')}` }],
    }
    const order = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const { id: jobId } = JSON.parse((await seeReply(gateway.fetch('/v1/images/edits?async=true', order))).text) as { id: string }
    expect((await jobWhen(gateway, jobId)).state).toBe('failed')
    expect(deleted(await remove(`/v2/generations/${jobId}/images`)).map(({ kind }) => kind)).toEqual(['input'])
    const again = { ...order, body: '{}' }
    expect(await codeOf(gateway.fetch(`/v2/jobs/${jobId}/retry`, again))).toEqual([410, 'image_deleted'])
  })

  it('is not there for another project, nor is one that never was', async () => {
    const record = await picture()
    const { key } = await makeProject(gateway, 'stranger')
    const stranger = { fetch: fetchWith(gateway, key) }
    for (const path of [`/v2/images/${record.images[0]!.id}`, `/v2/generations/${record.id}/images`])
      expect(await remove(path, stranger)).toMatchObject({ status: 404, error: { code: 'not_found', outcome: 'not_charged' } })
    for (const id of [newId('img'), 'img_1', record.id]) expect(await remove(`/v2/images/${id}`)).toMatchObject({ status: 404 })
    expect(await remove(`/v2/generations/${newId('gen')}/images`)).toMatchObject({ status: 404 })
    expect((await gateway.fetch(`/v2/images/${record.images[0]!.id}`)).status).toBe(200)
  })
})

describe('a legal hold', () => {
  const place = async (subjectId: string) => {
    const seen = await asAdmin<LegalHold>('POST', '/v2/legal-holds', { subject_id: subjectId, reason: 'case 12/26' })
    expect(seen.status).toBe(201)
    return seen.json
  }
  const release = (id: string) => asAdmin<LegalHold>('POST', `/v2/legal-holds/${id}/release`, { reason: 'settled' })

  it('on a picture, its generation or its project keeps it from being deleted until the last one is released', async () => {
    const { project, key } = await makeProject(gateway, 'held')
    const own: TestGateway = { ...gateway, key, fetch: fetchWith(gateway, key) }
    const record = await picture(own)
    const path = `/v2/images/${record.images[0]!.id}`
    const file = await makeFile(own)
    const holds = [await place(record.images[0]!.id), await place(record.id), await place(project.id)]
    expect((await readRecord(own, record.id)).legal_holds.map(({ id, subject_kind }) => [id, subject_kind])).toEqual(
      holds.map(({ id, subject_kind }) => [id, subject_kind]),
    )
    for (const { id } of holds) {
      expect(await remove(path, own)).toMatchObject({ status: 409, error: { code: 'legal_hold', next_action: 'human' } })
      expect(await remove(`/v2/generations/${record.id}/images`, own)).toMatchObject({ status: 409 })
      await release(id)
    }
    expect(await remove(`/v1/files/${file}`, own)).toMatchObject({ status: 200 })
    expect(await remove(path, own)).toMatchObject({ status: 200 })
    expect((await readRecord(own, record.id)).legal_holds).toEqual([])
  })

  it('keeps files and what was said of a project that is held', async () => {
    const { project, key } = await makeProject(gateway, 'held whole')
    const own = { fetch: fetchWith(gateway, key) }
    const file = await makeFile(own)
    const { id } = await place(project.id)
    expect(await remove(`/v1/files/${file}`, own)).toMatchObject({ status: 409, error: { code: 'legal_hold' } })
    await release(id)
    expect(await remove(`/v1/files/${file}`, own)).toMatchObject({ status: 200 })
  })

  it('is a history: who, when and why, of its end too, which comes once', async () => {
    const record = await picture()
    const hold = await place(record.id)
    expect(hold).toMatchObject({ subject_kind: 'generation', reason: 'case 12/26', placed_by: 'admin', released_at: null })
    const [released, again] = [await release(hold.id), await asAdmin('POST', `/v2/legal-holds/${hold.id}/release`, { reason: 'again' })]
    expect(released.json).toMatchObject({ release_reason: 'settled', released_by: 'admin', released_at: expect.any(String) })
    expect(again.json).toEqual(released.json)
    const listed = await asAdmin<{ holds: LegalHold[] }>('GET', `/v2/legal-holds?subject_id=${record.id}`)
    expect(listed.json.holds).toEqual([released.json])
    const active = await asAdmin<{ holds: LegalHold[] }>('GET', `/v2/legal-holds?subject_id=${record.id}&active=true`)
    expect(active.json.holds).toEqual([])
    const { database } = gateway.gateway.parts
    const rows = database.sql.updateTable('legal_holds').set({ reason: 'another' }).where('id', '=', hold.id)
    await expect(database.transact([{ query: rows }])).rejects.toThrow('history')
    await expect(database.transact([{ query: database.sql.deleteFrom('legal_holds') }])).rejects.toThrow('history')
  })

  it.each([
    ['on nothing', newId('img'), 404],
    ['on a key', newId('key'), 404],
    ['without a reason', null, 400],
  ])('is refused %s', async (_what, subject_id, status) => {
    const body = subject_id === null ? { subject_id: newId('img') } : { subject_id, reason: 'x' }
    expect(await asAdmin('POST', '/v2/legal-holds', body)).toMatchObject({ status, error: { outcome: 'not_charged' } })
  })

  it('comes too late for a picture that is deleted', async () => {
    const { images } = await picture()
    await remove(`/v2/images/${images[0]!.id}`)
    const late = await asAdmin('POST', '/v2/legal-holds', { subject_id: images[0]!.id, reason: 'x' })
    expect(late).toMatchObject({ status: 410, error: { code: 'image_deleted' } })
  })
})

describe('pictures that are kept for a time', () => {
  const DAY = 24 * 60 * 60 * 1000

  it('go when it is over, as gateway and project say; held ones when they are released', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-retention-'))
    const clock = movedClock()
    const yaml = 'version: 1\nretention: { results_days: 30, previews_days: 1, inputs_days: 2, prompts_days: 1 }'
    await using own = await startTestGateway({ dataFolder, clock, yaml })
    const { key } = await makeProject(own, 'short', { retention: { results_days: 7, inputs_days: 'keep' } })
    const short: TestGateway = { ...own, key, fetch: fetchWith(own, key) }
    const [long, brief, held] = [await picture(own), await picture(short), await picture(short)]
    expect([long, brief].map(({ images }) => images[0]!.storage_pointer)).toMatchObject([
      { deletion_policy: 'gateway:30d', delete_after: new Date(Date.parse(long.completed_at!) + 30 * DAY).toISOString() },
      { deletion_policy: 'project:7d' },
    ])
    const { json: hold } = await asAdmin<LegalHold>('POST', '/v2/legal-holds', { subject_id: held.id, reason: 'x' }, own)
    const recordOf = async (id: string) => (await asAdmin<GenerationRecord>('GET', `/v2/generations/${id}`, undefined, own)).json
    const areDeleted = async () =>
      Promise.all([long, brief, held].map(async ({ id }) => (await recordOf(id)).images[0]!.deleted_at !== null))

    clock.move(7 * DAY + 60_000)
    await swept(own)
    expect(await areDeleted()).toEqual([false, true, false])
    await asAdmin('POST', `/v2/legal-holds/${hold.id}/release`, { reason: 'y' }, own)
    await swept(own)
    expect(await areDeleted()).toEqual([false, true, true])
    expect((await recordOf(brief.id)).images[0]).toMatchObject({ storage_pointer: null })
    clock.move(24 * DAY)
    await swept(own)
    expect(await areDeleted()).toEqual([true, true, true])
    expect(await untidiness(own)).toEqual(tidy)
    expect(await filesOf(own)).toBe(0)
    await own.close()
    await rm(dataFolder, { recursive: true, force: true })
  })
})
