import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines, type TestDatabase } from './test-engines.ts'
import { testRows } from './test-rows.ts'

describe.each(engines)('a list of no values ($name)', ({ open }) => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await open()
    const { sql } = test.db
    await test.db.transact(
      ['one', 'two'].map((id) => ({ query: sql.insertInto('projects').values(testRows.project({ id, created_at_ms: 1 })) })),
    )
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const found = async (operator: 'in' | 'not in', of: 'id' | 'created_at_ms') => {
    const query = test.db.sql.selectFrom('projects').select('id').where(of, operator, []).orderBy('id')
    return (await test.db.read(query)).map(({ id }) => id)
  }

  it.each(['id', 'created_at_ms'] as const)('has no %s in it, and every one is outside', async (of) => {
    expect(await found('in', of)).toEqual([])
    expect(await found('not in', of)).toEqual(['one', 'two'])
  })

  it('changes nothing, beside conditions and alternatives of other kinds', async () => {
    const { sql } = test.db
    const update = sql
      .updateTable('projects')
      .set({ name: 'new' })
      .where((when) => when.or([when('id', 'in', []), when('name', '=', 'nobody')]))
    expect(await test.db.transact([{ query: update }])).toMatchObject([{ changes: 0 }])
  })
})
