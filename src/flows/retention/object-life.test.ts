import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, statementContext } from '../../db/index.ts'
import { engines, type TestDatabase } from '../../db/test-engines.ts'
import { testRows } from '../../db/test-rows.ts'
import { recordImages } from '../../generations/index.ts'
import { releaseHold } from '../../retention/index.ts'
import { clearLeftPuts, FolderStore, type ObjectStore, objectPath, openObjectLocks, recordObjects } from '../../store/index.ts'
import { createLogger } from '../../telemetry/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { deleteImage } from './delete-pictures.ts'
import { expireDue } from './expire-due.ts'
import { placeLegalHold } from './legal-holds.ts'
import { removalParts, sweepObjects } from './sweep-objects.ts'

/** What may happen, each by a process of its own that dies after so many calls of database or store; null = it lives. */
type Step = { what: 'put' | 'delete' | 'hold' | 'release' | 'expire' | 'sweep'; which: number; diesAfter: number | null }

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('put', 'put', 'delete', 'delete', 'hold', 'release', 'expire', 'sweep', 'sweep'),
  which: fc.nat(1),
  diesAfter: fc.option(fc.nat(9), { freq: 2 }),
})
/** The dead are known to be by then. */
const LONG_MS = 10 * 60 * 1000

/** Two processes at a time. */
const historyArbitrary = fc.array(fc.tuple(stepArbitrary, stepArbitrary), { minLength: 2, maxLength: 8 })

const pictures = ['first', 'second'].map((text) => {
  const bytes = Buffer.from(text)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { bytes, sha256, path: objectPath(sha256, 'png') }
})

describe.each(engines)('objects on $name', (engine) => {
  let test: TestDatabase
  let store: ObjectStore
  beforeAll(async () => {
    test = await engine.open()
    store = await FolderStore.open(join(test.folder, 'objects'))
    await mkdir(join(test.folder, 'spool'))
  })
  afterAll(() => test[Symbol.asyncDispose]())

  /** Whether one of the processes at work has died. */
  let hasDied = false

  /** A process that dies after so many calls: nothing it does from then on has an effect, its own tidying up included. */
  async function startProcess(diesAfter: number | null): Promise<GatewayParts> {
    // It has started before anything is counted.
    let calls = Number.NEGATIVE_INFINITY
    const alive = <Target extends object>(target: Target, names: readonly string[]): Target =>
      new Proxy(target, {
        get: (of, name) => {
          const value = Reflect.get(of, name)
          if (typeof value !== 'function') return value
          if (!names.includes(String(name))) return value.bind(of)
          return async (...given: unknown[]) => {
            if (diesAfter !== null && calls++ >= diesAfter) {
              hasDied = true
              throw new Error('dead')
            }
            return value.apply(of, given).catch((error: Error) => {
              // Who waits for a lock of the dead gets it in time.
              if (error.name === 'LockTaken' && hasDied) test.clock.advance(LONG_MS)
              throw error
            })
          }
        },
      })
    const database: Database = alive(test.db, ['read', 'readAll', 'transact'])
    const parts = { database, store: alive(store, ['put', 'remove', 'stat']), clock: test.clock, newId: test.newId }
    const objectLocks = await openObjectLocks({ db: database, clock: test.clock, holder: randomBytes(8).toString('hex'), isShared: true })
    calls = 0
    return {
      ...parts,
      objectLocks,
      logger: createLogger({ level: 'silent' }),
      retentionRounds: { wake: () => undefined },
    } as unknown as GatewayParts
  }

  let places = 0
  async function put(parts: GatewayParts, which: number): Promise<void> {
    const { bytes, sha256, path } = pictures[which]!
    const spoolPath = join(test.folder, 'spool', randomBytes(8).toString('hex'))
    await writeFile(spoolPath, bytes)
    const keep = async (hold: Parameters<Parameters<typeof parts.objectLocks.hold>[1]>[0]) => {
      const kept = await parts.store.put({ spoolPath, sha256, extension: 'png' })
      const context = statementContext(parts.database, parts.clock, parts.newId)
      const { generation_id: generationId, attempt_id: attemptId, project_id: projectId } = testRows.image()
      const of = { generationId, attemptId, projectId, width: null, height: null, format: null, evidence: {} }
      const image = { ...of, id: parts.newId('img'), idx: places++, sha256, bytes: kept.bytes, storage: 'stored' as const }
      const time = { deleteAfterMs: places % 3 === 0 ? context.nowMs : null, deletionPolicy: 'keep' }
      await parts.database.transact([
        ...recordObjects(context, [{ ...kept, sha256, mediaType: 'image/png' }], hold),
        ...recordImages(context, [{ ...image, ...time }]),
      ])
    }
    await parts.objectLocks.hold([sha256], keep, { putting: [path] })
  }

  const liveImages = (which: number) =>
    test.db.read(
      test.db.sql
        .selectFrom('images')
        .select(['id', 'sha256'])
        .where('deleted_at_ms', 'is', null)
        .where('sha256', '=', pictures[which]!.sha256)
        .orderBy('id'),
    )
  const holds = () => test.db.read(test.db.sql.selectFrom('legal_holds').selectAll().where('released_at_ms', 'is', null))

  async function take({ what, which, diesAfter }: Step): Promise<void> {
    const parts = await startProcess(diesAfter)
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const [image] = await liveImages(which)
    const works: Record<Step['what'], () => Promise<unknown>> = {
      put: () => put(parts, which),
      delete: async () => image && deleteImage(parts, { id: image.id, projectId: null }),
      hold: async () => image && placeLegalHold(parts, { subjectId: image.id, reason: 'x', actor: 'admin' }),
      release: async () => {
        const [held] = await holds()
        return held && parts.database.transact([releaseHold(context, { id: held.id, reason: 'y', actor: 'admin' })])
      },
      expire: () => expireDue(parts, () => false),
      sweep: () => sweepObjects(parts, () => false),
    }
    // Dead, held, or overtaken by the other: all of it may be.
    await works[what]().catch(() => undefined)
  }

  it('are there if and only if something that lives refers to them, whatever was put, deleted, held and swept, and whoever died of it', async () => {
    const history = fc.asyncProperty(historyArbitrary, async (pairs) => {
      await test.clear()
      for (const { path } of pictures) await store.remove(path)
      await test.db.transact([
        { query: test.db.sql.insertInto('projects').values(testRows.project()) },
        { query: test.db.sql.insertInto('generations').values(testRows.generation({ completed_at_ms: 2, status: 'completed' })) },
        { query: test.db.sql.insertInto('attempts').values(testRows.attempt()) },
      ])
      for (const pair of pairs) {
        hasDied = false
        await Promise.all(pair.map(take))
        for (const [which, { path }] of pictures.entries())
          if ((await liveImages(which)).length > 0) expect(await store.stat(path)).not.toBeNull()
        // Who died with a lock is long known to be dead.
        test.clock.advance(LONG_MS)
      }
      const held = new Set((await holds()).map(({ subject_id }) => subject_id))
      const heldRows = await test.db.read(
        test.db.sql
          .selectFrom('images')
          .select(['id', 'deleted_at_ms'])
          .where('id', 'in', [...held, '']),
      )
      expect(heldRows.filter(({ deleted_at_ms }) => deleted_at_ms !== null)).toEqual([])
      const last = await startProcess(null)
      await clearLeftPuts(removalParts(last), test.clock.nowMs())
      await sweepObjects(last, () => false)
      const rows = await test.db.read(test.db.sql.selectFrom('objects').selectAll())
      expect(rows.filter((row) => row.unused_since_ms !== null || row.removing_since_ms !== null)).toEqual([])
      for (const [which, { path, sha256 }] of pictures.entries()) {
        const isUsed = (await liveImages(which)).length > 0
        expect([(await store.stat(path)) !== null, rows.some((row) => row.sha256 === sha256)]).toEqual([isUsed, isUsed])
      }
      expect(await test.db.read(test.db.sql.selectFrom('object_locks').selectAll())).toEqual([])
    })
    await fc.assert(history, { numRuns: 25, seed: 18 })
  }, 60_000)
})
