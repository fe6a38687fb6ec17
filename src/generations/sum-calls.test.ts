import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { GenerationRow } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { callGroups, sumCalls } from './sum-calls.ts'

const DAY_MS = 86_400_000
const FROM_MS = Date.parse('2026-11-20')

const facts = fc.record({
  day: fc.nat(2),
  owner: fc.constantFrom('openai', 'reseller'),
  book: fc.constantFrom('provider', 'sandbox'),
  project: fc.constantFrom('prj_a', 'prj_b'),
  model: fc.constantFrom('gpt-image-2', 'gpt-image-1'),
  quality: fc.constantFrom('low', 'high', null),
  isCompleted: fc.boolean(),
  held: fc.constantFrom(0n, 7n),
  // Beyond what a floating number can hold.
  settled: fc.bigInt({ min: 0n, max: 2n ** 55n }),
  repeats: fc.array(fc.bigInt({ min: 0n, max: 2n ** 54n }), { maxLength: 2 }),
})
type Fact = typeof facts extends fc.Arbitrary<infer Made> ? Made : never

const rowOf = ({ day, owner, book, project, model, quality, isCompleted, held, settled }: Fact, place: number): GenerationRow =>
  testRows.generation({
    id: `gen_${place}`,
    project_id: project,
    created_at_ms: FROM_MS + day * DAY_MS + place,
    completed_at_ms: FROM_MS + day * DAY_MS + place,
    status: isCompleted ? 'completed' : 'failed',
    route_owner: owner,
    book,
    model_asked: model,
    request_shape_json: JSON.stringify({ quality }),
    estimated_nanos: settled + 3n,
    settled_nanos: settled,
    held_unknown_nanos: held,
    previews_nanos: settled / 2n,
  })

describe.each(engines)('sums of calls on $name', (engine) => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await engine.open()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  beforeEach(() => test.clear())

  it('are those of their records, to the nano, for every day, model and quality, and of one project where one asks', async () => {
    const law = fc.asyncProperty(fc.array(facts, { maxLength: 10 }), fc.constantFrom('prj_a', null), async (made, projectId) => {
      await test.clear()
      await record(made)
      const span = { fromMs: FROM_MS, toMs: FROM_MS + 2 * DAY_MS, projectId }
      const seen = made.filter(({ day, project }) => day < 2 && (projectId ?? project) === project)
      const parted = await sumCalls(test.db, { ...span, groups: callGroups })
      const whole = await sumCalls(test.db, { ...span, groups: [] })
      for (const sums of [parted, whole]) {
        const total = (of: (row: (typeof sums)[number]) => bigint | number) => sums.reduce((sum, row) => sum + BigInt(of(row)), 0n)
        const expected = (of: (fact: Fact) => bigint) => seen.reduce((sum, fact) => sum + of(fact), 0n)
        const compared = ({ isCompleted, held }: Fact) => isCompleted && held === 0n
        expect(total((row) => row.calls)).toBe(BigInt(seen.length))
        expect(total((row) => row.settled_nanos)).toBe(expected(({ settled }) => settled))
        expect(total((row) => row.held_unknown_nanos)).toBe(expected(({ held }) => held))
        expect(total((row) => row.previews_nanos)).toBe(expected(({ settled }) => settled / 2n))
        expect(total((row) => row.compared_estimated_nanos)).toBe(expected((fact) => (compared(fact) ? fact.settled + 3n : 0n)))
        expect(total((row) => row.compared_settled_nanos)).toBe(expected((fact) => (compared(fact) ? fact.settled : 0n)))
        expect(total((row) => row.repeats)).toBe(expected(({ repeats }) => BigInt(repeats.length)))
        expect(total((row) => row.repeats_nanos)).toBe(expected(({ repeats }) => repeats.reduce((sum, nanos) => sum + nanos, 0n)))
      }
      const kinds = new Set(seen.map(({ day, owner, book, model, quality }) => JSON.stringify([owner, book, dayOf(day), model, quality])))
      expect(new Set(parted.map((row) => JSON.stringify([row.route_owner, row.book, row.day, row.model, row.quality])))).toEqual(kinds)
      expect(parted.length).toBe(kinds.size)
    })
    await fc.assert(law, { numRuns: 25, seed: 92 })
  }, 60_000)

  const dayOf = (day: number) => new Date(FROM_MS + day * DAY_MS).toISOString().slice(0, 10)

  async function record(made: readonly Fact[]): Promise<void> {
    const { sql } = test.db
    await test.db.transact([
      ...['prj_a', 'prj_b'].map((id) => ({ query: sql.insertInto('projects').values(testRows.project({ id })) })),
      ...made.flatMap((fact, place) => [
        { query: sql.insertInto('generations').values(rowOf(fact, place)) },
        ...[0n, ...fact.repeats].map((cost_nanos, n) => ({
          query: sql.insertInto('attempts').values(
            testRows.attempt({
              id: `att_${place}_${n}`,
              client_request_id: `att_${place}_${n}`,
              generation_id: `gen_${place}`,
              n: n + 1,
              cost_nanos,
            }),
          ),
        })),
      ]),
    ])
  }
})
