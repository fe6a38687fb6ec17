import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { callAs } from '../support/admin-calls.ts'
import {
  batchBooks,
  batchesEnded,
  batchesThat,
  batchYaml,
  inDays,
  jobsEnded,
  quickEconomy,
  startBatchStage,
  submitEconomy,
  together,
} from '../support/batch-calls.ts'
import { canariesInFiles } from '../support/canaries.ts'
import { editRoom } from '../support/edit-calls.ts'
import { postGeneration, promptWith, readRecord } from '../support/generation-calls.ts'
import { jobThat, jobWhen, submit } from '../support/job-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { startTestGateway } from '../support/test-gateway.ts'

const exact = { differing: [], held: 0n, reserved: 0n }
const running = (batch: { state: string } | undefined) => batch?.state === 'running'

describe('a gateway that stops while upstream has a batch', () => {
  it.each(['close', 'stop'] as const)('(%s) leaves it to the next, which brings it home; nothing is held', async (how) => {
    await using stage = await startBatchStage({ economy: together(2), sandbox: { holdBatches: true } })
    const { gateway, sandbox } = stage
    const { dataFolder, gateway: process } = gateway
    const ids = await submitEconomy(gateway, ['one', 'two'])
    await batchesThat(gateway, ([batch]) => running(batch))
    if (how === 'stop') {
      // A call that does not end has everything broken off that is open.
      void postGeneration(gateway, { prompt: promptWith('latency=60000') }).catch(() => undefined)
      await expect.poll(() => process.parts.running.size, { interval: 5 }).toBe(1)
    }
    await (how === 'close' ? process.close() : process.stop())
    await sandbox.batches.advance(sandbox.batches.list()[0]!.id, { to: 'ended' })
    const environment = { UPSTREAM_KEY: 'sk-upstream' }
    await using next = await startTestGateway({ dataFolder, yaml: batchYaml(sandbox.url), environment, economy: { pollMs: 20 } })
    expect((await jobsEnded(next, ids)).map(({ state }) => state)).toEqual(['completed', 'completed'])
    expect(await batchBooks({ gateway: next, sandbox })).toMatchObject({ differing: [], reserved: 0n })
    const records = await Promise.all(ids.map((id) => readRecord(next, id)))
    expect(records).toMatchObject(Array(2).fill({ warnings: [], attempts: [{ state: 'ok' }], cost: { held_unknown_nanos: '0' } }))
  })
})

describe('a backup from before a batch was made, restored while upstream has it', () => {
  it('finds the batch by its name and goes on with it: nothing is bought again', async () => {
    await using stage = await startBatchStage({ economy: together(2), sandbox: { holdBatches: true } })
    const { gateway, sandbox } = stage
    const start = (dataFolder: string) =>
      startTestGateway({
        dataFolder,
        yaml: batchYaml(sandbox.url),
        environment: { UPSTREAM_KEY: 'sk-upstream' },
        economy: { ...quickEconomy, pollMs: 20 },
      })
    sandbox.faults.arm({ match: { call: 'batches.create' }, fault: 'status=429', times: 1000 })
    const ids = await submitEconomy(gateway, ['one', 'two'])
    await batchesThat(gateway, ([batch]) => batch?.state === 'creating' && batch.tries > 0)
    await gateway.gateway.close()
    await using copy = {
      path: await mkdtemp(join(tmpdir(), 'darkroom-copy-')),
      [Symbol.asyncDispose]: () => rm(copy.path, { recursive: true }),
    }
    await cp(gateway.dataFolder, copy.path, { recursive: true })
    sandbox.faults.clear()
    {
      await using original = await start(gateway.dataFolder)
      await batchesThat(original, ([batch]) => running(batch))
    }
    await using restored = await start(copy.path)
    await batchesThat(restored, ([batch]) => running(batch))
    await sandbox.batches.advance(sandbox.batches.list()[0]!.id, { to: 'ended' })
    expect((await jobsEnded(restored, ids)).map(({ state }) => state)).toEqual(['completed', 'completed'])
    expect(sandbox.batches.list()).toHaveLength(1)
    expect(await batchBooks({ gateway: restored, sandbox })).toMatchObject(exact)
  })
})

describe('a webhook of an upstream about a batch', () => {
  it('has it asked about at once', async () => {
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    const webhook = 'webhook: { secret: { env: UPSTREAM_WEBHOOK_SECRET } }'
    await using stage = await startBatchStage({
      // Nobody asks by himself.
      economy: { ...together(1), pollMs: 3_600_000 },
      sandbox: { holdBatches: true },
      webhook,
      gateway: { environment: { UPSTREAM_KEY: 'sk-upstream', UPSTREAM_WEBHOOK_SECRET: secret } },
    })
    const { gateway, sandbox } = stage
    const [id] = await submitEconomy(gateway, ['one'])
    await batchesThat(gateway, ([batch]) => running(batch))
    const { id: upstreamId } = sandbox.batches.list()[0]!
    await sandbox.batches.advance(upstreamId, { to: 'ended' })
    const at = new Date(Math.floor(Date.now() / 1000) * 1000)
    const body = JSON.stringify({ object: 'event', id: 'evt_1', type: 'batch.completed', created_at: 1, data: { id: upstreamId } })
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(at.getTime() / 1000),
      'webhook-signature': new Webhook(secret).sign('evt_1', at, body),
    }
    const told = await fetch(`${gateway.url}/v2/provider-webhooks/upstream`, { method: 'POST', headers, body })
    expect(await told.json()).toEqual({ received: true, effect: 'asked' })
    expect(await jobWhen(gateway, id!)).toMatchObject({ state: 'completed', lane: 'economy' })
  })
})

describe('what a batch is made of', () => {
  it('lies in the data folder encrypted alone, from the queue to the end', async () => {
    await using stage = await startBatchStage({ economy: together(1), sandbox: { holdBatches: true } })
    const prompt = 'canary-in-a-batch-0f9e8d7c'
    const [id] = await submitEconomy(stage.gateway, [prompt])
    await batchesThat(stage.gateway, ([batch]) => running(batch))
    const found = () => canariesInFiles(stage.gateway.dataFolder, { prompt }, (path) => path.startsWith('objects'))
    expect(await found()).toEqual([])
    await stage.sandbox.batches.advance(stage.sandbox.batches.list()[0]!.id, { to: 'ended' })
    await jobWhen(stage.gateway, id!)
    await batchesEnded(stage.gateway)
    expect(await found()).toEqual([])
  })

  it('is not sent where a picture of it is not what it was: that job fails, free, and the others are made', async () => {
    await using stage = await startBatchStage({ economy: together(2) })
    const { gateway, sandbox } = stage
    const edit = async (prompt: string) => {
      const source = (await editRoom(gateway, { mask: null, prompt: `the source of ${prompt}` })).record!.images[0]!
      const request = { model: 'gpt-image-2', prompt, size: '1024x640', quality: 'low', images: [{ file_id: source.id }] }
      const order = { request, lane: 'economy', deadline: inDays(2) }
      return { source, order }
    }
    const [good, bad] = [await edit('one'), await edit('two')]
    sandbox.faults.arm({ match: { call: 'files.create' }, fault: 'status=503', times: 1000 })
    const ids = [await submit(gateway, good.order), await submit(gateway, bad.order)].map(({ json }) => json['jobId'] as string)
    await batchesThat(gateway, ([batch]) => (batch?.tries ?? 0) > 0)
    const path = join(gateway.dataFolder, 'objects', bad.source.storage_pointer!.path)
    const bytes = await readFile(path)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(path, bytes)
    sandbox.faults.clear()
    const jobs = await jobsEnded(gateway, ids)
    expect(jobs.map(({ state, error }) => [state, error?.['code'] ?? null])).toEqual([
      ['completed', null],
      ['failed', 'integrity_error'],
    ])
    expect(await batchesEnded(gateway)).toMatchObject([{ lines: { ended: { answered: 1, withdrawn: 1 } } }])
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('is not sent where it was cancelled before: its job ends free, and no batch is made of nothing', async () => {
    await using stage = await startBatchStage({ economy: together(1) })
    const { gateway, sandbox } = stage
    sandbox.faults.arm({ match: { call: 'files.create' }, fault: 'status=503', times: 1000 })
    const [id] = await submitEconomy(gateway, ['one'])
    await batchesThat(gateway, ([batch]) => (batch?.tries ?? 0) > 0)
    expect((await gateway.fetch(`/v2/jobs/${id}/cancel`, { method: 'POST' })).status).toBe(200)
    expect(await jobWhen(gateway, id!)).toMatchObject({ state: 'cancelled', error: { code: 'job_cancelled' } })
    expect(await batchesEnded(gateway)).toMatchObject([{ outcome: 'not_made', lines: { ended: { withdrawn: 1 } } }])
    expect(sandbox.batches.list()).toEqual([])
    expect(await batchBooks(stage)).toMatchObject({ ...exact, booked: 0n })
  })
})

describe('F77 a batch whose route is taken out of the configuration', () => {
  it('waits for it while upstream has it, and an old one is a warning of the doctor', async () => {
    const clock = movedClock()
    await using stage = await startBatchStage({ economy: together(1), sandbox: { holdBatches: true } })
    const { dataFolder } = stage.gateway
    const [id] = await submitEconomy(stage.gateway, ['one'])
    await batchesThat(stage.gateway, ([batch]) => running(batch))
    await stage.gateway.gateway.close()
    await stage.sandbox.batches.advance(stage.sandbox.batches.list()[0]!.id, { to: 'ended' })
    const other = batchYaml(stage.sandbox.url).replace('id: upstream', 'id: another')
    const environment = { UPSTREAM_KEY: 'sk-upstream' }
    {
      await using without = await startTestGateway({ dataFolder, yaml: other, environment, clock, economy: { pollMs: 20 } })
      await batchesThat(without, ([batch]) => (batch?.tries ?? 0) > 0)
      const batches = async () => {
        const { json } = await callAs<{ findings: { name: string; level: string }[] }>(without, without.adminToken, 'GET', '/v2/doctor')
        return json.findings.find(({ name }) => name === 'batches')
      }
      expect(await batches()).toMatchObject({ level: 'ok' })
      clock.move(27 * 3_600_000)
      expect(await batches()).toMatchObject({ level: 'warning', found: expect.stringContaining('open for more than 26 h') })
      const metrics = await fetch(`${without.url}/metrics`, { headers: { authorization: `Bearer ${without.adminToken}` } })
      expect(await metrics.text()).toMatch(/^darkroom_batches_open\{route="upstream"\} 1$/m)
      expect(await jobThat(without, id!, () => true)).toMatchObject({ state: 'running' })
    }
    await using back = await startTestGateway({ dataFolder, yaml: batchYaml(stage.sandbox.url), environment, economy: { pollMs: 20 } })
    expect(await jobWhen(back, id!)).toMatchObject({ state: 'completed' })
  })
})
