import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EstimateReply } from '../../src/contract/record.ts'
import { callAs } from '../support/admin-calls.ts'
import {
  type BatchStage,
  batchBooks,
  batchesEnded,
  batchesThat,
  inDays,
  jobsEnded,
  quickEconomy,
  readBatches,
  startBatchStage,
  submitEconomy,
} from '../support/batch-calls.ts'
import { editRoom, mask as holes } from '../support/edit-calls.ts'
import { ledgerLines, postGeneration, readRecord, seeReply, smallCall } from '../support/generation-calls.ts'
import { eventsOfJob, jobWhen, readJob, submit, submitSmall } from '../support/job-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway } from '../support/test-gateway.ts'

describe('jobs of the economy lane', () => {
  let stage: BatchStage
  beforeAll(async () => {
    stage = await startBatchStage()
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it('are made as one batch at half the price, to the nano-dollar, as estimated, reserved and invoiced', async () => {
    const { gateway, sandbox } = stage
    const body = { request: { ...smallCall, prompt: 'a fox' }, lane: 'economy' }
    const economy = (await callAs<EstimateReply>(gateway, gateway.key, 'POST', '/v2/estimate', { ...body, route: 'upstream' })).json
    const ids = await submitEconomy(gateway, ['a fox', 'a hen', 'an ox'])
    expect(await readJob(gateway, ids[0]!)).toMatchObject({ lane: 'economy', cost: { reserved: economy.reserve } })
    const jobs = await jobsEnded(gateway, ids)
    expect(jobs).toMatchObject(Array(3).fill({ state: 'completed', lane: 'economy', attempts: 1 }))
    expect(await batchesEnded(gateway)).toMatchObject([
      {
        outcome: 'completed',
        route_id: 'upstream',
        operation: 'generate',
        model_sent: 'gpt-image-2',
        upstream: { status: 'completed', counts: { total: 3, completed: 3, failed: 0 } },
        lines: { total: 3, open: 0, ended: { answered: 3 } },
        cost: { reserved: { nanos: '0' }, held_unknown: { nanos: '0' } },
      },
    ])
    const [batch] = await readBatches(gateway)
    const books = await batchBooks(stage)
    expect(books).toMatchObject({ differing: [], held: 0n, reserved: 0n, booked: books.invoiced })
    expect(batch!.cost.settled.nanos).toBe(String(books.invoiced))

    const standard = await seeReply(postGeneration(gateway, { prompt: 'a fox' }))
    const full = BigInt((await readRecord(gateway, standard.generationId!)).cost.settled_nanos)
    expect(BigInt(jobs[0]!.cost.settled.nanos) * 2n).toBe(full)
    expect(economy).toMatchObject({ lane: 'economy', expected: { nanos: String(full / 2n) } })
    // The same picture as one that came at once, under the same hash.
    expect(jobs[0]!.results[0]!.sha256).toBe(sha256(Buffer.from(JSON.parse(standard.text).data[0].b64_json, 'base64')))
    expect(sandbox.batches.list()).toHaveLength(1)
  })

  it('say in record and ledger that the batch column of the card holds, and stand there as any other call', async () => {
    const { gateway } = stage
    const [id] = await submitEconomy(gateway, ['a record'])
    await jobsEnded(gateway, [id!])
    const record = await readRecord(gateway, id!)
    const card = 'sandbox-gpt-image-2@2026-04-21:batch'
    expect(record).toMatchObject({
      status: 'completed',
      route_contract: { price_card: card },
      cost: { price_card: card },
      attempts: [{ state: 'ok', http_status: 200, request_id: expect.stringMatching(/^req_/) }],
      images: [{ storage: 'stored', width: 1024, height: 640 }],
      usage: { source: 'upstream' },
    })
    const lines = await ledgerLines(gateway, id!)
    expect(lines.map(({ kind }) => kind)).toEqual(['reserve', 'release', 'settle', 'settle'])
    expect(new Set(lines.map(({ price_card }) => price_card))).toEqual(new Set([card]))
    expect((await eventsOfJob(gateway, id!)).map(({ event }) => event)).toEqual(['queued', 'started', 'stored', 'completed'])
    const picture = await gateway.fetch(`/v2/images/${record.images[0]!.id}`)
    expect(sha256(Buffer.from(await picture.arrayBuffer()))).toBe(record.images[0]!.sha256)
    const again = await seeReply(gateway.fetch(`/v2/generations/${id}/result`))
    expect(sha256(Buffer.from(JSON.parse(again.text).data[0].b64_json, 'base64'))).toBe(record.images[0]!.sha256)
  })

  it('may ask for several pictures, which are one line', async () => {
    const { gateway } = stage
    const id = await submitSmall(gateway, { prompt: 'three hens', n: 3 }, { lane: 'economy', deadline: inDays(2) })
    const job = await jobWhen(gateway, id)
    expect(job).toMatchObject({ state: 'completed', attempts: 1 })
    expect(new Set(job.results.map((result) => result.sha256)).size).toBe(3)
    expect(await batchBooks(stage)).toMatchObject({ differing: [] })
  })

  it('may be edits, whose pictures go along; what Darkroom makes of the result is made all the same', async () => {
    const { gateway, sandbox } = stage
    const source = await editRoom(gateway, { mask: null })
    const images = [{ file_id: source.record!.images[0]!.id }]
    const request = { model: 'gpt-image-2', prompt: 'at night', size: '1024x640', quality: 'low', images }
    const wishes = { lane: 'economy', deadline: inDays(2) }
    const plain = await submit(gateway, { request, ...wishes })
    const image_url = `data:image/png;base64,${holes.toString('base64')}`
    const strict = await submit(
      gateway,
      { request: { ...request, prompt: 'a lamp', mask: { image_url } }, ...wishes },
      { 'x-darkroom-mask': 'strict' },
    )
    expect([plain.status, strict.status]).toEqual([202, 202])
    const jobs = await jobsEnded(
      gateway,
      [plain, strict].map(({ json }) => json['jobId'] as string),
    )
    expect(jobs.map(({ state }) => state)).toEqual(['completed', 'completed'])
    const record = await readRecord(gateway, jobs[1]!.id)
    expect(record).toMatchObject({
      operation: 'edit',
      request_shape: { input_image_count: 1 },
      images: [{ process: { kind: 'strict_mask' } }],
    })
    const lines = sandbox.invoice.lines().filter(({ custom_id }) => custom_id != null)
    expect(lines.filter(({ operation }) => operation === 'edit')).toHaveLength(2)
    expect(await batchBooks(stage)).toMatchObject({ differing: [], held: 0n, reserved: 0n })
    const batches = (await batchesEnded(gateway)).filter(({ operation }) => operation === 'edit')
    expect(batches.map(({ outcome }) => outcome)).toEqual(batches.map(() => 'completed'))
  })
})

describe('a gateway without any configuration', () => {
  it('has an economy lane over its own sandbox', async () => {
    await using gateway = await startTestGateway({ economy: quickEconomy })
    const [id] = await submitEconomy(gateway, ['a fox'])
    expect(await jobWhen(gateway, id!)).toMatchObject({ state: 'completed', lane: 'economy' })
    expect(await batchBooks({ gateway, sandbox: gateway.gateway.sandbox! })).toMatchObject({ differing: [], held: 0n, reserved: 0n })
  })
})

describe('a batch', () => {
  it('holds lines of one model and one operation, and no more than it may', async () => {
    await using stage = await startBatchStage({ economy: { requests: 2, collectMs: 300 } })
    const { gateway } = stage
    const ids = await submitEconomy(gateway, ['one', 'two', 'three', 'four', 'five'])
    const other = await submitSmall(gateway, { model: 'gpt-image-2.5-flare', prompt: 'another' }, { lane: 'economy', deadline: inDays(2) })
    await jobsEnded(gateway, [...ids, other])
    const batches = await batchesEnded(gateway)
    const sizes = (model: string) => batches.filter(({ model_sent }) => model_sent === model).map(({ lines }) => lines.total)
    expect(sizes('gpt-image-2').toSorted()).toEqual([1, 2, 2])
    expect(sizes('gpt-image-2.5-flare')).toEqual([1])
    expect(await batchBooks(stage)).toMatchObject({ differing: [] })
  })

  it('that upstream works on keeps nobody else from their calls, and its result is not ready', async () => {
    await using stage = await startBatchStage({ sandbox: { holdBatches: true } })
    const { gateway, sandbox } = stage
    const [project] = (await callAs<{ projects: { id: string }[] }>(gateway, gateway.adminToken, 'GET', '/v2/projects')).json.projects
    const settings = { settings: { concurrent_calls: 1, images_per_minute: 3 } }
    expect((await callAs(gateway, gateway.adminToken, 'PATCH', `/v2/projects/${project!.id}`, settings)).status).toBe(200)
    const ids = await submitEconomy(gateway, ['one', 'two', 'three', 'four'])
    await batchesThat(gateway, ([batch]) => batch?.state === 'running')
    expect((await seeReply(postGeneration(gateway))).status).toBe(200)
    const early = await seeReply(gateway.fetch(`/v2/generations/${ids[0]}/result`))
    expect([early.status, early.error?.code]).toEqual([409, 'result_not_ready'])
    await sandbox.batches.advance(sandbox.batches.list()[0]!.id, { to: 'ended' })
    expect((await jobsEnded(gateway, ids)).map(({ state }) => state)).toEqual(Array(4).fill('completed'))
  })
})
