import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ImageRow, type ObjectRow, type Statement, statementContext, type Tables } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { objectAudits } from './audit-objects.ts'
import {
  createObjectLocks,
  FolderStore,
  findObject,
  noteUnused,
  type ObjectRecord,
  recordObjects,
  removeUnused,
  takeUpObjects,
  unusedObjects,
} from './index.ts'
import { beginRemoval, endRemoval } from './object-statements.ts'

describe.each(engines)('objects on $name', (engine) => {
  let test: TestDatabase
  const context = () => statementContext(test.db, test.clock, test.newId)

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    const { sql } = test.db
    await test.db.transact([
      { query: sql.insertInto('projects').values([testRows.project(), testRows.project({ id: 'other' })]) },
      { query: sql.insertInto('generations').values(testRows.generation()) },
      { query: sql.insertInto('attempts').values(testRows.attempt()) },
    ])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const bytes = Buffer.from('a picture')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const record: ObjectRecord = {
    sha256,
    store: 'folder',
    path: `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}.png`,
    bytes: bytes.length,
    mediaType: 'image/png',
  }
  const refer = (id: string, changes: Partial<ImageRow> = {}): Statement => ({
    query: test.db.sql.insertInto('images').values(testRows.image({ id, sha256, ...changes })),
  })

  it('records bytes once, as they were first recorded', async () => {
    await test.db.transact(recordObjects(context(), [record, record]))
    await test.db.transact(recordObjects(context(), [{ ...record, mediaType: 'image/webp' }]))
    expect(await findObject(test.db, sha256)).toEqual({
      sha256,
      store: 'folder',
      path: record.path,
      bytes: 9,
      media_type: 'image/png',
      created_at_ms: test.clock.nowMs(),
      unused_since_ms: null,
      removing_since_ms: null,
    })
    expect(await findObject(test.db, 'f'.repeat(64))).toBeNull()
  })

  const note = async () => (await test.db.transact(noteUnused(context(), [sha256])))[0]!.changes
  const drop = () => test.db.transact([{ query: test.db.sql.updateTable('images').set({ deleted_at_ms: 5 }) }])

  it('notes bytes as unused only when the last live image is gone', async () => {
    await test.db.transact([...recordObjects(context(), [record]), refer('one'), refer('two', { idx: 1, project_id: 'other' })])
    const drop = (id: string) =>
      test.db.transact([{ query: test.db.sql.updateTable('images').set({ deleted_at_ms: 5 }).where('id', '=', id) }])
    expect(await note()).toBe(0)
    await drop('one')
    expect(await note()).toBe(0)
    await drop('two')
    expect(await note()).toBe(1)
    expect(await unusedObjects(test.db, { stores: ['folder'], after: null, limit: 10 })).toHaveLength(1)
  })

  it.each([
    ['an input of a generation', (sql: Kysely<Tables>) => sql.insertInto('generation_inputs').values(testRows.input({ sha256 }))],
    [
      'what went upstream in place of an input',
      (sql: Kysely<Tables>) => sql.insertInto('generation_inputs').values(testRows.input({ sent_sha256: sha256 })),
    ],
    ['a file of a caller', (sql: Kysely<Tables>) => sql.insertInto('files').values(testRows.file({ sha256 }))],
    ['a heat map', (sql: Kysely<Tables>) => sql.insertInto('drift_reports').values(testRows.drift({ heat_map_sha256: sha256 }))],
  ])('keeps bytes that only %s refers to', async (_what, insert) => {
    const other: Statement = { query: test.db.sql.insertInto('images').values(testRows.image()) }
    await test.db.transact([...recordObjects(context(), [record]), other, { query: insert(test.db.sql) }])
    expect(await note()).toBe(0)
  })

  it('does not count an image whose bytes were never stored', async () => {
    await test.db.transact([...recordObjects(context(), [record]), refer('lost', { storage: 'not_stored' })])
    expect(await note()).toBe(1)
  })

  it('keeps the bytes of a put that races the removal of the last reference, whoever comes first', async () => {
    const store = await FolderStore.open(join(test.folder, 'objects'))
    const locks = createObjectLocks()
    let images = 0
    const put = async () => {
      const spoolPath = join(test.folder, randomBytes(8).toString('hex'))
      await writeFile(spoolPath, bytes)
      await locks.hold([sha256], async () => {
        const stored = await store.put({ spoolPath, sha256, extension: 'png' })
        await test.db.transact([...recordObjects(context(), [{ ...record, ...stored }]), refer(`image-${images}`, { idx: images++ })])
      })
    }
    const dropAll = async () => {
      await drop()
      await note()
    }
    const remove = () => removeUnused({ db: test.db, store, locks, clock: test.clock }, sha256)
    for (let round = 0; round < 20; round += 1) {
      await dropAll()
      await Promise.all(round % 2 ? [put(), remove()] : [remove(), put()])
      expect(await findObject(test.db, sha256)).not.toBeNull()
      expect(await buffer(await store.open(record.path))).toEqual(bytes)
    }
    await dropAll()
    expect(await remove()).toBe(9)
    expect([await store.stat(record.path), await findObject(test.db, sha256)]).toEqual([null, null])
    expect(await remove()).toBeNull()
  })

  it('takes bytes back that somebody puts while they are being removed, where they lie now', async () => {
    await test.db.transact([...recordObjects(context(), [record]), refer('one')])
    await drop()
    await note()
    const [begun] = await test.db.transact([beginRemoval(context(), { sha256, stores: ['folder'] })])
    expect(begun!.rows).toEqual([{ path: record.path, bytes: 9 }])
    await test.db.transact([...recordObjects(context(), [{ ...record, mediaType: 'image/webp' }]), refer('two', { idx: 1 })])
    expect((await test.db.transact([endRemoval(context(), sha256)]))[0]!.changes).toBe(0)
    expect(await findObject(test.db, sha256)).toMatchObject({ media_type: 'image/webp', unused_since_ms: null, removing_since_ms: null })
  })

  it('takes up bytes without a put as long as nobody has begun to remove them', async () => {
    await test.db.transact(recordObjects(context(), [record]))
    await note()
    const takeUp = () => test.db.transact(takeUpObjects(context(), [sha256, sha256], () => new Error('gone')))
    await takeUp()
    expect(await findObject(test.db, sha256)).toMatchObject({ unused_since_ms: null })
    await note()
    await test.db.transact([beginRemoval(context(), { sha256, stores: ['folder'] })])
    await expect(takeUp()).rejects.toThrow('gone')
    expect((await test.db.transact([endRemoval(context(), sha256)]))[0]!.changes).toBe(1)
    await expect(takeUp()).rejects.toThrow('gone')
  })

  it('are faulty in the audit where something refers to bytes that have no row or that somebody removes, and in no other state', async () => {
    const faults = async () => (await test.db.readAll(objectAudits(test.db).map(({ query }) => query))).flat().map(({ id }) => id)
    const ofRow = (changes: Partial<ObjectRow>) => test.db.transact([{ query: test.db.sql.updateTable('objects').set(changes) }])
    await test.db.transact([...recordObjects(context(), [record]), refer('one')])
    expect(await faults()).toEqual([])
    await ofRow({ unused_since_ms: 5 })
    expect(await faults()).toEqual([])
    await ofRow({ removing_since_ms: 6 })
    expect(await faults()).toEqual([sha256])
    await drop()
    expect(await faults()).toEqual([])
    await test.db.transact([endRemoval(context(), sha256), refer('two', { idx: 1 })])
    expect(await faults()).toEqual([sha256])
  })

  it('finishes a removal that another process has left half done', async () => {
    const store = await FolderStore.open(join(test.folder, 'objects'))
    await test.db.transact(recordObjects(context(), [record]))
    await note()
    await test.db.transact([beginRemoval(context(), { sha256, stores: ['folder'] })])
    expect(await removeUnused({ db: test.db, store, locks: createObjectLocks(), clock: test.clock }, sha256)).toBe(9)
    expect(await findObject(test.db, sha256)).toBeNull()
  })

  it('leaves what is in another store, and what is used again although nobody said so', async () => {
    const store = await FolderStore.open(join(test.folder, 'objects'))
    const remove = () => removeUnused({ db: test.db, store, locks: createObjectLocks(), clock: test.clock }, sha256)
    await test.db.transact(recordObjects(context(), [record]))
    await note()
    await test.db.transact([refer('one')])
    expect(await remove()).toBeNull()
    expect(await findObject(test.db, sha256)).toMatchObject({ unused_since_ms: null })
    await drop()
    await test.db.transact([{ query: test.db.sql.updateTable('objects').set({ store: 'elsewhere' }) }])
    await note()
    expect(await remove()).toBeNull()
    expect(await findObject(test.db, sha256)).not.toBeNull()
  })
})

describe('object locks', () => {
  it('run work on one object in turn, work on others beside it, and let go after an error', async () => {
    const locks = createObjectLocks()
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const first = locks.hold(['a', 'b'], async () => {
      await gate.promise
      order.push('first')
      throw new Error('first failed')
    })
    const second = locks.hold(['b', 'b'], async () => order.push('second'))
    await locks.hold(['c'], async () => order.push('beside'))
    gate.resolve()
    await expect(first).rejects.toThrow('first failed')
    await second
    expect(order).toEqual(['beside', 'first', 'second'])
  })

  it('never make two holders wait for each other', async () => {
    const locks = createObjectLocks()
    const work = Array.from({ length: 50 }, (_, index) => locks.hold(index % 2 ? ['a', 'b', 'c'] : ['c', 'b', 'a'], async () => index))
    expect(await Promise.all(work)).toHaveLength(50)
  })
})
