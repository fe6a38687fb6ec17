import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord, Job } from '../../src/contract/record.ts'
import { type BatchStage, batchBooks, batchesEnded, inDays, jobsEnded, startBatchStage } from '../support/batch-calls.ts'
import { readRecord } from '../support/generation-calls.ts'
import { submit } from '../support/job-calls.ts'
import { seededChance } from '../support/seeded-chance.ts'
import { mixedCalls } from './mixed-calls.ts'

const SEED = Number(process.env['E2E_SEED'] ?? 20_261_120)
const JOBS = 120

/** Calls of every shape that a line can have, some of them scripted to go wrong. */
const bodies = mixedCalls(seededChance(SEED), JOBS * 4)
  .filter(({ isRefused }) => !isRefused)
  .map(({ body }) => body as Record<string, unknown>)
  .filter(({ model }) => model === 'gpt-image-2' || model === 'gpt-image-2.5-sunburst')
  // Those that the standard lane would wait with until their deadline have tests of their own.
  .filter(({ prompt }) => !/429|401|quota|billing/.test(prompt as string))
  .slice(0, JOBS)
  .map(({ stream: _, partial_images: __, ...body }) => body)

describe(`the ledger after ${JOBS} mixed jobs of the economy lane (seed ${SEED})`, () => {
  let stage: BatchStage
  let jobs: Job[]

  beforeAll(async () => {
    stage = await startBatchStage({ economy: { requests: 50, collectMs: 500 } })
    const ids: string[] = []
    for (const request of bodies) {
      const seen = await submit(stage.gateway, { request, lane: 'economy', deadline: inDays(2) })
      ids.push(seen.json['jobId'] as string)
    }
    jobs = await jobsEnded(stage.gateway, ids)
    await batchesEnded(stage.gateway)
  }, 120_000)
  afterAll(() => stage[Symbol.asyncDispose]())

  it('equals the invoice to the nano-dollar, line by line', async () => {
    const { differing, booked, held, invoiced, reserved } = await batchBooks(stage)
    expect({ differing, reserved }).toEqual({ differing: [], reserved: 0n })
    const unknown = jobs.filter(({ state }) => state === 'outcome_unknown')
    expect(booked + held).toBeGreaterThanOrEqual(invoiced)
    expect(held === 0n).toBe(unknown.length === 0)
    if (held === 0n) expect(booked).toBe(invoiced)
    expect(jobs.filter(({ state }) => state === 'completed').length).toBeGreaterThan(JOBS / 2)
  })

  it('has half of what the tokens of each line would have cost at once', async () => {
    const half = ({ usage, cost }: GenerationRecord) => [
      BigInt(cost.settled_nanos) * 2n,
      BigInt(usage!.text_in) * 5000n + BigInt(usage!.image_out) * 30_000n,
    ]
    for (const { id, state, lane } of jobs) {
      if (state !== 'completed' || lane !== 'economy') continue
      const [twice, standard] = half(await readRecord(stage.gateway, id))
      expect(twice).toBe(standard)
    }
  })
})
