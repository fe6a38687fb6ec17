import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, it } from 'vitest'
import { sweepAbandoned } from '../../src/flows/index.ts'
import { openCrashStage } from '../support/crash-stage.ts'
import {
  invoiceOf,
  ledgerLines,
  postGeneration,
  promptWith,
  readRecord,
  seeReply,
  settledRecord,
  smallCall,
  sumOf,
} from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const kindsOf = async (gateway: TestGateway) => [...new Set((await ledgerLines(gateway)).map(({ kind }) => kind))].join(' ')

async function upstreamHas(gateway: TestGateway, calls: number): Promise<void> {
  while (gateway.gateway.sandbox!.calls.posts() < calls) await wait(1)
}

/** What another process does that took the data folder over because it believes the owner to be dead. @returns how many calls it ended */
async function succeed({ gateway: { parts } }: TestGateway): Promise<number> {
  await parts.database.transact([{ query: parts.database.sql.updateTable('nodes').set({ state: 'dead' }).where('id', '=', parts.bootId) }])
  return sweepAbandoned(parts)
}

describe.concurrent('an owner that was taken for dead', () => {
  it('F47 comes back with an answer: its write is rejected, nothing is called twice, and the answer is settled once by evidence E0', async ({
    expect,
  }) => {
    await using darkroom = await startTestGateway()
    const answer = postGeneration(darkroom, { prompt: promptWith('latency=500') })
    await upstreamHas(darkroom, 1)
    expect(await succeed(darkroom)).toBe(1)
    expect(await kindsOf(darkroom)).toBe('reserve release hold_unknown')

    const seen = await seeReply(answer)
    expect(seen).toMatchObject({ status: 200, ending: 'whole' })
    while (darkroom.gateway.parts.running.size > 0) await wait(5)
    expect(await readRecord(darkroom, seen.generationId!)).toMatchObject({ status: 'outcome_unknown', images: [] })
    expect(await kindsOf(darkroom)).toBe('reserve release hold_unknown')

    expect((await darkroom.gateway.parts.spoolRecovery.run(darkroom.gateway.parts, 'spool-round')).settled).toBe(1)
    const record = await readRecord(darkroom, seen.generationId!)
    expect(record).toMatchObject({
      status: 'completed',
      images: [{ storage: 'stored' }],
      outcome_evidence: [{ step: 'E0', finding: 'charged', effect: 'resolved' }],
    })
    expect(await kindsOf(darkroom)).toBe('reserve release hold_unknown resolve_charged settle')
    expect(sumOf(await ledgerLines(darkroom), 'settle')).toBe(BigInt(invoiceOf(darkroom, record.attempts[0]!.id)[0]!.nanos))
    expect(darkroom.gateway.sandbox!.calls.posts()).toBe(1)
    expect(await readdir(join(darkroom.dataFolder, 'spool'))).toEqual([])
  })

  it('F47 comes back with a refusal that would be called again: nothing follows it', async ({ expect }) => {
    await using darkroom = await startTestGateway()
    const answer = postGeneration(darkroom, { prompt: promptWith('status=503,latency=500'), model: smallCall.model })
    await upstreamHas(darkroom, 1)
    expect(await succeed(darkroom)).toBe(1)
    await seeReply(answer)
    while (darkroom.gateway.parts.running.size > 0) await wait(5)
    expect(await kindsOf(darkroom)).toBe('reserve release hold_unknown')
    expect(darkroom.gateway.sandbox!.calls.posts()).toBe(1)
  })

  it('F48 stopped and let go on: nobody takes its folder meanwhile, and its call is settled once', async ({ expect }) => {
    await using stage = await openCrashStage()
    await using gateway = await stage.start()
    const answer = gateway.fetch('/v1/images/generations', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...smallCall, prompt: promptWith('latency=300') }),
    })
    while (stage.sandbox.calls.posts() === 0) await wait(1)
    process.kill(gateway.pid, 'SIGSTOP')
    await expect(stage.startNext()).rejects.toMatchObject({ code: 'data_folder_locked' })
    process.kill(gateway.pid, 'SIGCONT')
    const seen = await seeReply(answer)
    expect(seen).toMatchObject({ status: 200, ending: 'whole' })
    const record = await (await gateway.fetch(`/v2/generations/${seen.generationId}`)).json()
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }], warnings: [] })
    expect(stage.sandbox.calls.posts()).toBe(1)
    expect(record).toMatchObject({ cost: { settled_nanos: String(stage.sandbox.invoice.totals().nanos) } })
  })
})

describe.concurrent('a database that is down longer than anybody waits', () => {
  it('F56 behind a paid call: the answer waits in the spool, and a round of the same process settles it once', async ({ expect }) => {
    await using darkroom = await startTestGateway({ bookingPausesMs: [] })
    const { parts } = darkroom.gateway
    const answer = postGeneration(darkroom, { prompt: promptWith('latency=200') })
    await upstreamHas(darkroom, 1)
    const lock = lockDatabase(darkroom)
    const seen = await seeReply(answer)
    expect(seen).toMatchObject({ status: 200, ending: 'whole' })
    while (parts.sidecars.waiting === 0) await wait(10)
    expect((await readdir(join(darkroom.dataFolder, 'spool'))).some((name) => name.endsWith('.sidecar'))).toBe(true)
    lock[Symbol.dispose]()

    await parts.spoolRecovery.run(parts, 'spool-round')
    const record = await settledRecord(darkroom, seen.generationId!)
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }], warnings: [{ code: 'adopted_from_spool' }] })
    expect(sumOf(await ledgerLines(darkroom), 'settle')).toBe(BigInt(invoiceOf(darkroom, record.attempts[0]!.id)[0]!.nanos))
    expect(await kindsOf(darkroom)).toBe('reserve release settle')
    expect(parts.sidecars.waiting).toBe(0)
    expect(await readdir(join(darkroom.dataFolder, 'spool'))).toEqual([])
  })

  it('F56 and the process ends before it is back: the next start settles it once', async ({ expect }) => {
    await using stage = await openCrashStage()
    const first = await stage.startNext({ bookingPausesMs: [] })
    const answer = seeReply(
      first.fetch('/v1/images/generations', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-darkroom-route': 'upstream' },
        body: JSON.stringify({ ...smallCall, prompt: promptWith('latency=200') }),
      }),
    )
    while (stage.sandbox.calls.posts() === 0) await wait(1)
    const lock = lockDatabase(first)
    const seen = await answer
    while (first.gateway.parts.sidecars.waiting === 0) await wait(10)
    await first.close()
    lock[Symbol.dispose]()

    await using next = await stage.startNext()
    const record = await readRecord(next, seen.generationId!)
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }] })
    expect(sumOf(await ledgerLines(next), 'settle')).toBe(stage.sandbox.invoice.totals().nanos)
    expect(stage.sandbox.calls.posts()).toBe(1)
    expect(await stage.spool()).toEqual([])
  })
})

/** Another program that begins to write to a gateway's database and does not end. */
function lockDatabase({ dataFolder }: { dataFolder: string }): Disposable {
  const other = new DatabaseSync(join(dataFolder, 'darkroom.db'), { timeout: 10_000 })
  other.exec('begin immediate')
  return { [Symbol.dispose]: () => other.close() }
}
