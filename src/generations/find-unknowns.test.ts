import { expect, it } from 'vitest'
import { rawQuery } from '../db/index.ts'
import { engines } from '../db/test-engines.ts'
import { unknownTotals } from './find-unknowns.ts'

it.each(engines)('what is unknown is summed from the index of unknown attempts on $name, never from the whole ledger', async ({ open }) => {
  await using test = await open()
  const { sql, parameters } = unknownTotals(test.db, { projectId: null }).compile()
  const isSqlite = test.db.dialect === 'sqlite'
  // With no rows PostgreSQL would rather read whole tables.
  const [, plan] = await test.db.readAll<[object, object]>([
    rawQuery(isSqlite ? 'select 1' : 'set local enable_seqscan = off'),
    rawQuery(`${isSqlite ? 'explain query plan' : 'explain'} ${sql}`, [...parameters]),
  ])
  expect(JSON.stringify(plan)).toContain('attempts_unknown')
  expect(JSON.stringify(plan)).not.toMatch(/scan (hold|on ledger_entries)/i)
})
