import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { archivePrompt, findPrompt, findVersion, listPrompts, listVersions, recordPrompt, recordVersion } from './index.ts'

describe.each(engines)('prompts on $name', (engine) => {
  let test: TestDatabase

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    for (const id of ['ours', 'theirs'])
      await test.db.transact([{ query: test.db.sql.insertInto('projects').values(testRows.project({ id })) }])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const context = () => statementContext(test.db, test.clock, test.newId)
  const sha = (digit: string) => digit.repeat(64)
  const make = (promptId: string, projectId = 'ours') =>
    test.db.transact(recordPrompt(context(), { promptId, projectId, name: promptId, sha256: sha('1'), sealed: 'v1.one', actor: 'admin' }))
  const add = (version: number, promptId = 'a') =>
    test.db.transact(recordVersion(context(), { promptId, version, sha256: sha(`${version}`), sealed: `v1.${version}`, actor: 'key_1' }))

  it('begin with version 1, and are seen in their project alone', async () => {
    await make('a')
    expect(await findPrompt(test.db, { id: 'a', projectId: 'ours' })).toMatchObject({
      version: 1,
      created_by: 'admin',
      archived_at_ms: null,
    })
    expect(await findPrompt(test.db, { id: 'a', projectId: null })).toMatchObject({ project_id: 'ours' })
    expect(await findPrompt(test.db, { id: 'a', projectId: 'theirs' })).toBeNull()
    expect(await findVersion(test.db, { promptId: 'a', version: 1 })).toMatchObject({ sha256: sha('1'), sealed: 'v1.one' })
    expect(await findVersion(test.db, { promptId: 'a', version: 2 })).toBeNull()
  })

  it('get one version after the other, of which each number is given once', async () => {
    await make('a')
    await add(2)
    for (const taken of [1, 2, 4]) await expect(add(taken)).rejects.toMatchObject({ code: 'prompt_version_conflict', status: 409 })
    const outcomes = await Promise.allSettled([add(3), add(3), add(3)])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await listVersions(test.db, { promptId: 'a', before: null, limit: 10 })).map(({ version }) => version)).toEqual([3, 2, 1])
    expect((await listVersions(test.db, { promptId: 'a', before: 3, limit: 1 })).map(({ version }) => version)).toEqual([2])
  })

  it('have versions that nobody can change or delete', async () => {
    await make('a')
    const { sql } = test.db
    const changed = { query: sql.updateTable('prompt_versions').set({ sealed: 'v1.forged' }) }
    await expect(test.db.transact([changed])).rejects.toThrow('history')
    await expect(test.db.transact([{ query: sql.deleteFrom('prompt_versions') }])).rejects.toThrow('history')
  })

  it('take no version while they are archived, and keep those they have', async () => {
    await make('a')
    await test.db.transact([archivePrompt(context(), { promptId: 'a', archived: true })])
    await expect(add(2)).rejects.toMatchObject({ code: 'prompt_version_conflict' })
    expect(await findVersion(test.db, { promptId: 'a', version: 1 })).not.toBeNull()
    await test.db.transact([archivePrompt(context(), { promptId: 'a', archived: false })])
    await add(2)
  })

  it('are listed by project, archived or not, page by page, the newest first', async () => {
    for (const id of ['a', 'b', 'c']) await make(id)
    await make('d', 'theirs')
    await test.db.transact([archivePrompt(context(), { promptId: 'b', archived: true })])
    const list = async (query: object) =>
      (await listPrompts(test.db, { projectId: 'ours', archived: false, after: null, limit: 10, ...query })).map(({ id }) => id)
    expect(await list({})).toEqual(['c', 'a'])
    expect(await list({ limit: 1 })).toEqual(['c'])
    expect(await list({ after: 'c' })).toEqual(['a'])
    expect(await list({ archived: true })).toEqual(['b'])
    expect(await list({ projectId: null })).toEqual(['d', 'c', 'a'])
  })
})
