import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord, ProjectReply, PublicationReply, ReviewReply } from '../../src/contract/record.ts'
import { newId } from '../../src/primitives/ids.ts'
import { callAs } from '../support/admin-calls.ts'
import { editRoom, room, roomSize } from '../support/edit-calls.ts'
import { maskWithHoles } from '../support/edit-pictures.ts'
import { door, facade, hole } from '../support/facade.ts'
import { ledgerLines, postGeneration, promptWith, readRecord, seeReply } from '../support/generation-calls.ts'
import { jobWhen, submitSmall } from '../support/job-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { allYes, approve, pictureOf, post, type ReviewedProject, reviewedProject, reviewOf } from '../support/review-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { fetchWith } from '../support/two-tenants.ts'

const clock = movedClock()
let gateway: TestGateway
/** A project in which every picture is looked at. */
let team: ReviewedProject
beforeAll(async () => {
  gateway = await startTestGateway({ clock, leavesJudging: false })
  team = await reviewedProject(gateway, { review: { sample_percent: 100, due_hours: 24 } })
})
afterAll(() => gateway.close())

type Decided = { review: ReviewReply; job_id: string | null; edit_error: { code: string } | null }
const rounds = () => gateway.gateway.parts.reviewRounds.run()
const asAdmin = <Answer>(method: string, path: string, body?: object) => callAs<Answer>(gateway, gateway.adminToken, method, path, body)
const decision = (on: TestGateway, { id }: ReviewReply, body: object) => post<Decided>(on, `/v2/reviews/${id}/decision`, body)
const refusal = ({ status, error }: { status: number; error: { code: string | null } | null }) => [status, error?.code]
const eventsOf = async (subjectId: string) => {
  const { database } = gateway.gateway.parts
  const rows = await database.read(
    database.sql.selectFrom('events').select(['type', 'data_json']).where('subject_id', '=', subjectId).orderBy('seq'),
  )
  return rows.map(({ type, data_json }) => ({ type, data: JSON.parse(data_json) }))
}

/** Calls as the administrator. */
const administrator = (): TestGateway => ({ ...gateway, key: gateway.adminToken, fetch: fetchWith(gateway, gateway.adminToken) })

/** A review of a picture that was asked for by whoever calls. */
async function ownReview(on: TestGateway): Promise<ReviewReply> {
  const record = await pictureOf(on, {}, { 'x-darkroom-review': 'required' })
  return (await reviewOf(on, record.images[0]!.id))!
}

async function waiting(on: ReviewedProject = team): Promise<{ record: GenerationRecord; review: ReviewReply; imageId: string }> {
  const record = await pictureOf(on.maker)
  const imageId = record.images[0]!.id
  return { record, imageId, review: (await reviewOf(on.first, imageId))! }
}

describe('which pictures are looked at', () => {
  it('is for the project to say: edits, tags, labels and what a call wants, each picture once', async () => {
    const review = { edits: true, complex: { tags: ['poster'], metadata: { composition: 'complex' } } }
    const { maker, first } = await reviewedProject(gateway, { review })
    const reasonsOf = async (record: GenerationRecord) => (await reviewOf(first, record.images[0]!.id))?.reasons ?? null
    expect(await reasonsOf(await pictureOf(maker))).toBeNull()
    expect(await reasonsOf(await pictureOf(maker, {}, { 'x-darkroom-project-tag': 'poster' }))).toEqual(['complex'])
    expect(await reasonsOf(await pictureOf(maker, { darkroom: { metadata: { composition: 'complex' } } }))).toEqual(['complex'])
    expect(await reasonsOf(await pictureOf(maker, { darkroom: { review: 'required' } }))).toEqual(['required'])
    const { record } = await editRoom(maker, {})
    await rounds()
    expect(await reasonsOf(record!)).toEqual(['edit'])
    await Promise.all([rounds(), rounds()])
    const all = (await (await first.fetch('/v2/reviews')).json()) as { reviews: ReviewReply[] }
    expect(all.reviews).toHaveLength(4)
    expect((await eventsOf(all.reviews[3]!.id)).map(({ type }) => type)).toEqual(['review.opened'])
  })

  it('is not for a call to waive, unless the project leaves that to it', async () => {
    const waived = { 'x-darkroom-review': 'none' }
    const strict = await seeReply(postGeneration(team.maker, {}, { headers: waived }))
    expect([strict.status, strict.error]).toMatchObject([403, { code: 'not_allowed_by_project', param: 'review', outcome: 'not_charged' }])
    const loose = await reviewedProject(gateway, { review: { sample_percent: 100, may_waive: true } })
    const record = await pictureOf(loose.maker, {}, waived)
    expect([await reviewOf(loose.first, record.images[0]!.id), record.images[0]!.review]).toEqual([null, null])
  })

  it('holds for jobs, for every picture of several, and for none of a call that fails', async () => {
    const jobId = await submitSmall(team.maker, { n: 2 })
    await jobWhen(team.maker, jobId)
    await rounds()
    const { images } = await readRecord(team.maker, jobId)
    expect(images.map(({ review }) => review?.state)).toEqual(['open', 'open'])
    const failed = await submitSmall(team.maker, { prompt: 'a fox [[sandbox: moderation]]' })
    expect((await jobWhen(team.maker, failed)).state).toBe('failed')
    await rounds()
    const { database } = gateway.gateway.parts
    expect(await database.read(database.sql.selectFrom('review_due').selectAll())).toEqual([])
  })
})

describe('a review', () => {
  it('is claimed by one, decided once, and says who, when and why for good', async () => {
    const { review, record, imageId } = await waiting()
    expect(review).toMatchObject({
      state: 'open',
      submitter: { kind: 'key', key_id: team.keyIds.maker },
      checklist: [{ id: 'structure' }, { id: 'brand' }, { id: 'rights' }],
      approvals: { needed: 1, given: 0 },
    })
    expect((await post<ReviewReply>(team.first, `/v2/reviews/${review.id}/claim`)).json).toMatchObject({
      state: 'claimed',
      claim: { name: 'k' },
    })
    const others = await decision(team.second, review, { decision: 'rejected', why: 'blurred' })
    expect(refusal(others)).toEqual([409, 'review_claimed'])
    expect(others.headers.get('retry-after')).not.toBeNull()

    const done = await approve(team.first, review)
    expect([done.status, done.json.review.state]).toEqual([200, 'approved'])
    expect(done.json.review.decisions).toMatchObject([
      {
        decision: 'approved',
        by: { kind: 'key', key_id: team.keyIds.first, name: 'k' },
        why: 'as asked',
        image_sha256: record.images[0]!.sha256,
      },
    ])
    for (const on of [team.first, team.second])
      expect(refusal(await decision(on, review, { decision: 'rejected', why: 'after all' }))).toEqual([409, 'review_decided'])
    expect((await eventsOf(review.id)).map(({ type }) => type)).toEqual(['review.opened', 'review.approved'])
    expect((await readRecord(team.maker, record.id)).images[0]!.review).toMatchObject({
      state: 'approved',
      decisions: [{ why: 'as asked' }],
    })
    expect(imageId).toBe(review.image.id)
  })

  it('is not approved by who asked for the picture, be it by the key that follows theirs, or by the administrator for theirs', async () => {
    const own = await reviewedProject(gateway, { review: { sample_percent: 100 } })
    const { review } = await waiting(own)
    const mine = { decision: 'approved', why: 'mine', answers: allYes(review) }
    expect(refusal(await decision(own.maker, review, mine))).toEqual([403, 'review_own_submission'])
    const rotated = await asAdmin<{ key: string }>('POST', `/v2/keys/${own.keyIds.maker}/rotate`, { overlap_seconds: 3600 })
    expect(refusal(await decision({ ...own.maker, key: rotated.json.key }, review, mine))).toEqual([403, 'review_own_submission'])
    expect((await decision(own.maker, review, { decision: 'rejected', why: 'I see it now' })).json.review.state).toBe('rejected')

    const admins = administrator()
    const theirs = await ownReview(admins)
    const answers = allYes(theirs)
    expect(refusal(await decision(admins, theirs, { decision: 'approved', why: 'x', answers, reviewer: 'Ann' }))).toEqual([
      403,
      'review_own_submission',
    ])
    expect(refusal(await decision(admins, theirs, { decision: 'approved', why: 'x', answers }))).toEqual([
      400,
      'missing_required_parameter',
    ])
    expect((await decision(gateway, theirs, { decision: 'approved', why: 'fine', answers })).json.review.state).toBe('approved')
  })

  it('is approved by the administrator who asked for it where that is allowed, on record as their own, and by no key and no one of two', async () => {
    const admins = administrator()
    const [project] = (await asAdmin<{ projects: ProjectReply[] }>('GET', '/v2/projects')).json.projects
    const change = (review: object | null) => asAdmin<ProjectReply>('PATCH', `/v2/projects/${project!.id}`, { settings: { review } })
    const mine = (on: ReviewReply) => ({ decision: 'approved', why: 'mine', answers: allYes(on), reviewer: 'Ann' })
    const two = await change({ two_persons: true, own_approval: { allowed_by: 'Ann' } })
    expect(refusal(two)).toEqual([400, 'invalid_value'])
    expect((await change({ two_persons: true })).status).toBe(200)
    const pair = await ownReview(admins)

    const allowed = (await change({ own_approval: { allowed_by: 'Ann' } })).json.settings.review!.own_approval
    expect(allowed).toEqual({ allowed_by: 'Ann', at: expect.any(String) })
    clock.move(60_000)
    // What is sent back as it was read changes nothing, whatever date it says.
    const again = await change({ due_hours: 1, own_approval: { allowed_by: 'Ann', at: '2020-01-01T00:00:00Z' } })
    expect(again.json.settings.review!.own_approval).toEqual(allowed)

    // What waits for two people goes on waiting for two, neither of them whoever asked.
    expect(refusal(await decision(admins, pair, mine(pair)))).toEqual([403, 'review_own_submission'])
    const theirs = await ownReview(gateway)
    expect(refusal(await decision(gateway, theirs, { ...mine(theirs), reviewer: undefined }))).toEqual([403, 'review_own_submission'])
    expect((await decision(admins, theirs, mine(theirs))).json.review.decisions).toMatchObject([{ own: false, own_approval: null }])

    const own = await ownReview(admins)
    const done = await decision(admins, own, mine(own))
    expect(done.json.review).toMatchObject({ state: 'approved', decisions: [{ own: true, own_approval: allowed, by: { name: 'Ann' } }] })
    expect((await readRecord(gateway, own.generation_id)).images[0]!.review!.decisions).toEqual(done.json.review.decisions)
    expect((await eventsOf(own.id)).at(-1)).toMatchObject({ type: 'review.approved', data: { own: true } })
    const csv = await (await gateway.fetch('/v2/reviews/export?format=csv')).text()
    expect(csv.split('\r\n').find((line) => line.startsWith(own.id))).toContain(`,true,Ann,${allowed!.at},`)

    const last = await ownReview(admins)
    await change(null)
    const told = (await eventsOf(project!.id)).filter(({ type }) => type === 'review.own_approval')
    expect(told.map(({ data }) => data.own_approval)).toEqual([allowed, null])
    expect(refusal(await decision(admins, last, mine(last)))).toEqual([403, 'review_own_submission'])
    expect((await decision(admins, last, { ...mine(last), decision: 'rejected', answers: {} })).json.review.decisions).toMatchObject([
      { own: true, own_approval: null },
    ])
  })

  it('is approved by the administrator under the name that is said, and a key says none', async () => {
    const { review } = await waiting()
    const body = { decision: 'approved', why: 'fine', answers: allYes(review), reviewer: 'Ann Example' }
    expect(refusal(await decision(team.first, review, body))).toEqual([400, 'invalid_value'])
    const done = await asAdmin<Decided>('POST', `/v2/reviews/${review.id}/decision`, body)
    expect(done.json.review.decisions).toMatchObject([{ by: { kind: 'admin', key_id: null, name: 'Ann Example' } }])
  })

  it('takes two different people where the project wants them', async () => {
    const pair = await reviewedProject(gateway, { review: { sample_percent: 100, two_persons: true } })
    const { review } = await waiting(pair)
    expect((await approve(pair.first, review)).json.review).toMatchObject({ state: 'open', approvals: { needed: 2, given: 1 } })
    expect((await eventsOf(review.id)).map(({ type }) => type)).toEqual(['review.opened'])
    expect(refusal(await approve(pair.first, review))).toEqual([403, 'review_same_person'])
    expect((await approve(pair.second, review)).json.review).toMatchObject({ state: 'approved', approvals: { given: 2 } })
    const conflict = await asAdmin('POST', '/v2/projects', {
      name: 'two',
      settings: { review: { two_persons: true, auto_approve: 'adoptable' } },
    })
    expect(refusal(conflict)).toEqual([400, 'invalid_value'])
  })

  it('is decided by the keys that the project names, and by no others', async () => {
    const narrow = await reviewedProject(gateway, { review: { sample_percent: 100 } })
    const settings = { review: { sample_percent: 100, reviewers: [narrow.keyIds.first] } }
    await asAdmin('PATCH', `/v2/projects/${narrow.projectId}`, { settings })
    const { review } = await waiting(narrow)
    expect(refusal(await approve(narrow.second, review))).toEqual([403, 'not_a_reviewer'])
    expect((await approve(narrow.first, review)).status).toBe(200)
  })

  it('asks for an answer to every question, none of them no, and none that was not asked', async () => {
    const { review } = await waiting()
    const answered = async (answers: object) => {
      const seen = await decision(team.first, review, { decision: 'approved', why: 'x', answers })
      return [...refusal(seen), (seen.error as { open?: string[] } | null)?.open]
    }
    expect(await answered({ structure: 'yes' })).toEqual([400, 'checklist_incomplete', ['brand', 'rights']])
    expect(await answered({ ...allYes(review), brand: 'no' })).toEqual([400, 'checklist_incomplete', ['brand']])
    expect(await answered({ ...allYes(review), taste: 'yes' })).toEqual([400, 'invalid_value', undefined])
    expect((await reviewOf(team.first, review.image.id))!.decisions).toEqual([])
  })

  it('is overdue once its time is over: listed, counted, told of once', async () => {
    const { review } = await waiting()
    clock.move(25 * 60 * 60 * 1000)
    await rounds()
    await rounds()
    const list = (await (await team.first.fetch('/v2/reviews?overdue=true&limit=200')).json()) as { reviews: ReviewReply[] }
    expect(list.reviews.map(({ id }) => id)).toContain(review.id)
    expect((await eventsOf(review.id)).map(({ type }) => type)).toEqual(['review.opened', 'review.overdue'])
    const metrics = await (await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${gateway.adminToken}` } })).text()
    expect(metrics).toMatch(/^darkroom_reviews_overdue [1-9]/m)
    expect(metrics).toMatch(/^darkroom_review_breaches_total [1-9]/m)
  })

  it('is closed with its picture: approving what is deleted is 410', async () => {
    const { review, imageId } = await waiting()
    await team.maker.fetch(`/v2/images/${imageId}`, { method: 'DELETE' })
    expect(refusal(await decision(team.first, review, { decision: 'approved', why: 'x', answers: allYes(review) }))).toEqual([
      410,
      'image_deleted',
    ])
    expect(await reviewOf(team.first, imageId)).toMatchObject({ state: 'deleted', image: { deleted_at: expect.any(String) } })
    expect((await team.first.fetch(`/v2/reviews/${review.id}/image`)).status).toBe(410)
  })

  it('is not there for another project, in no way', async () => {
    const [{ review }, stranger] = [await waiting(), await reviewedProject(gateway)]
    for (const id of [review.id, newId('rev'), 'rev_1'])
      expect(refusal(await post(stranger.first, `/v2/reviews/${id}/decision`, { decision: 'rejected', why: 'x' }))).toEqual([
        404,
        'not_found',
      ])
    const many = await post<{ results: { ok: boolean; error: { code: string } }[] }>(stranger.first, '/v2/reviews/decisions', {
      decisions: [{ id: review.id, decision: 'rejected', why: 'x' }],
    })
    expect(many.json.results).toMatchObject([{ ok: false, error: { code: 'not_found' } }])
    expect(await (await stranger.first.fetch('/v2/reviews/export?format=csv')).text()).not.toContain(review.id)
  })
})

describe('a picture that must show a text', () => {
  it('is approved by whoever has opened it at full size: not by a range, a look at its head, or somebody else', async () => {
    const house = await reviewedProject(gateway, { review: { texts: true } })
    const texts = [
      { text: '営業中', lang: 'ja' },
      { text: 'OPEN', lang: 'en' },
    ]
    const ticket = await post<{ id: string }>(house.maker, '/v2/handoffs', { prompt: 'A shop sign', owner: 'OpenAI, team account', texts })
    const form = new FormData()
    form.append('image', new Blob([new Uint8Array(room)], { type: 'image/png' }), 'sign.png')
    const uploaded = await seeReply(house.maker.fetch(`/v2/handoffs/${ticket.json.id}/result`, { method: 'POST', body: form }))
    const { image } = JSON.parse(uploaded.text) as { image: { id: string } }
    await rounds()
    const review = (await reviewOf(house.first, image.id))!
    expect([review.reasons, review.checklist.map(({ id }) => id)]).toEqual([
      ['text'],
      ['text:ja', 'text:en', 'structure', 'brand', 'rights'],
    ])

    const body = { decision: 'approved', why: 'read', answers: allYes(review) }
    const open = (on: TestGateway, init: RequestInit = {}) => on.fetch(`/v2/reviews/${review.id}/image`, init)
    const refused = async () => refusal(await decision(house.first, review, body))
    expect(await refused()).toEqual([409, 'full_size_unread'])
    await (await open(house.first, { headers: { range: 'bytes=0-99' } })).arrayBuffer()
    await open(house.first, { method: 'HEAD' })
    await (await open(house.second)).arrayBuffer()
    await (await house.first.fetch(`/v2/images/${image.id}`)).arrayBuffer()
    expect(await refused()).toEqual([409, 'full_size_unread'])
    expect(refusal(await decision(house.first, review, { ...body, answers: { ...body.answers, 'text:ja': 'not_applicable' } }))).toEqual([
      ...[400, 'checklist_incomplete'],
    ])
    await (await open(house.first)).arrayBuffer()
    const done = await decision(house.first, review, body)
    expect(done.json.review).toMatchObject({ state: 'approved', decisions: [{ full_size_read_at: expect.any(String) }] })
    expect(refusal(await decision(house.first, review, body))).toEqual([409, 'review_decided'])
  })

  it('has a successor that must show it as well', async () => {
    const house = await reviewedProject(gateway, { review: { texts: true } })
    const record = await pictureOf(house.maker, { darkroom: { texts: [{ text: 'OPEN', lang: 'en' }] } })
    const review = (await reviewOf(house.first, record.images[0]!.id))!
    const asked = { decision: 'changes_requested', why: 'too small', change: 'make the sign larger', run: true }
    const { job_id: jobId } = (await decision(house.first, review, asked)).json
    await jobWhen(house.first, jobId!)
    await rounds()
    const { images, request_shape } = await readRecord(house.first, jobId!)
    expect([images[0]!.review?.reasons, request_shape.texts]).toEqual([['text'], 1])
  })
})

describe('several decisions at once', () => {
  it('are each decided for itself, one result for each', async () => {
    const [one, two] = [await waiting(), await waiting()]
    const decisions = [
      { id: one.review.id, decision: 'approved', why: 'fine', answers: allYes(one.review) },
      { id: two.review.id, decision: 'approved', why: 'fine', answers: {} },
      { id: one.review.id, decision: 'rejected', why: 'twice' },
    ]
    const { json } = await post<{ results: { ok: boolean; state: string | null; error: { code: string } | null }[] }>(
      team.first,
      '/v2/reviews/decisions',
      { decisions },
    )
    expect(json.results.map(({ ok, state, error }) => [ok, state, error?.code ?? null])).toEqual([
      [true, 'approved', null],
      [false, null, 'checklist_incomplete'],
      [false, null, 'review_decided'],
    ])
  })
})

describe('a picture that is turned down', () => {
  it('leads by two calls to its corrected successor, whose record names where it comes from', async () => {
    const studio = await reviewedProject(gateway, { review: { edits: true } })
    const { record } = await editRoom(studio.maker, {
      fields: { darkroom: JSON.stringify({ protect: [{ x: 0, y: 0, width: 64, height: 64 }] }) },
    })
    await rounds()
    const image = record!.images[0]!
    const review = (await reviewOf(studio.first, image.id))!
    const asked = await decision(studio.first, review, {
      decision: 'changes_requested',
      why: 'the lamp is off',
      change: 'turn the lamp on',
    })
    expect(asked.json.review).toMatchObject({ state: 'changes_requested', change: { text: 'turn the lamp on', generation_id: null } })
    const edit = await post<{ jobId: string }>(studio.maker, `/v2/reviews/${review.id}/edit`)
    expect(edit.status).toBe(202)
    await jobWhen(studio.maker, edit.json.jobId)
    await rounds()

    const successor = await readRecord(studio.maker, edit.json.jobId)
    expect(successor).toMatchObject({
      status: 'completed',
      operation: 'edit',
      parent: { generation_id: record!.id, image_id: image.id, review_id: review.id },
      request_shape: { size: '1024x640', quality: 'low', protect: [{ x: 0, y: 0, width: 64, height: 64 }] },
    })
    expect(successor.request_shape.input_images).toMatchObject([{ source: 'image', source_ref: image.id, sha256: image.sha256 }])
    expect(successor.request_shape.prompt_sha256).toBe(createHash('sha256').update('turn the lamp on').digest('hex'))
    expect(successor.images[0]!.review).toMatchObject({ state: 'open', reasons: ['edit'] })
    expect(await reviewOf(studio.first, image.id)).toMatchObject({ change: { generation_id: successor.id } })
    expect(refusal(await post(studio.maker, `/v2/reviews/${review.id}/edit`))).toEqual([409, 'change_made'])
    const told = JSON.stringify(await eventsOf(review.id)) + (await (await studio.first.fetch('/v2/reviews/export')).text())
    expect(told).not.toContain('turn the lamp on')
  })

  it('is made anew with the decision itself where that is asked, and a rejected one with words of its own', async () => {
    const [one, two] = [await waiting(), await waiting()]
    const body = { decision: 'changes_requested', why: 'too dark', change: 'make it brighter', run: true }
    const decided = await decision(team.first, one.review, body)
    expect(decided.json).toMatchObject({ job_id: expect.any(String), edit_error: null })
    await jobWhen(team.first, decided.json.job_id!)
    expect((await readRecord(team.first, decided.json.job_id!)).parent).toMatchObject({ image_id: one.imageId })
    await decision(team.first, two.review, { decision: 'rejected', why: 'no' })
    expect(refusal(await post(team.first, `/v2/reviews/${two.review.id}/edit`))).toEqual([400, 'missing_required_parameter'])
    expect((await post(team.first, `/v2/reviews/${two.review.id}/edit`, { change: 'another fox' })).status).toBe(202)
    expect(refusal(await decision(team.first, (await waiting()).review, { decision: 'changes_requested', why: 'x' }))).toEqual([
      400,
      'missing_required_parameter',
    ])
    expect(refusal(await post(team.first, `/v2/reviews/${(await waiting()).review.id}/edit`))).toEqual([409, 'change_not_wanted'])
  })
})

describe('a public address', () => {
  const publishing = (on: TestGateway, imageId: string) => post<PublicationReply>(on, `/v2/images/${imageId}/publish`)

  it('is had by approved pictures alone: asked for before, the picture goes into the queue', async () => {
    const house = await reviewedProject(gateway)
    const record = await pictureOf(house.maker)
    const { id, sha256 } = record.images[0]!
    expect(await reviewOf(house.first, id)).toBeNull()
    const early = await publishing(house.maker, id)
    expect([...refusal(early)]).toEqual([409, 'review_not_approved'])
    const review = (await reviewOf(house.first, id))!
    expect([review.reasons, (early.error as { review_id?: string }).review_id]).toEqual([['public'], review.id])
    await approve(house.first, review)
    const { json, status } = await publishing(house.maker, id)
    expect([status, json.review_id]).toEqual([200, review.id])
    expect((await publishing(house.first, id)).json.url).toBe(json.url)

    const seen = await fetch(json.url)
    expect(Object.fromEntries(seen.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=60, must-revalidate',
      etag: `"${sha256}"`,
      'cross-origin-resource-policy': 'cross-origin',
    })
    expect(
      createHash('sha256')
        .update(Buffer.from(await seen.arrayBuffer()))
        .digest('hex'),
    ).toBe(sha256)
    expect((await fetch(json.url, { headers: { 'if-none-match': `"${sha256}"` } })).status).toBe(304)
    expect((await readRecord(house.maker, record.id)).images[0]!.storage_pointer).toMatchObject({
      public_url: json.url,
      deletion_policy: 'keep',
    })
    expect((await eventsOf(review.id)).map(({ type }) => type)).toEqual(['review.opened', 'review.approved', 'review.published'])
  })

  async function published(settings: object = {}) {
    const house = await reviewedProject(gateway, { publish: 'always', ...settings })
    const record = await pictureOf(house.maker)
    const imageId = record.images[0]!.id
    return { house, record, imageId, url: (await publishing(house.maker, imageId)).json.url }
  }
  const codeAt = async (url: string) => refusal(await seeReply(fetch(url)))

  it('ends when it is taken back, and never opens again; the next is another', async () => {
    const { house, imageId, url, record } = await published()
    expect(refusal(await post(house.maker, `/v2/images/${imageId}/unpublish`, {}))).toEqual([400, 'invalid_value'])
    const ended = await post<PublicationReply>(house.maker, `/v2/images/${imageId}/unpublish`, { why: 'the campaign is over' })
    expect(ended.json).toMatchObject({ ended_how: 'unpublished', ended_by: 'k', ended_why: 'the campaign is over' })
    expect(await codeAt(url)).toEqual([410, 'picture_not_public'])
    expect((await readRecord(house.maker, record.id)).images[0]!.storage_pointer!.public_url).toBeNull()
    const again = await publishing(house.maker, imageId)
    expect(again.json.url).not.toBe(url)
    expect([(await fetch(again.json.url)).status, (await codeAt(url))[0]]).toEqual([200, 410])
    expect((await eventsOf(imageId)).map(({ type }) => type)).toEqual(['review.published', 'review.unpublished', 'review.published'])
  })

  it('ends with the picture, by request or because its time is over; what it cost stays', async () => {
    for (const how of ['request', 'retention'] as const) {
      const { house, imageId, url, record } = await published({ retention: { results_days: 1 } })
      const lines = await ledgerLines(house.maker, record.id)
      expect(record.images[0]!.storage_pointer).toMatchObject({ deletion_policy: 'project:1d', delete_after: expect.any(String) })
      if (how === 'request') await house.maker.fetch(`/v2/images/${imageId}`, { method: 'DELETE' })
      else clock.move(24 * 60 * 60 * 1000 + 1000)
      await gateway.gateway.parts.retentionRounds.run()
      expect(await codeAt(url)).toEqual([410, 'image_deleted'])
      const events = await eventsOf(imageId)
      expect(events.at(-1)).toMatchObject({
        type: 'review.unpublished',
        data: { how: 'deleted', by: how, image_id: imageId, generation_id: record.id, review_id: null },
      })
      const { database } = gateway.gateway.parts
      const kept = await database.read(database.sql.selectFrom('publications').selectAll().where('image_id', '=', imageId))
      expect(kept).toMatchObject([{ ended_how: 'deleted', ended_by: how }])
      expect(await ledgerLines(house.maker, record.id)).toEqual(lines)
      expect(refusal(await publishing(house.maker, imageId))).toEqual([410, 'image_deleted'])
    }
  })

  it('ends when its approval is revoked, which is on record behind it', async () => {
    const { review, imageId } = await waiting()
    expect(refusal(await post(team.first, `/v2/reviews/${review.id}/revoke`, { why: 'x' }))).toEqual([409, 'review_not_approved'])
    await approve(team.first, review)
    const { url } = (await publishing(team.maker, imageId)).json
    const revoked = await post<ReviewReply>(team.second, `/v2/reviews/${review.id}/revoke`, { why: 'the logo is wrong' })
    expect(revoked.json).toMatchObject({
      state: 'revoked',
      decisions: [{ decision: 'approved' }, { decision: 'revoked', why: 'the logo is wrong' }],
    })
    expect(await codeAt(url)).toEqual([410, 'picture_not_public'])
    expect(refusal(await publishing(team.maker, imageId))).toEqual([409, 'review_not_approved'])
  })

  it('is given out by no project that says never, and by none for what was decided against', async () => {
    const house = await reviewedProject(gateway, { publish: 'never' })
    expect(refusal(await publishing(house.maker, (await pictureOf(house.maker)).images[0]!.id))).toEqual([403, 'publishing_off'])
    const free = await reviewedProject(gateway, { publish: 'always', review: { sample_percent: 100 } })
    const { review, imageId } = await waiting(free)
    await decision(free.first, review, { decision: 'rejected', why: 'no' })
    expect(refusal(await publishing(free.maker, imageId))).toEqual([409, 'review_not_approved'])
    for (const id of [newId('pub'), 'pub_1', imageId]) expect((await codeAt(`${gateway.url}/p/${id}`))[0]).toBe(404)
  })
})

describe('the export', () => {
  it('says of every decision who, when and why, as JSON and as a table in which nothing is a formula', async () => {
    const own = await reviewedProject(gateway, { review: { sample_percent: 100 } })
    const [one, two] = [await waiting(own), await waiting(own)]
    await approve(own.first, one.review, '=HYPERLINK("http://x","y"), with a comma')
    const { reviews } = (await (await own.first.fetch('/v2/reviews/export')).json()) as { reviews: ReviewReply[] }
    expect(reviews.map(({ id, state }) => [id, state])).toEqual([
      [one.review.id, 'approved'],
      [two.review.id, 'open'],
    ])
    const csv = await own.first.fetch('/v2/reviews/export?format=csv')
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="reviews.csv"')
    const lines = (await csv.text()).trimEnd().split('\r\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://x"",""y""), with a comma"`)
    expect(await (await own.first.fetch('/v2/reviews/export?to=2026-01-01T00:00:00Z')).json()).toEqual({ reviews: [] })
    const all = await asAdmin<{ reviews: ReviewReply[] }>('GET', `/v2/reviews/export?project_id=${own.projectId}`)
    expect(all.json.reviews).toHaveLength(2)
  })
})

it('the record of an approved public picture answers who asked what of whom, at what cost, what was compared, who approved, and when it goes', async () => {
  const studio = await reviewedProject(gateway, { review: { edits: true }, retention: { results_days: 30 } })
  const { record: made } = await editRoom(studio.maker, {})
  await judged(studio.maker, made!.id)
  await rounds()
  const imageId = made!.images[0]!.id
  await approve(studio.first, (await reviewOf(studio.first, imageId))!, 'the lamp fits')
  const { url } = (await publishing(studio.maker, imageId)).json
  const record = await readRecord(studio.maker, made!.id)
  const [image] = record.images
  expect(record.submitter).toEqual({ kind: 'key', key_id: studio.keyIds.maker, name: 'k' })
  expect(record.request_shape).toMatchObject({ prompt_sha256: expect.any(String), size: '1024x640', mask_sha256: expect.any(String) })
  expect([record.model_mapping.sent, record.route_owner, record.route_contract.terms]).toEqual(['gpt-image-2', 'darkroom-sandbox', null])
  expect(BigInt(record.cost.settled_nanos)).toBeGreaterThan(0n)
  expect([image!.drift, image!.guard]).toMatchObject([
    { status: 'measured', ssim: expect.any(Number) },
    { status: 'judged', overall: expect.any(String) },
  ])
  expect(image!.review).toMatchObject({
    state: 'approved',
    decisions: [
      {
        decision: 'approved',
        by: { key_id: studio.keyIds.first },
        why: 'the lamp fits',
        at: expect.any(String),
        image_sha256: image!.sha256,
      },
    ],
  })
  expect(image!.storage_pointer).toMatchObject({ public_url: url, delete_after: expect.any(String), deletion_policy: 'project:30d' })
})

const publishing = (on: TestGateway, imageId: string) => post<PublicationReply>(on, `/v2/images/${imageId}/publish`)

/** The record of a call once the guard has judged its pictures. */
async function judged(on: TestGateway, generationId: string): Promise<GenerationRecord> {
  for (;;) {
    const record = await readRecord(on, generationId)
    if (record.images.every(({ guard }) => guard?.status === 'judged')) return record
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

it('what the guard calls adoptable is approved by a project’s rule, on record as decided by it, and what it rejects is left to people', async () => {
  const studio = await reviewedProject(gateway, { review: { edits: true, auto_approve: 'adoptable' } })
  const reviewed = async (prompt: string) => {
    const form = new FormData()
    const size = `${roomSize.width}x${roomSize.height}`
    const fields = { model: 'gpt-image-2', prompt, size, quality: 'low', darkroom: JSON.stringify({ subject: door, protect: [door] }) }
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('image', new Blob([new Uint8Array(facade())]), 'facade.png')
    form.append('mask', new Blob([new Uint8Array(maskWithHoles(roomSize.width, roomSize.height, [hole]))]), 'mask.png')
    const seen = await seeReply(studio.maker.fetch('/v1/images/edits', { method: 'POST', body: form }))
    const [image] = (await judged(studio.maker, seen.generationId!)).images
    // The first may have begun before the verdict was there.
    await rounds()
    await rounds()
    return [image!.guard!.overall, (await readRecord(studio.maker, seen.generationId!)).images[0]!.review]
  }
  expect(await reviewed('a bench before the wall')).toMatchObject([
    'adoptable',
    { state: 'approved', decisions: [{ decision: 'approved', by: { kind: 'policy', key_id: null } }] },
  ])
  expect(await reviewed(promptWith('shift=14,9', 'a bench'))).toMatchObject(['reject', { state: 'open', decisions: [] }])
})
