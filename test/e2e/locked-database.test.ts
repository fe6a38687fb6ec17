import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'vitest'
import {
  invoiceOf,
  ledgerLines,
  postGeneration,
  promptWith,
  readRecord,
  seeReply,
  settledRecord,
  sumOf,
} from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

/** Another program that begins to write to a gateway's database, once the gateway's own write is through, and does not end. */
function lockDatabase({ dataFolder }: TestGateway): Disposable {
  const other = new DatabaseSync(join(dataFolder, 'darkroom.db'), { timeout: 10_000 })
  other.exec('begin immediate')
  return { [Symbol.dispose]: () => other.close() }
}

describe.concurrent('a database that cannot be written', () => {
  it('F59 stops the call before it is paid: 503, nothing sent', async ({ expect }) => {
    await using locked = await startTestGateway()
    await seeReply(postGeneration(locked))
    const before = { calls: locked.gateway.sandbox!.calls.posts(), lines: await ledgerLines(locked) }
    using _lock = lockDatabase(locked)
    const seen = await seeReply(postGeneration(locked))
    expect(seen).toMatchObject({ status: 503, error: { code: 'database_unavailable', outcome: 'not_charged', next_action: 'retry' } })
    expect(seen.headers.get('x-should-retry')).toBe('true')
    expect({ calls: locked.gateway.sandbox!.calls.posts(), lines: await ledgerLines(locked) }).toEqual(before)
  })

  it('F59 behind a paid call keeps no answer back for ever: the client gets its picture, and the books are closed once it is free', async ({
    expect,
  }) => {
    await using locked = await startTestGateway()
    const answer = postGeneration(locked, { prompt: promptWith('latency=200') })
    while (locked.gateway.sandbox!.calls.posts() === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    const lock = lockDatabase(locked)
    const seen = await seeReply(answer)
    expect(seen).toMatchObject({ status: 200, ending: 'whole' })
    expect((await readRecord(locked, seen.generationId!)).status).toBe('running')

    lock[Symbol.dispose]()
    const record = await settledRecord(locked, seen.generationId!)
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }] })
    expect(sumOf(await ledgerLines(locked, record.id), 'settle')).toBe(BigInt(invoiceOf(locked, record.attempts[0]!.id)[0]!.nanos))
  })
})
