import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { deleteFile, expiredFiles, type FileListQuery, findFile, listFiles, type NewFile, presentFile, recordFile } from './index.ts'

describe.each(engines)('files on $name', (engine) => {
  let test: TestDatabase

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    const { sql } = test.db
    await test.db.transact([
      { query: sql.insertInto('projects').values([testRows.project(), testRows.project({ id: 'other' })]) },
      { query: sql.insertInto('objects').values(testRows.object()) },
    ])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const context = () => statementContext(test.db, test.clock, test.newId)

  async function keep(id: string, changes: Partial<NewFile> = {}): Promise<string> {
    const file: NewFile = {
      id,
      projectId: 'prj',
      purpose: 'vision',
      fileName: 'in/cat.png',
      bytes: 9,
      sha256: 'a'.repeat(64),
      mediaType: 'image/png',
      width: 1024,
      height: 640,
      expiresAfterMs: null,
      ...changes,
    }
    await test.db.transact([recordFile(context(), file)])
    return id
  }
  const find = (id: string, projectId: string | null = 'prj') => findFile(test.db, { id, projectId, nowMs: test.clock.nowMs() })
  const list = (query: Partial<FileListQuery> = {}) => listFiles(test.db, { projectId: 'prj', nowMs: test.clock.nowMs(), ...query })
  const idsOf = async (query?: Partial<FileListQuery>) => (await list(query)).data.map(({ id }) => id)
  const drop = async (id: string, projectId: string | null = 'prj') =>
    (await test.db.transact([deleteFile(context(), { id, projectId })]))[0]!.rows

  it('are found with their facts, a clean name and the place of their bytes', async () => {
    await keep('one', { expiresAfterMs: 3_600_000 })
    const nowMs = test.clock.nowMs()
    expect(await find('one')).toEqual({
      id: 'one',
      project_id: 'prj',
      purpose: 'vision',
      file_name: 'cat.png',
      bytes: 9,
      sha256: 'a'.repeat(64),
      media_type: 'image/png',
      width: 1024,
      height: 640,
      created_at_ms: nowMs,
      expires_at_ms: nowMs + 3_600_000,
      deleted_at_ms: null,
      store: 'folder',
      path: testRows.object().path,
    })
  })

  it('are found without a place when their bytes are nowhere', async () => {
    await keep('lost', { sha256: 'b'.repeat(64) })
    expect(await find('lost')).toMatchObject({ id: 'lost', store: null, path: null })
  })

  it('are seen by their project and the admin, and by no other project', async () => {
    await keep('one')
    expect(await find('one', 'other')).toBeNull()
    expect(await find('one', null)).toMatchObject({ id: 'one' })
    expect(await idsOf({ projectId: 'other' })).toEqual([])
    expect(await idsOf({ projectId: null })).toEqual(['one'])
  })

  it('look as OpenAI shows them, in whole seconds', async () => {
    test.clock.advance(999)
    await keep('plain')
    await keep('expiring', { expiresAfterMs: 3_600_000 })
    const seconds = Math.floor(test.clock.nowMs() / 1_000)
    const shown = { object: 'file', bytes: 9, created_at: seconds, filename: 'cat.png', purpose: 'vision', status: 'processed' }
    expect(presentFile((await find('plain'))!)).toEqual({ id: 'plain', ...shown })
    expect(presentFile((await find('expiring'))!)).toEqual({ id: 'expiring', ...shown, expires_at: seconds + 3_600 })
  })

  describe('a deletion', () => {
    it('says which bytes lost a reference, once, and ends the file for everyone', async () => {
      await keep('one')
      await keep('two')
      expect(await drop('one')).toEqual([{ sha256: 'a'.repeat(64) }])
      expect(await drop('one')).toEqual([])
      expect(await find('one')).toBeNull()
      expect(await find('one', null)).toBeNull()
      expect(await idsOf()).toEqual(['two'])
    })

    it('of another project’s file does nothing', async () => {
      await keep('one')
      expect(await drop('one', 'other')).toEqual([])
      expect(await find('one')).toMatchObject({ id: 'one' })
      expect(await drop('one', null)).toHaveLength(1)
    })
  })

  describe('the end of their time', () => {
    it('hides them from that millisecond on, before anything swept them', async () => {
      await keep('one', { expiresAfterMs: 1_000 })
      test.clock.advance(999)
      expect(await find('one')).toMatchObject({ id: 'one' })
      test.clock.advance(1)
      expect(await find('one')).toBeNull()
      expect(await idsOf()).toEqual([])
    })

    it('puts them before the sweep, longest overdue first, until they are deleted', async () => {
      await keep('for ever')
      await keep('later', { expiresAfterMs: 3_000 })
      await keep('second', { expiresAfterMs: 2_000 })
      await keep('first', { expiresAfterMs: 1_000, projectId: 'other' })
      const due = async (limit: number) => (await expiredFiles(test.db, test.clock.nowMs(), limit)).map(({ id }) => id)
      expect(await due(10)).toEqual([])
      test.clock.advance(2_000)
      expect(await due(10)).toEqual(['first', 'second'])
      expect(await due(1)).toEqual(['first'])
      expect(await drop('first', null)).toEqual([{ sha256: 'a'.repeat(64) }])
      expect(await due(10)).toEqual(['second'])
    })
  })

  describe('a list', () => {
    /** Five files of three moments, so that some share a time. */
    beforeEach(async () => {
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        await keep(id)
        if (id === 'b' || id === 'd') test.clock.advance(1_000)
      }
      await keep('foreign', { projectId: 'other' })
    })

    it('shows the youngest first, whole by default', async () => {
      const page = await list()
      expect(page).toMatchObject({ object: 'list', first_id: 'e', last_id: 'a', has_more: false })
      expect(page.data.map(({ id }) => id)).toEqual(['e', 'd', 'c', 'b', 'a'])
      expect(page.data[0]).toEqual(presentFile((await find('e'))!))
    })

    it.each(['asc', 'desc'] as const)('goes on after the last file of a page, each file once, %s', async (order) => {
      const seen: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await list({ order, limit: 2, after })
        seen.push(...page.data.map(({ id }) => id))
        if (!page.has_more) break
        after = page.last_id!
      }
      expect(seen).toEqual(order === 'asc' ? ['a', 'b', 'c', 'd', 'e'] : ['e', 'd', 'c', 'b', 'a'])
    })

    it('goes on after a file that was deleted meanwhile', async () => {
      const { last_id } = await list({ limit: 2 })
      await drop(last_id!)
      expect(await idsOf({ after: last_id!, limit: 2 })).toEqual(['c', 'b'])
    })

    it('is empty where there is nothing', async () => {
      expect(await list({ purpose: 'batch' })).toEqual({ object: 'list', data: [], first_id: null, last_id: null, has_more: false })
      expect(await idsOf({ purpose: 'vision' })).toHaveLength(5)
    })

    it.each<[string, Partial<FileListQuery>, string]>([
      ['a page of nothing', { limit: 0 }, 'limit'],
      ['a page beyond the bound', { limit: 10_001 }, 'limit'],
      ['half a file', { limit: 1.5 }, 'limit'],
      ['a place that is not there', { after: 'nobody' }, 'after'],
      ['a place in another project', { after: 'foreign' }, 'after'],
    ])('is refused: %s', async (_case, query, param) => {
      await expect(list(query)).rejects.toMatchObject({ code: 'invalid_value', param, status: 400, outcome: 'not_charged' })
    })
  })
})
