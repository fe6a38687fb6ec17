import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { dropThumbnails, findThumbnail, recordThumbnail, thumbnailsOf } from './index.ts'

const [first, second] = ['1'.repeat(64), '2'.repeat(64)]

describe.each(engines)('thumbnails on $name', (engine) => {
  let test: TestDatabase
  const context = () => statementContext(test.db, test.clock, test.newId)
  const record = (imageId: string, sha256: string) =>
    test.db.transact(recordThumbnail(context(), { imageId, width: 320, sha256 }, () => new Error('gone')))
  const found = (imageId: string) => findThumbnail(test.db, { imageId, width: 320 })

  beforeAll(async () => {
    test = await engine.open()
    await test.clear()
    const { sql } = test.db
    const object = { store: 'folder', path: 'x', bytes: 9, media_type: 'image/webp', created_at_ms: 1 }
    await test.db.transact([
      { query: sql.insertInto('projects').values(testRows.project()) },
      { query: sql.insertInto('generations').values(testRows.generation()) },
      { query: sql.insertInto('attempts').values(testRows.attempt()) },
      { query: sql.insertInto('images').values(['img', 'other'].map((id, idx) => testRows.image({ id, idx }))) },
      { query: sql.insertInto('objects').values([first, second].map((sha256) => ({ ...object, sha256 }))) },
    ])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('are made once: of two processes the first one’s stays', async () => {
    expect(await found('img')).toBeNull()
    await record('img', first)
    await record('img', second)
    expect(await found('img')).toMatchObject({ sha256: first, bytes: 9 })
    expect(await thumbnailsOf(test.db, ['img', 'other'])).toEqual([first])
  })

  it('go with their picture, and a deleted one gets none', async () => {
    await test.db.transact(dropThumbnails(context(), ['img']))
    expect(await found('img')).not.toBeNull()
    await test.db.transact([{ query: test.db.sql.updateTable('images').set({ deleted_at_ms: 5 }).where('id', '=', 'img') }])
    await test.db.transact(dropThumbnails(context(), ['img', 'other']))
    expect(await found('img')).toBeNull()
    await expect(record('img', first)).rejects.toThrow('gone')
  })
})
