import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Job, PublicationReply, ReviewReply } from '../../src/contract/record.ts'
import type { FailPointName } from '../../src/primitives/fail-point-names.ts'
import { callAs } from '../support/admin-calls.ts'
import { everyRecord } from '../support/crash-stage.ts'
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts'
import { ledgerLines, smallCall } from '../support/generation-calls.ts'
import { jobThat } from '../support/job-calls.ts'
import { allYes, reviewOf } from '../support/review-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { tidy, untidiness } from './data-folder-state.ts'

type Caller = Pick<GatewayProcess, 'fetch' | 'dataFolder'> & Partial<Pick<TestGateway, 'adminToken'>>
const json = { 'content-type': 'application/json' }

/** By the key of the data folder. */
const send = (on: Caller, path: string, body: object, headers: Record<string, string> = {}) =>
  on.fetch(path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) })

/** By the administrator, who decides about what that key asked for. */
async function decideAs(on: Caller, { id }: ReviewReply, body: object): Promise<Response> {
  const token = on.adminToken ?? (await readFile(join(on.dataFolder, 'admin-token'), 'utf8')).trim()
  return send(on, `/v2/reviews/${id}/decision`, body, { authorization: `Bearer ${token}` })
}

const approval = (review: ReviewReply) => ({ decision: 'approved', why: 'as asked', answers: allYes(review), reviewer: 'Ann' })
const rejection = { decision: 'changes_requested', why: 'too dark', change: 'Make it lighter', reviewer: 'Ann' }

/** No route but the built-in sandbox: the edit that a review leads to names none. */
const configuration = 'version: 1\n'

/** Does something on a gateway that dies of it; nobody hears an answer. */
async function dieOf(dataFolder: string, failPoint: FailPointName, work: (gateway: GatewayProcess) => Promise<Response>): Promise<void> {
  await using gateway = await startGatewayProcess({ dataFolder, upstreamUrl: '', configuration, failPoint: `${failPoint}:1:kill` })
  const answer = await work(gateway).catch(() => null)
  const end = await Promise.race([gateway.ended, wait(10_000, null)])
  if (end?.signal !== 'SIGKILL') throw new Error(`expected a death at ${failPoint}, found ${await answer?.text()}`)
}

/** Pictures that wait for a decision, with what an approval of each would say. */
async function picturesToDecide(on: TestGateway, many: number): Promise<ReviewReply[]> {
  for (let made = 0; made < many; made++) {
    const body = JSON.stringify({ ...smallCall, prompt: `a fox, ${made}`, darkroom: { review: 'required' } })
    const answer = await on.fetch('/v1/images/generations', { method: 'POST', body, headers: json })
    await answer.arrayBuffer()
  }
  await on.gateway.parts.reviewRounds.run()
  const records = await everyRecord(on)
  return Promise.all(records.map(async ({ images }) => (await reviewOf(on, images[0]!.id))!))
}

const eventsAbout = async ({ gateway: { parts } }: TestGateway, subjects: readonly string[]) => {
  const { sql } = parts.database
  const rows = await parts.database.read(sql.selectFrom('events').select('type').where('subject_id', 'in', subjects).orderBy('seq'))
  return rows.map(({ type }) => type.replace('review.', '')).filter((type) => type !== 'opened')
}

it('a gateway killed around a decision, a publication and the edit that a review leads to leaves all of each or nothing, and what is repeated is done once', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-review-death-'))
  await using opened = new AsyncDisposableStack()
  opened.defer(() => rm(dataFolder, { recursive: true, force: true }))
  const startNext = () => startTestGateway({ dataFolder, yaml: configuration })
  const decide = (review: ReviewReply, body: object) => (on: Caller) => decideAs(on, review, body)
  const [open, kept, changed] = await (async () => {
    await using first = await startNext()
    const reviews = await picturesToDecide(first, 3)
    expect((await decideAs(first, reviews[1]!, approval(reviews[1]!))).status).toBe(200)
    return reviews as [ReviewReply, ReviewReply, ReviewReply]
  })()
  const publish = (on: Caller) => send(on, `/v2/images/${kept.image.id}/publish`, {})
  const edit = (on: Caller) => send(on, `/v2/reviews/${changed.id}/edit`, {})
  await dieOf(dataFolder, 'review_before_decide', decide(open, approval(open)))
  await dieOf(dataFolder, 'review_after_decide', decide(changed, rejection))
  await dieOf(dataFolder, 'publish_before_record', publish)
  await dieOf(dataFolder, 'publish_after_record', publish)
  await dieOf(dataFolder, 'job_before_queue', edit)
  await dieOf(dataFolder, 'job_after_queue', edit)

  await using next = await startNext()
  expect((await reviewOf(next, open.image.id))!).toMatchObject({ state: 'open', decisions: [] })
  expect((await reviewOf(next, changed.image.id))!).toMatchObject({ state: 'changes_requested', decisions: [{ why: 'too dark' }] })
  expect((await decideAs(next, open, approval(open))).status).toBe(200)
  const second = await decideAs(next, changed, rejection)
  expect([second.status, ((await second.json()) as { error: { code: string } }).error.code]).toEqual([409, 'review_decided'])
  const decided = [open, kept, changed].map(({ id }) => id)
  expect((await eventsAbout(next, decided)).sort()).toEqual(['approved', 'approved', 'changes_requested', 'published'])

  const first = (await (await publish(next)).json()) as PublicationReply
  const again = (await (await publish(next)).json()) as PublicationReply
  expect([again.url, again.published_at]).toEqual([first.url, first.published_at])
  const { database } = next.gateway.parts
  expect(await database.read(database.sql.selectFrom('publications').selectAll())).toHaveLength(1)
  expect((await fetch(new URL(new URL(first.url).pathname, next.url))).status).toBe(200)

  const made = await callAs<{ error: { code: string } }>(next, next.key, 'POST', `/v2/reviews/${changed.id}/edit`, {})
  expect([made.status, made.error?.code]).toEqual([409, 'change_made'])
  const { jobs } = (await (await next.fetch('/v2/jobs')).json()) as { jobs: Job[] }
  expect(jobs).toHaveLength(1)
  await jobThat(next, jobs[0]!.id, ({ state }) => state === 'completed')
  expect((await reviewOf(next, changed.image.id))!.change).toMatchObject({ generation_id: jobs[0]!.id })
  const charges = await ledgerLines(next, jobs[0]!.id)
  expect(charges.filter(({ kind }) => kind === 'settle').length).toBeGreaterThan(0)
  expect(await untidiness(next)).toMatchObject({ rowsWithoutFile: [], missingObjects: [], unusedObjects: tidy.unusedObjects })
}, 120_000)
