import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rawQuery, StatementError } from '../db/index.ts'
import { engines } from '../db/test-engines.ts'
import { holdUnknown, LedgerConflict, loss, readLedger, release, reserve, settle } from './index.ts'
import { ledgerCall, TestLedger } from './test-ledger.ts'

describe.each(engines)('ledger on $name', (engine) => {
  let ledger: TestLedger

  beforeAll(async () => {
    ledger = await TestLedger.open(engine)
  })
  beforeEach(() => ledger.clear())
  afterAll(() => ledger[Symbol.asyncDispose]())

  describe('one call', () => {
    it('is reserved before, and only while it runs', async () => {
      await ledger.reserved('a', 100n)
      expect(await ledger.total()).toMatchObject({ calls: 1, images: 0, charged: 0n, reserved: 100n, held_unknown: 0n })
    })

    it('settles a line per bucket and releases what was reserved', async () => {
      await ledger.reserved('a', 100n)
      const lines = [
        { bucket: 'text_in', nanos: 7n },
        { bucket: 'image_out', nanos: 60n },
      ]
      await ledger.db.transact(settle(ledger.context(), 'a', { lines, images: 2 }))
      expect((await ledger.entries()).map(({ kind, bucket, nanos }) => [kind, bucket, nanos])).toEqual([
        ['reserve', 'total', 100n],
        ['release', 'total', 100n],
        ['settle', 'text_in', 7n],
        ['settle', 'image_out', 60n],
      ])
      expect(await ledger.total()).toMatchObject({ calls: 1, images: 2, charged: 67n, lost: 0n, reserved: 0n })
    })

    it('may cost more than was reserved; it is booked as it is', async () => {
      await ledger.reserved('a', 100n)
      await ledger.db.transact(settle(ledger.context(), 'a', { lines: [{ bucket: 'per_call', nanos: 250n }], images: 1 }))
      expect(await ledger.total()).toMatchObject({ charged: 250n, reserved: 0n })
    })

    it('costs nothing when it is released', async () => {
      await ledger.reserved('a', 100n)
      await ledger.db.transact(release(ledger.context(), 'a'))
      expect(await ledger.total()).toMatchObject({ calls: 1, charged: 0n, reserved: 0n, held_unknown: 0n })
    })

    it('is held when nobody knows what became of it, by whoever found it', async () => {
      await ledger.reserved('a', 100n)
      await ledger.db.transact(holdUnknown(ledger.context(), 'a', { nanos: 80n, actor: 'boot-sweep' }))
      expect(await ledger.total()).toMatchObject({ charged: 0n, reserved: 0n, held_unknown: 80n })
      expect((await ledger.entries()).map(({ kind, actor }) => [kind, actor])).toEqual([
        ['reserve', 'key-a'],
        ['release', 'boot-sweep'],
        ['hold_unknown', 'boot-sweep'],
      ])
    })

    it('is charged and counted as lost when it cost money and gave no picture', async () => {
      await ledger.reserved('a', 100n)
      await ledger.db.transact(loss(ledger.context(), 'a', { lines: [{ bucket: 'image_out', nanos: 80n }] }))
      expect(await ledger.total()).toMatchObject({ calls: 1, images: 0, charged: 80n, lost: 80n, reserved: 0n })
    })

    it.each(['settle', 'release', 'holdUnknown', 'loss'] as const)(
      'ends once: a %s after any end fails its whole transaction',
      async (again) => {
        const ends = {
          settle: () => settle(ledger.context(), 'a', { lines: [{ bucket: 'other', nanos: 1n }], images: 1 }),
          release: () => release(ledger.context(), 'a'),
          holdUnknown: () => holdUnknown(ledger.context(), 'a', { nanos: 1n }),
          loss: () => loss(ledger.context(), 'a', { lines: [{ bucket: 'other', nanos: 1n }] }),
        }
        await ledger.settled('a', 100n)
        const before = await ledger.entries()
        const failing = ledger.db.transact([...reserve(ledger.context(), ledgerCall('b'), 5n), ...ends[again]()])
        await expect(failing).rejects.toBeInstanceOf(LedgerConflict)
        await expect(failing).rejects.toMatchObject({ attemptId: 'a', message: expect.stringContaining('booked before') })
        expect(await ledger.entries()).toEqual(before)
      },
    )

    it('settles once when two finish it at the same time', async () => {
      await ledger.reserved('a', 100n)
      const finish = () => ledger.db.transact(settle(ledger.context(), 'a', { lines: [{ bucket: 'image_out', nanos: 60n }], images: 1 }))
      const results = await Promise.allSettled([finish(), finish(), finish()])
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
      expect(await ledger.total()).toMatchObject({ charged: 60n, images: 1 })
    })

    it('cannot be reserved twice, nor end without a reservation', async () => {
      await ledger.reserved('a', 100n)
      await expect(ledger.reserved('a', 100n)).rejects.toThrow('the call was reserved before (attempt a)')
      await expect(ledger.db.transact(release(ledger.context(), 'never'))).rejects.toBeInstanceOf(LedgerConflict)
    })

    it('cannot settle one bucket twice, below zero, or not at all', async () => {
      await ledger.reserved('a', 100n)
      const line = { bucket: 'image_out', nanos: 1n }
      await expect(ledger.db.transact(settle(ledger.context(), 'a', { lines: [line, line], images: 1 }))).rejects.toBeInstanceOf(
        LedgerConflict,
      )
      await expect(
        ledger.db.transact(settle(ledger.context(), 'a', { lines: [{ ...line, nanos: -1n }], images: 1 })),
      ).rejects.toBeInstanceOf(StatementError)
      expect(() => settle(ledger.context(), 'a', { lines: [], images: 0 })).toThrow(RangeError)
      expect(() => loss(ledger.context(), 'a', { lines: [] })).toThrow(RangeError)
    })

    it('keeps owner, book and project of its reservation in every later line', async () => {
      await ledger.reserved('a', 100n, { routeOwner: 'someone', book: 'sandbox', projectTag: 'spring', keyId: null })
      await ledger.db.transact(settle(ledger.context(), 'a', { lines: [{ bucket: 'image_out', nanos: 60n }], images: 1 }))
      const { rows } = await readLedger(ledger.db, { group: ['tag', 'key', 'project', 'route', 'model'] })
      expect(rows).toEqual([
        {
          route_owner: 'someone',
          book: 'sandbox',
          tag: 'spring',
          key: null,
          project: 'prj-a',
          route: 'openai-direct',
          model: 'gpt-image-2',
          calls: 1,
          images: 1,
          charged: 60n,
          lost: 0n,
          presumed: 0n,
          invoiced: 60n,
          reserved: 0n,
          held_unknown: 0n,
        },
      ])
    })
  })

  describe('the book', () => {
    it('can be neither edited, emptied nor overwritten', async () => {
      await ledger.settled('a', 100n)
      const before = await ledger.entries()
      const { sql } = ledger.db
      const attacks = [
        sql.updateTable('ledger_entries').set({ nanos: 1n }),
        sql.deleteFrom('ledger_entries'),
        engine.name === 'sqlite'
          ? rawQuery(`insert or replace into ledger_entries select * from ledger_entries where kind = 'settle'`)
          : rawQuery('truncate ledger_entries'),
      ]
      for (const query of attacks) await expect(ledger.db.transact([{ query }])).rejects.toThrow('append-only')
      expect(await ledger.entries()).toEqual(before)
    })

    it('holds whole nanos only', async () => {
      await expect(ledger.reserved('a', 1.5 as never)).rejects.toThrow(/whole nano-dollars|invalid input syntax for type bigint/)
    })
  })
})
