import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, it } from 'vitest'
import type { DriftReply, GenerationRecord } from '../../src/contract/record.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { maskWithHoles, scene } from '../support/edit-pictures.ts'
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts'
import { ledgerLines, promptWith, readRecord, sumOf } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { rehash, untidiness } from './data-folder-state.ts'

/** A sandbox that outlives the gateways that call it, and the data folder they follow one another in. */
async function openStage() {
  await using opening = new AsyncDisposableStack()
  const sandbox = opening.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
  const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-edit-death-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const open = opening.move()
  return {
    sandbox,
    dataFolder,
    start: (failPoint?: string) => startGatewayProcess({ dataFolder, upstreamUrl: sandbox.url, ...(failPoint && { failPoint }) }),
    /** The next owner of the folder, in this process, so that its parts can be looked at. */
    startNext: () => startTestGateway({ dataFolder, leavesJudging: false, environment: { UPSTREAM_KEY: 'sk-upstream' } }),
    spool: () => readdir(join(dataFolder, 'spool')),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

type Stage = Awaited<ReturnType<typeof openStage>>

const [WIDTH, HEIGHT] = [1024, 640]
const room = scene(WIDTH, HEIGHT)
const mask = maskWithHoles(WIDTH, HEIGHT, [{ x: 200, y: 150, width: 300, height: 200 }])
const given = [room, mask].map(sha256)

/** An edit whose client sees the gateway die. */
function edit(gateway: GatewayProcess, prompt: string, headers: Record<string, string> = {}): Promise<string | null> {
  const form = new FormData()
  const fields = { model: 'gpt-image-2', prompt, size: `${WIDTH}x${HEIGHT}`, quality: 'low' }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('image', new Blob([new Uint8Array(room)]), 'room.png')
  form.append('mask', new Blob([new Uint8Array(mask)]), 'mask.png')
  const answer = gateway.fetch('/v1/images/edits', { method: 'POST', body: form, headers })
  return answer.then((response) => response.text()).catch(() => null)
}

/** Waits until the model runs: upstream has the whole request by then. */
async function upstreamCharged(sandbox: Sandbox): Promise<void> {
  while (sandbox.invoice.totals().nanos === 0n) await wait(5)
}

/** Waits until the spool holds a folder of this kind. */
async function spoolHas({ spool }: Stage, prefix: string): Promise<void> {
  while (!(await spool()).some((name) => name.startsWith(prefix))) await wait(1)
}

/** Every generation on record. */
async function everyRecord(gateway: TestGateway): Promise<GenerationRecord[]> {
  const { database } = gateway.gateway.parts
  const rows = await database.read(database.sql.selectFrom('generations').select('id'))
  return Promise.all(rows.map(({ id }) => readRecord(gateway, id)))
}

/** No row without its bytes, no file in the spool; bytes without a row are all that a crash may leave. */
const sound = { spool: [], rowsWithoutFile: [], missingObjects: [], unusedObjects: [] }

/** What a killed edit must have come to at the next start: its inputs are there, its money is held, nobody calls again. */
async function expectHeld(expect: Expect, { sandbox, dataFolder }: Stage, gateway: TestGateway): Promise<void> {
  const records = await everyRecord(gateway)
  expect(records).toMatchObject([{ status: 'outcome_unknown', operation: 'edit', error: { code: 'upstream_outcome_unknown' } }])
  const [record] = records as [GenerationRecord]
  expect(record.request_shape.input_images.map((input) => input.sha256)).toEqual(given)
  expect(record.cost).toMatchObject({ settled_nanos: '0', held_unknown_nanos: record.cost.reserved_nanos })
  const charged = sandbox.invoice.totals().nanos
  expect(charged).toBeGreaterThan(0n)
  expect(sumOf(await ledgerLines(gateway), 'hold_unknown')).toBeGreaterThanOrEqual(charged)
  expect(sandbox.calls.posts()).toBe(1)
  expect(await untidiness(gateway)).toMatchObject(sound)
  expect((await rehash(dataFolder)).wrong).toEqual([])
}

type Expect = typeof import('vitest')['expect']

describe.concurrent('a gateway that is killed with an edit under way', () => {
  it('during the call: the inputs are kept, the reservation is held as unknown', async ({ expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start()
    const left = edit(killed, promptWith('silence'))
    await upstreamCharged(stage.sandbox)
    await killed.end('SIGKILL')
    expect(await left).toBeNull()

    await using next = await stage.startNext()
    await expectHeld(expect, stage, next)
  })

  it('while the strict mask is put over the picture: the next start puts it over, the half-made picture is gone', async ({ expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start('retouch_after_make:1:delay:60000')
    const left = edit(killed, promptWith('ignoremask'), { 'x-darkroom-mask': 'strict' })
    await spoolHas(stage, 'retouch-')
    await killed.end('SIGKILL')
    expect(await left).toBeNull()
    expect((await stage.spool()).some((name) => name.startsWith('retouch-'))).toBe(true)

    await using next = await stage.startNext()
    const [record] = (await everyRecord(next)) as [GenerationRecord]
    expect(record).toMatchObject({ status: 'completed', warnings: [{ code: 'adopted_from_spool' }] })
    const [[delivered], [original]] = [record.images, record.originals]
    expect([delivered, original]).toMatchObject([
      { storage: 'stored', process: { kind: 'strict_mask', original_image_id: original!.id } },
      { storage: 'stored' },
    ])
    expect(sumOf(await ledgerLines(next), 'settle')).toBe(stage.sandbox.invoice.totals().nanos)
    expect(stage.sandbox.calls.posts()).toBe(1)
    for (const { id } of [...record.images, ...record.originals]) await finishedDrift(next, id)
    expect(await settledSpool(stage)).toEqual([])
    expect(await untidiness(next)).toMatchObject(sound)
  })

  it('while its inputs come in: nothing is on record, nothing is called, nothing stays in the spool', async ({ expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start('inputs_before_put:1:delay:60000')
    const left = edit(killed, 'a lamp')
    await spoolHas(stage, 'inputs-')
    await killed.end('SIGKILL')
    await left

    await using next = await stage.startNext()
    expect(await untidiness(next)).toMatchObject(sound)
    expect(await everyRecord(next)).toEqual([])
    expect(stage.sandbox.calls.posts()).toBe(0)
  })

  it('with drift still to be measured: the next start measures it', async ({ expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start('drift_before_record:3:kill')
    await Promise.all(['one', 'two', 'three'].map((prompt) => edit(killed, prompt)))
    await killed.ended
    expect((await stage.spool()).some((name) => name.startsWith('drift-'))).toBe(true)

    await using next = await stage.startNext()
    const records = await everyRecord(next)
    expect(records.map(({ status }) => status)).toEqual(Array(3).fill('completed'))
    for (const { images } of records) {
      const drift = await finishedDrift(next, images[0]!.id)
      expect(drift).toMatchObject({ status: 'measured', error: null })
      expect(drift.outside!.changed_fraction).toBeLessThan(0.01)
    }
    expect(await settledSpool(stage)).toEqual([])
    expect(await untidiness(next)).toMatchObject(sound)
    expect((await rehash(stage.dataFolder)).wrong).toEqual([])
    expect(stage.sandbox.calls.posts()).toBe(3)
  })

  it('at any moment, with six at once: no row without bytes, no input lost, no call twice', async ({ expect }) => {
    await using stage = await openStage()
    let wholeAnswers = 0
    for (const killAfter of [1, 4]) {
      await using gateway = await stage.start()
      let answers = 0
      const calls = Array.from({ length: 6 }, async (_, index) => {
        const prompt = promptWith(index % 3 === 0 ? 'ignoremask' : '', `lamp ${killAfter} ${index}`)
        const text = await edit(gateway, prompt, { 'x-darkroom-mask': index % 2 === 0 ? 'strict' : 'guide' })
        if (text === null) return
        wholeAnswers += 1
        if (++answers === killAfter) await gateway.end('SIGKILL')
      })
      await Promise.all(calls)
    }

    await using next = await stage.startNext()
    const records = await everyRecord(next)
    for (const record of records) {
      expect(['completed', 'outcome_unknown', 'failed']).toContain(record.status)
      expect(record.request_shape.input_images.map((input) => input.sha256)).toEqual(given)
      for (const image of record.images) await finishedDrift(next, image.id)
      const upstreamCalls = stage.sandbox.calls.countFor(`dk-${record.attempts[0]!.id}`)
      expect(upstreamCalls).toBeLessThanOrEqual(1)
    }
    expect(await settledSpool(stage)).toEqual([])
    expect(await untidiness(next)).toMatchObject(sound)
    expect((await rehash(stage.dataFolder)).wrong).toEqual([])
    expect(records.filter(({ status }) => status === 'completed').length).toBeGreaterThanOrEqual(wholeAnswers)
    const lines = await ledgerLines(next)
    const invoiced = stage.sandbox.invoice.totals().nanos
    expect(sumOf(lines, 'settle', 'loss', 'hold_unknown')).toBeGreaterThanOrEqual(invoiced)
  }, 120_000)
})

async function finishedDrift(gateway: TestGateway, imageId: string): Promise<DriftReply> {
  for (;;) {
    const drift = (await (await gateway.fetch(`/v2/images/${imageId}/drift`)).json()) as DriftReply
    if (drift.status !== 'pending') return drift
    await wait(20)
  }
}

/** The spool once nothing is measured any more: the folder of a measurement goes right after its report is there. */
async function settledSpool(stage: Stage): Promise<string[]> {
  while ((await stage.spool()).some((name) => /^(?:drift|guard)-/.test(name))) await wait(10)
  return stage.spool()
}
