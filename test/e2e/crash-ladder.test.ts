import { setTimeout as wait } from 'node:timers/promises'
import { describe, it } from 'vitest'
import type { GenerationRecord } from '../../src/contract/record.ts'
import { pendingDrifts } from '../../src/guard/index.ts'
import { answered, type CrashStage, everyRecord, openCrashStage, startAndDie } from '../support/crash-stage.ts'
import { maskWithHoles, scene } from '../support/edit-pictures.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { ledgerLines, promptWith, smallCall, sumOf } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import type { TestGateway } from '../support/test-gateway.ts'
import { rehash, untidiness } from './data-folder-state.ts'
import { smallAsk } from './responses-calls.ts'

/** The ways to ask for a picture whose answers must survive the death of the gateway. */
const calls = {
  json: (gateway: GatewayProcess) => generate(gateway, {}),
  stream: (gateway: GatewayProcess) => generate(gateway, { stream: true, partial_images: 1 }),
  two: (gateway: GatewayProcess) => generate(gateway, { n: 2 }),
  slow: (gateway: GatewayProcess) => generate(gateway, { prompt: promptWith('latency=400') }),
  trickling: (gateway: GatewayProcess) => generate(gateway, { prompt: promptWith('trickle=3000') }),
  twoTrickling: (gateway: GatewayProcess) => generate(gateway, { n: 2, prompt: promptWith('trickle=6000') }),
  keyed: (gateway: GatewayProcess) =>
    generate(gateway, { background: 'transparent', output_format: 'png' }, { 'x-darkroom-transparency': 'key' }),
  edit: (gateway: GatewayProcess) => edit(gateway, {}),
  strict: (gateway: GatewayProcess) => edit(gateway, { 'x-darkroom-mask': 'strict' }),
  response: (gateway: GatewayProcess) => post(gateway, '/v1/responses', smallAsk),
  responseStream: (gateway: GatewayProcess) => post(gateway, '/v1/responses', { ...smallAsk, stream: true }),
}

const generate = (gateway: GatewayProcess, change: object, headers: Record<string, string> = {}) =>
  post(gateway, '/v1/images/generations', { ...smallCall, ...change }, headers)

function post(gateway: GatewayProcess, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return gateway.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
}

const [WIDTH, HEIGHT] = [1024, 640]
const room = scene(WIDTH, HEIGHT)
const mask = maskWithHoles(WIDTH, HEIGHT, [{ x: 200, y: 150, width: 300, height: 200 }])

function edit(gateway: GatewayProcess, headers: Record<string, string>): Promise<Response> {
  const form = new FormData()
  const fields = { model: 'gpt-image-2', prompt: promptWith('ignoremask'), size: `${WIDTH}x${HEIGHT}`, quality: 'low' }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('image', new Blob([new Uint8Array(room)]), 'room.png')
  form.append('mask', new Blob([new Uint8Array(mask)]), 'mask.png')
  return gateway.fetch('/v1/images/edits', { method: 'POST', body: form, headers })
}

/** Makes a call on a gateway that dies at the fail point, and lets the next one start. */
async function afterDeath(stage: CrashStage, failPoint: string, call: keyof typeof calls): Promise<TestGateway> {
  await using gateway = await stage.start(`${failPoint}:kill`)
  const seen = await answered(calls[call](gateway))
  const end = await Promise.race([gateway.ended, wait(5000, null)])
  if (end?.signal !== 'SIGKILL') throw new Error(`expected a death at ${failPoint}, found the answer ${seen?.slice(0, 300)}`)
  return stage.startNext()
}

type Expect = typeof import('vitest')['expect']

/** What holds after any death: rows have their bytes, bytes their names, the spool is empty, nothing is reserved, nothing was called twice. */
async function expectSound(expect: Expect, stage: CrashStage, next: TestGateway): Promise<void> {
  const { running, database } = next.gateway.parts
  const isMeasured = async () =>
    (await pendingDrifts(database, 1)).length === 0 && !(await stage.spool()).some((name) => name.startsWith('drift-'))
  while (running.size > 0 || !(await isMeasured())) await wait(10)
  expect(await untidiness(next)).toMatchObject({ spool: [], rowsWithoutFile: [], missingObjects: [], unusedObjects: [] })
  expect((await rehash(stage.dataFolder)).wrong).toEqual([])
  const ends = (await ledgerLines(next)).filter(({ kind }) => kind !== 'settle' && kind !== 'loss').map(({ kind }) => kind)
  expect(ends.filter((kind) => kind === 'reserve')).toHaveLength(ends.filter((kind) => kind === 'release').length)
  expect(Object.values(stage.sandbox.calls.counts()).filter((count) => count !== 1)).toEqual([])
}

const charged = ({ sandbox }: CrashStage) => sandbox.invoice.totals().nanos
const booked = async (next: TestGateway) => sumOf(await ledgerLines(next), 'settle', 'loss')
const held = async (next: TestGateway) => sumOf(await ledgerLines(next), 'hold_unknown')

describe.concurrent('a gateway killed with SIGKILL', () => {
  it('F37 before the intent is on disk: nothing is on record and nothing was called; sent again, it is called once', async ({ expect }) => {
    await using stage = await openCrashStage()
    await using next = await afterDeath(stage, 'before_intent:1', 'json')
    expect(await everyRecord(next)).toEqual([])
    expect(stage.sandbox.calls.posts()).toBe(0)
    const again = await next.fetch('/v1/images/generations', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-darkroom-route': 'upstream' },
      body: JSON.stringify(smallCall),
    })
    expect(again.status).toBe(200)
    expect(stage.sandbox.calls.posts()).toBe(1)
    await expectSound(expect, stage, next)
  })

  it.for([
    ['F38 behind the intent, before a socket was opened', 'after_intent:1', 'json', 0],
    ['F38 at the door of the socket', 'before_dispatch:1', 'stream', 0],
    ['F39 behind the last byte of the request', 'after_sent:1', 'slow', 1],
    ['F39 once the request is noted as sent', 'after_sent_mark:1', 'slow', 1],
  ] as const)('%s: held as unknown, nothing is called again', async ([, failPoint, call, posts], { expect }) => {
    await using stage = await openCrashStage()
    await using next = await afterDeath(stage, failPoint, call)
    const [record] = await everyRecord(next)
    expect(record).toMatchObject({ status: 'outcome_unknown', error: { outcome: 'unknown' }, next_action: 'human', images: [] })
    expect(await held(next)).toBe(BigInt(record!.cost.reserved_nanos))
    expect(await held(next)).toBeGreaterThanOrEqual(charged(stage))
    expect(stage.sandbox.calls.posts()).toBeLessThanOrEqual(posts)
    await expectSound(expect, stage, next)
  })

  it.for([
    ['F40 behind the head of the answer', 'after_head_mark:1', 'trickling', 0],
    ['F40 within the first picture', 'body_piece:3', 'trickling', 0],
    ['F40 behind the first of two pictures', 'sidecar_after_flush:2', 'twoTrickling', 1],
    ['F40 between a flushed picture and the word that it is there', 'sidecar_before_write:2', 'twoTrickling', 1],
  ] as const)('%s: charged, what came whole is kept, nothing is called again', async ([, failPoint, call, kept], { expect }) => {
    await using stage = await openCrashStage()
    await using next = await afterDeath(stage, failPoint, call)
    const [record] = await everyRecord(next)
    expect(record).toMatchObject({ status: 'failed', error: { code: 'upstream_bad_response', outcome: 'charged' }, next_action: 'human' })
    expect(record!.images).toHaveLength(kept)
    expect(await booked(next)).toBe(charged(stage))
    expect(await held(next)).toBe(0n)
    expect(stage.sandbox.calls.posts()).toBe(1)
    await expectSound(expect, stage, next)
  })

  it.for([
    ['F41 JSON, once the answer is on disk', 'sidecar_after_complete:1', 'json', 1],
    ['F41 two pictures, between the two', 'put_after_rename:1', 'two', 2],
    ['F41 a stream, behind the rename', 'put_after_flush:1', 'stream', 1],
    ['F41 an edit, before it is settled', 'before_settle:1', 'edit', 1],
    ['F41 a strict mask, once it was put over the picture', 'retouch_after_make:1', 'strict', 1],
    ['F41 a keyed background, before it is settled', 'before_settle:1', 'keyed', 1],
    ['F41 a response, before it is settled', 'turn_before_settle:1', 'response', 1],
    ['F41 a streamed response, before it is settled', 'before_settle:1', 'responseStream', 1],
  ] as const)('%s: the next start adopts it, settled once', async ([, failPoint, call, images], { expect }) => {
    await using stage = await openCrashStage()
    await using next = await afterDeath(stage, failPoint, call)
    const [record] = await everyRecord(next)
    expect(record).toMatchObject({ status: 'completed', error: null, attempts: [{ n: 1 }] })
    expect(record!.warnings.map(({ code }) => code)).toContain('adopted_from_spool')
    expect(record!.images.map(({ storage }) => storage)).toEqual(Array(images).fill('stored'))
    await expectDelivered(expect, next, record!)
    const lines = await ledgerLines(next)
    expect([...new Set(lines.map(({ kind }) => kind))].join(' ')).toBe('reserve release settle')
    expect([...new Set(lines.filter(({ kind }) => kind === 'settle').map(({ actor }) => actor))]).toEqual(['boot-sweep'])
    expect(await booked(next)).toBe(charged(stage))
    expect(stage.sandbox.calls.posts()).toBe(1)
    await expectSound(expect, stage, next)
  })

  it('F41 behind the commit, before the reply ends: it is on record already, and stays as it is', async ({ expect }) => {
    await using stage = await openCrashStage()
    await using next = await afterDeath(stage, 'after_settle:1', 'json')
    const [record] = await everyRecord(next)
    expect(record).toMatchObject({ status: 'completed', warnings: [], images: [{ storage: 'stored' }] })
    expect(await booked(next)).toBe(charged(stage))
    await expectSound(expect, stage, next)
  })
})

/** Every picture of a record can be read, with the bytes its hash promises. */
async function expectDelivered(expect: Expect, next: TestGateway, { images, originals }: GenerationRecord): Promise<void> {
  for (const image of [...images, ...originals]) {
    const answer = await next.fetch(`/v2/images/${image.id}`)
    expect([answer.status, sha256(Buffer.from(await answer.arrayBuffer()))]).toEqual([200, image.sha256])
  }
}

describe('a gateway killed again and again while it recovers', () => {
  it('while a picture is judged, its verdict not on record: the next start judges it', async ({ expect }) => {
    await using stage = await openCrashStage()
    await using next = await afterDeath(stage, 'guard_before_record:1', 'edit')
    await expectSound(expect, stage, next)
    const [record] = await everyRecord(next)
    expect(record!.images[0]!.guard).toEqual({ status: 'judged', overall: 'reject' })
  })

  it('F43 twenty times in a row: it converges, each call settled once, no picture lost', async ({ expect }) => {
    await using stage = await openCrashStage()
    {
      await using gateway = await stage.start('sidecar_after_complete:2:kill')
      await Promise.all([
        ...Array.from({ length: 4 }, () => answered(calls.json(gateway))),
        answered(calls.trickling(gateway)),
        gateway.ended,
      ])
    }
    // A call that is not booked comes to the first three places with every start; the others are passed once.
    const again = ['recovery_before_read', 'recovery_after_verify', 'before_settle']
    const rounds = Array.from({ length: 15 }, (_, round) => again[round % again.length]!)
    const places = ['recovery_after_owner', 'put_after_rename', ...rounds, 'after_settle', 'recovery_after_settle', 'recovery_after_remove']
    const ends: string[] = []
    for (const place of places) ends.push(await startAndDie(stage, `${place}:1:kill`))
    expect(ends).toEqual(Array(20).fill('it died'))

    await using next = await stage.startNext()
    const records = await everyRecord(next)
    for (const record of records) {
      expect(['completed', 'failed', 'outcome_unknown']).toContain(record.status)
      await expectDelivered(expect, next, record)
    }
    expect(records.filter(({ status }) => status === 'completed').length).toBeGreaterThan(0)
    await expectSound(expect, stage, next)
    const unknown = new Set(
      records.filter(({ status }) => status === 'outcome_unknown').flatMap(({ attempts }) => attempts.map(({ id }) => `dk-${id}`)),
    )
    const declared = stage.sandbox.invoice.lines().filter((line) => unknown.has(line.client_request_id!))
    expect(await booked(next)).toBe(charged(stage) - declared.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n))
  }, 120_000)
})
