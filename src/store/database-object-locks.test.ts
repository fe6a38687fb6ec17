import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { findObject, type ObjectHold, openObjectLocks, recordObjects, TAKEN_OVER_AFTER_MS } from './index.ts'
import { leftLocks, takeLock } from './lock-statements.ts'

const sha256 = 'a'.repeat(64)
const path = `aa/aa/${sha256}.png`
const object = { sha256, store: 'folder', path, bytes: 9, mediaType: 'image/png' }

describe.each(engines)('object locks between processes on $name', (engine) => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(() => test.clear())
  afterAll(() => test[Symbol.asyncDispose]())

  const processOf = (holder: string, isShared = true) => openObjectLocks({ db: test.db, clock: test.clock, holder, isShared })
  const record = (hold: ObjectHold) => test.db.transact(recordObjects(statementContext(test.db, test.clock, test.newId), [object], hold))
  const left = () => leftLocks(test.db, { overBeforeMs: Number.MAX_SAFE_INTEGER, limit: 10 })

  it('let one of them work at a time, and no two wait for each other', async () => {
    const [one, other] = [await processOf('one'), await processOf('other')]
    let working = 0
    const work = async () => {
      expect(++working).toBe(1)
      await new Promise((resolve) => setTimeout(resolve, 1))
      working--
    }
    const hashes = ['a', 'b', 'c'].map((letter) => letter.repeat(64))
    await Promise.all(Array.from({ length: 8 }, (_, turn) => (turn % 2 ? one : other).hold(turn % 3 ? hashes : hashes.toReversed(), work)))
    expect(await left()).toEqual([])
  })

  it('that an earlier process of the same data folder left are free at once, those of another folder are not', async () => {
    const node = { role: 'all', version: '1', state: 'dead', beats: 0, started_at_ms: 1, seen_at_ms: 1, ended_at_ms: 1 }
    const nodes = [
      { ...node, id: 'before', folder_id: 'mine' },
      { ...node, id: 'stranger', folder_id: 'other' },
      { ...node, id: 'now', folder_id: 'mine', state: 'live', ended_at_ms: null },
    ]
    await test.db.transact([{ query: test.db.sql.insertInto('nodes').values(nodes) }])
    const [mine, theirs] = ['b'.repeat(64), 'c'.repeat(64)]
    for (const [holder, hash] of [
      ['before', mine],
      ['stranger', theirs],
    ] as const)
      await test.db.transact([takeLock(test.db, { sha256: hash, holder, untilMs: test.clock.nowMs() + 60_000, path: null }, 0)])
    const now = await processOf('now')
    expect(await now.hold([mine], async () => 'mine')).toBe('mine')
    expect(await left()).toMatchObject([{ sha256: theirs, holder: 'stranger' }])
  })

  it('are taken over from the dead; who was only stalled is refused, and removes nothing', async () => {
    const [stalled, next] = [await processOf('stalled'), await processOf('next')]
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const late = stalled.hold([sha256], async (hold) => {
      hold.assertHeld()
      begun.resolve()
      await goOn.promise
      expect(() => hold.assertHeld()).toThrow()
      await record(hold)
    })
    await begun.promise
    test.clock.advance(2 * TAKEN_OVER_AFTER_MS + 1)
    await next.hold([sha256], async (hold) => void (await record(hold)))
    await test.db.transact([{ query: test.db.sql.deleteFrom('objects') }])
    goOn.resolve()
    await expect(late).rejects.toThrow(expect.objectContaining({ name: 'LockLost' }))
    expect(await findObject(test.db, sha256)).toBeNull()
  })

  it('tell where bytes were put that nothing refers to, until something does', async () => {
    const locks = await processOf('one', false)
    const failed = locks.hold([sha256], () => Promise.reject(new Error('the record failed')), { putting: [path] })
    await expect(failed).rejects.toThrow('the record failed')
    expect(await left()).toMatchObject([{ sha256, path, until_ms: 0 }])
    await locks.hold([sha256], async (hold) => void (await record(hold)), { putting: [path] })
    expect(await left()).toEqual([])
  })

  it('are in memory alone where one process owns the data, and what an earlier one left is free at its start', async () => {
    const dead = await processOf('dead')
    void dead.hold([sha256], () => new Promise(() => undefined), { putting: [path] })
    while ((await left()).length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    const owner = await processOf('owner', false)
    expect(await left()).toMatchObject([{ holder: 'dead', path, until_ms: 0 }])
    await owner.hold([sha256], async () => undefined)
    expect(await left()).toMatchObject([{ holder: 'dead' }])
    await owner.hold([sha256], async (hold) => void (await record(hold)), { putting: [path] })
    expect(await left()).toEqual([])
  })
})
