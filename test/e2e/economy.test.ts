import { describe, expect, it } from 'vitest'
import { batchBooks, batchesEnded, jobsEnded, startBatchStage, submitEconomy } from '../support/batch-calls.ts'
import { ledgerLines, readRecord } from '../support/generation-calls.ts'

describe('jobs of the economy lane', () => {
  it('are made as one batch at half the price, to the nano-dollar, and kept, shown and told of as any other', async () => {
    await using stage = await startBatchStage()
    const { gateway, sandbox } = stage
    const ids = await submitEconomy(gateway, ['a fox', 'a hen', 'an ox'])
    const jobs = await jobsEnded(gateway, ids)
    expect(jobs).toMatchObject(Array(3).fill({ state: 'completed', lane: 'economy', attempts: 1 }))
    const [batch] = await batchesEnded(gateway)
    expect(batch).toMatchObject({ outcome: 'completed', lines: { total: 3, open: 0, ended: { answered: 3 } }, upstream: { status: 'completed' } })
    const books = await batchBooks(stage)
    expect(books).toMatchObject({ differing: [], held: 0n, reserved: 0n })
    expect(books.booked).toBe(books.invoiced)
    console.log(books, (await ledgerLines(gateway, ids[0]!)).map(({kind, price_card, nanos}) => [kind, price_card, nanos]), sandbox.calls.posts())
    expect(await readRecord(gateway, ids[0]!)).toMatchObject({ cost: { price_card: 'sandbox-gpt-image-2@2026-04-21:batch' } })
  })
})
