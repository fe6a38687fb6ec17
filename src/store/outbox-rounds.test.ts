import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { openObjectLocks, TAKEN_OVER_AFTER_MS } from './database-object-locks.ts'
import type { ObjectLocks } from './object-locks.ts'
import { findObject, noteUnused, recordObjects, takeUpObjects } from './object-statements.ts'
import type { StoredObject } from './object-store.ts'
import { FORGOTTEN_AFTER_MS, OutboxRounds } from './outbox-rounds.ts'
import { OutboxStore } from './outbox-store.ts'
import { removeUnused } from './remove-unused.ts'
import { usualPatience } from './s3-connection.ts'
import { S3Store } from './s3-store.ts'
import { startS3, type TestS3 } from './s3-test-kit.ts'

/** A process with an outbox of its own, on a database and a bucket that others share. */
interface Process {
  outbox: OutboxStore
  locks: ObjectLocks
  /** A round; true when everything went that was to be delivered. */
  round(): Promise<boolean>
}

const picture = Buffer.from('a picture')
const sha256 = createHash('sha256').update(picture).digest('hex')

describe.each(engines)('outboxes of processes that share a database on $name', (engine) => {
  let test: TestDatabase
  let s3: TestS3
  let folder: string
  let unbooked: string[]
  let here: Process
  let there: Process
  const processes: Process[] = []

  beforeAll(async () => {
    test = await engine.open()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  beforeEach(async () => {
    await test.clear()
    await test.db.transact([
      { query: test.db.sql.insertInto('projects').values(testRows.project()) },
      { query: test.db.sql.insertInto('generations').values(testRows.generation()) },
      { query: test.db.sql.insertInto('attempts').values(testRows.attempt()) },
    ])
    unbooked = []
    s3 = await startS3()
    folder = await mkdtemp(join(tmpdir(), 'darkroom-outboxes-'))
    here = await startProcess('here')
    there = await startProcess('there')
  })
  afterEach(async () => {
    for (const { outbox } of processes.splice(0)) outbox.close()
    await s3.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function startProcess(name: string): Promise<Process> {
    const bucket = await S3Store.open(s3.settings(), { patience: { answerTimeoutMs: 2_000, retryPausesMs: [10] } })
    const outbox = await OutboxStore.open(join(folder, name), bucket)
    const locks = await openObjectLocks({ db: test.db, clock: test.clock, holder: randomBytes(8).toString('hex'), isShared: true })
    const rounds = new OutboxRounds(outbox)
    const round = () => rounds.run({ db: test.db, locks, clock: test.clock, unbooked: async () => unbooked })
    processes.push({ outbox, locks, round })
    return processes.at(-1)!
  }

  const context = () => statementContext(test.db, test.clock, test.newId)
  const landed = (process: 'here' | 'there', { path }: { path: string }) => existsSync(join(folder, process, 'objects', basename(path)))
  const keys = async () => (await s3.keys()).filter((key) => key !== 'darkroom-probe')

  let places = 0
  const put = ({ outbox, locks }: Process, isRecorded = true): Promise<StoredObject> =>
    locks.hold([sha256], async (hold) => {
      const spoolPath = join(folder, randomBytes(8).toString('hex'))
      await writeFile(spoolPath, picture)
      const stored = await outbox.put({ spoolPath, sha256, extension: 'png' })
      if (isRecorded) await test.db.transact([...recordObjects(context(), [{ ...stored, sha256, mediaType: 'image/png' }], hold), refer()])
      return stored
    })
  const refer = () => {
    const image = testRows.image({ id: test.newId('img'), idx: places++, sha256 })
    return { query: test.db.sql.insertInto('images').values(image) }
  }
  const drop = () =>
    test.db.transact([{ query: test.db.sql.updateTable('images').set({ deleted_at_ms: 5 }) }, ...noteUnused(context(), [sha256])])
  const sweep = ({ outbox: store, locks }: Process) => removeUnused({ db: test.db, store, locks, clock: test.clock }, sha256)

  it('deliver what is on record', async () => {
    await s3.goDown()
    const stored = await put(here)
    expect([await here.round(), landed('here', stored)]).toEqual([false, true])
    await s3.comeBack()
    expect([await here.round(), landed('here', stored), await keys()]).toEqual([true, false, [stored.path]])
    expect(await buffer(await there.outbox.open(stored.path))).toEqual(picture)
  })

  it('never deliver what was deleted while it waited, whether its own process or another removes it', async () => {
    for (const sweeper of [here, there]) {
      await s3.goDown()
      const stored = await put(here)
      expect(await here.round()).toBe(false)
      await drop()
      await s3.comeBack()
      s3.requests.length = 0
      expect([await here.round(), await keys()]).toEqual([true, []])
      expect(await sweep(sweeper)).toBe(9)
      expect([await here.round(), await there.round()]).toEqual([true, true])
      expect([landed('here', stored), here.outbox.waiting, await keys(), await findObject(test.db, sha256)]).toEqual([false, 0, [], null])
      expect(s3.requests.filter(({ call }) => call.startsWith('PUT') && !call.includes('darkroom-probe'))).toEqual([])
    }
  })

  it('deliver what was deleted and is used again before anybody removed it', async () => {
    await s3.goDown()
    const stored = await put(here)
    await drop()
    await s3.comeBack()
    await here.round()
    await test.db.transact([...takeUpObjects(context(), [sha256], () => new Error('gone')), refer()])
    expect([await here.round(), await keys()]).toEqual([true, [stored.path]])
  })

  it('keep bytes that may still be recorded, undelivered, and drop them when nobody can need them any more', async () => {
    await s3.goDown()
    unbooked = ['att_1.sidecar']
    const stored = await put(here, false)
    await s3.comeBack()
    await here.round()
    test.clock.advance(FORGOTTEN_AFTER_MS)
    expect([await here.round(), landed('here', stored), await keys()]).toEqual([true, true, []])
    expect(await buffer(await here.outbox.open(stored.path))).toEqual(picture)
    // Other calls begin all the time: they are none of those that may need it.
    unbooked = ['att_2.sidecar']
    await here.round()
    expect([landed('here', stored), here.outbox.waiting, await keys()]).toEqual([false, 0, []])
  })

  it('deliver what was recorded late', async () => {
    await s3.goDown()
    const stored = await put(here, false)
    await s3.comeBack()
    await here.round()
    await put(here)
    test.clock.advance(FORGOTTEN_AFTER_MS)
    await here.round()
    expect([here.outbox.waiting, await keys()]).toEqual([0, [stored.path]])
  })

  it('make a removal later that the bucket could not be told of', async () => {
    const stored = await put(here)
    await drop()
    await s3.goDown()
    expect(await sweep(there)).toBe(9)
    await s3.comeBack()
    expect([await keys(), await findObject(test.db, sha256)]).toEqual([[stored.path], null])
    await there.round()
    expect([await keys(), there.outbox.pendingRemovals()]).toEqual([[], []])
  })

  it('do not make it where another process has put the bytes again, in the bucket or in its own outbox', async () => {
    for (const isBack of [true, false]) {
      const stored = await put(here)
      await drop()
      await s3.goDown()
      expect(await sweep(there)).toBe(9)
      if (isBack) await s3.comeBack()
      await put(here)
      if (!isBack) await s3.comeBack()
      await there.round()
      await here.round()
      expect([await keys(), there.outbox.pendingRemovals()]).toEqual([[stored.path], []])
      expect(await buffer(await there.outbox.open(stored.path))).toEqual(picture)
    }
  })

  it('write bytes anew that are put while they are being removed', async () => {
    const stored = await put(here)
    await drop()
    const dying = { ...there.outbox, names: ['s3'], name: 's3', remove: () => Promise.reject(new Error('dead')) } as unknown as OutboxStore
    await expect(sweep({ ...there, outbox: dying })).rejects.toThrow('dead')
    expect(await findObject(test.db, sha256)).toMatchObject({ removing_since_ms: test.clock.nowMs() })
    await there.outbox.remove(stored.path)
    await put(here)
    expect([await keys(), await sweep(there)]).toEqual([[stored.path], null])
    expect(await findObject(test.db, sha256)).toMatchObject({ unused_since_ms: null, removing_since_ms: null })
  })

  it('remove bytes that arrive behind their removal', async () => {
    s3.ails.hangs = true
    const stored = await put(here)
    await drop()
    // Nobody has seen the end of the delivery when the object is removed elsewhere.
    s3.ails.hangs = false
    expect(await sweep(there)).toBe(9)
    await writeFile(join(folder, 'late'), picture)
    const bucket = await S3Store.open(s3.settings())
    await bucket.put({ spoolPath: join(folder, 'late'), sha256, extension: 'png' })
    bucket.close()
    await here.round()
    test.clock.advance(FORGOTTEN_AFTER_MS)
    await here.round()
    await here.round()
    expect([landed('here', stored), here.outbox.waiting, await keys()]).toEqual([false, 0, []])
  }, 30_000)
})

describe('a removal in a bucket', () => {
  it('is over, whatever the bucket does, well before the lock is taken over under which it was begun', () => {
    const { answerTimeoutMs, retryPausesMs } = usualPatience
    const longestMs = (retryPausesMs.length + 1) * answerTimeoutMs + retryPausesMs.reduce((sum, pauseMs) => sum + pauseMs, 0)
    expect(longestMs).toBeLessThan(TAKEN_OVER_AFTER_MS / 1.5)
  })
})
