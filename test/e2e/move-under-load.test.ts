import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTestDatabase, type OwnDatabase } from '../../src/db/test-postgres-databases.ts'
import type { MoveReport } from '../../src/flows/move/move-to-postgres.ts'
import { room } from '../support/edit-calls.ts'
import { type GatewayProcess, runProgram } from '../support/gateway-process.ts'
import { everyGeneration, openStage } from '../support/gateway-stage.ts'
import { promptWith, smallCall } from '../support/generation-calls.ts'
import { jobWhen, submitSmall } from '../support/job-calls.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

/** A call that was answered with success. */
interface Acknowledged {
  key: string
  operation: 'generate' | 'edit'
  text: string
  generationId: string
}

type Stage = Awaited<ReturnType<typeof openStage>>

let own: OwnDatabase
let receiver: WebhookReceiver
let stage: Stage
let moved: GatewayProcess
let report: MoveReport
const acknowledged: Acknowledged[] = []
const refusals = new Set<string>()
const jobs: string[] = []
/** Ids of messages that were told before the move and refused by the receiver. */
let told: string[]

/** Calls until it is told to stop, as a good client does: with a key, and once more under the same one where it got no answer or was asked to come again. */
async function load(worker: number, gatewayNow: () => GatewayProcess, goesOn: () => boolean): Promise<void> {
  for (let n = 0; goesOn(); n += 1) {
    const operation = n % 5 === 4 ? 'edit' : 'generate'
    const key = `load-${worker}-${n}`
    for (;;) {
      const answer = await callOf(gatewayNow(), operation, key).catch(() => null)
      if (answer?.ok) {
        acknowledged.push({ key, operation, text: await answer.text(), generationId: answer.headers.get('x-darkroom-generation')! })
        break
      }
      if (answer) refusals.add(((await answer.json()) as { error: { code: string } }).error.code)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

function callOf(gateway: GatewayProcess, operation: Acknowledged['operation'], key: string): Promise<Response> {
  const headers = { 'idempotency-key': key }
  const prompt = promptWith('latency=30', key)
  if (operation === 'generate')
    return gateway.fetch('/v1/images/generations', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ ...smallCall, prompt }),
    })
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...smallCall, prompt })) form.append(name, value)
  form.append('image', new Blob([new Uint8Array(room)]), 'room.png')
  return gateway.fetch('/v1/images/edits', { method: 'POST', headers, body: form })
}

function runMove(dataFolder: string, url: string) {
  const { child, errors, ended } = runProgram(['move', '--from', 'sqlite', '--to', 'postgres', '--verify-objects', '--json'], {
    DARKROOM_DATA: dataFolder,
    DATABASE_URL: url,
    DATABASE_DURABILITY: 'provider',
  })
  let stdout = ''
  child.stdout.on('data', (piece: Buffer) => {
    stdout += piece
  })
  return { errors, ended: ended.then(({ code }) => ({ code, stdout })) }
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

beforeAll(async () => {
  own = await makeTestDatabase()
  receiver = await startWebhookReceiver(503)
  stage = await openStage({ yaml: `outbound: { allow: ['${receiver.url}'] }\njobs: { concurrency: 2 }\n` })
  const before = await stage.start()
  let gateway = before
  let goesOn = true
  const working = [1, 2, 3].map((worker) =>
    load(
      worker,
      () => gateway,
      () => goesOn,
    ),
  )
  await until(() => acknowledged.length > 15)

  const move = runMove(stage.dataFolder, own.url)
  await until(() => /^wait/m.test(move.errors()))
  // Two have ended and could not be told, two are under way when the gateway is stopped, the others wait.
  const submitJob = async (n: number, faults = '') =>
    jobs.push(await submitSmall(before, { prompt: promptWith(faults, `job ${n}`) }, { webhook_url: `${receiver.url}/hook` }))
  for (const n of [0, 1]) await submitJob(n)
  await until(() => receiver.received.length >= 2)
  for (const n of [2, 3, 4, 5, 6]) await submitJob(n, 'latency=700')
  await before.end('SIGTERM')
  told = receiver.received.map(({ headers }) => headers['webhook-id'] as string)
  receiver.received.length = 0
  receiver.manner = 204
  const { code, stdout } = await move.ended
  if (code !== 0) throw new Error(move.errors())
  report = JSON.parse(stdout) as MoveReport
  gateway = moved = await stage.start({ DATABASE_URL: own.url, DATABASE_DURABILITY: 'provider' })
  const soFar = acknowledged.length
  await until(() => acknowledged.length > soFar + 5)
  goesOn = false
  await Promise.all(working)
}, 120_000)

afterAll(async () => {
  await moved[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  await own[Symbol.asyncDispose]()
})

describe('a move under load', () => {
  it('compares every row and the ledger of both sides, and every picture with its hash', () => {
    const rows = Object.fromEntries(report.tables.map((table) => [table.name, table.rows]))
    expect(rows).toMatchObject({ jobs: 7, projects: 1, api_keys: 1 })
    expect(rows['generations']).toBeGreaterThan(20)
    expect(report.ledger.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['reserve', 'release', 'settle']))
    expect(report.pictures!.verified).toBeGreaterThan(15)
  })

  it('asks callers to come again while it is down, and loses nothing that was acknowledged: the same answer under the same key, unpaid', async () => {
    expect([...refusals]).toEqual(['shutting_down'])
    // Jobs that waited are calls of their own.
    for (const id of jobs) await jobWhen(moved, id)
    const posts = stage.sandbox.calls.posts()
    for (const { key, operation, text, generationId } of acknowledged) {
      const again = await callOf(moved, operation, key)
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true'])
      expect(again.headers.get('x-darkroom-generation')).toBe(generationId)
      expect((await again.text()) === text).toBe(true)
    }
    expect(stage.sandbox.calls.posts()).toBe(posts)
  })

  it('has jobs that waited made, from orders that were sealed before', async () => {
    expect(report.jobs_queued).toBeGreaterThan(0)
    for (const id of jobs) expect((await jobWhen(moved, id)).state).toBe('completed')
  })

  it('has webhooks that were pending told once more, under their ids', async () => {
    await until(() => told.every((id) => receiver.received.some(({ headers }) => headers['webhook-id'] === id)))
    const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('pays nothing twice, and its ledger equals the invoice to the nano', async () => {
    const generations = await everyGeneration(stage, moved)
    expect(generations.length).toBe(new Set(acknowledged.map(({ generationId }) => generationId)).size + jobs.length)
    expect(generations.filter(({ booked, invoiced, upstreamCalls }) => booked !== invoiced || upstreamCalls !== 1)).toEqual([])
    const invoice = stage.sandbox.invoice.lines().reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
    expect(generations.reduce((sum, { booked }) => sum + booked, 0n)).toBe(invoice)
  })
})
