import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Statement, statementContext, type WebhookMessageRow } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import {
  AlreadyDisabled,
  ClaimLost,
  callEndpoint,
  callEndpointId,
  cancelMessagesOf,
  claimMessages,
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  endAttempt,
  findEndpoint,
  findMessage,
  forgetOldEndpoints,
  forgetOldMessages,
  insertEndpoint,
  insertMessage,
  leaveMessage,
  listEndpoints,
  listMessages,
  logAttempt,
  MOST_ENDPOINTS,
  nextDueOf,
  noteEndpointFailure,
  noteEndpointSuccess,
  releaseClaimsOfEnded,
  replayMessages,
  rotateEndpointSecret,
  subscribedEndpoints,
  waitingLanes,
} from './index.ts'
import { newEndpoint, newMessage } from './test-webhooks.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const LEASE_MS = 60_000

describe.each(engines)('webhooks, on $name', (engine) => {
  let test: TestDatabase

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    await test.db.transact([
      { query: test.db.sql.insertInto('projects').values(testRows.project()) },
      { query: test.db.sql.insertInto('projects').values(testRows.project({ id: 'other' })) },
      { query: test.db.sql.insertInto('api_keys').values(testRows.apiKey()) },
    ])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Statement[]) => test.db.transact(statements)
  const endpoint = (id = 'whk') => findEndpoint(test.db, { id, projectId: null })
  const message = async (id = 'msg') => (await findMessage(test.db, { id, projectId: null }))!.message
  const claim = async (by = 'boot', limit = 10): Promise<WebhookMessageRow[]> => {
    const [claimed] = await run(claimMessages(context(), { lane: 'whk', limit, by, leaseMs: LEASE_MS }))
    return claimed!.rows as unknown as WebhookMessageRow[]
  }
  const asClaimed = (by = 'boot', attempts = 0, id = 'msg') => ({ id, by, attempts })
  const failed = { status: 500, cause: 'status' }

  describe('a receiver', () => {
    it('B120 is not made where a project has a hundred; those of other projects and of calls, and deleted ones, do not count', async () => {
      await run(...Array.from({ length: MOST_ENDPOINTS }, (_, at) => insertEndpoint(context(), newEndpoint({ id: `whk ${at}` }))))
      await run(
        ...callEndpoint(context(), { projectId: 'prj', keyId: 'key', url: 'https://a.example/', style: 'unified', sealedSecret: 'v1.s' }),
      )
      await expect(run(insertEndpoint(context(), newEndpoint()))).rejects.toMatchObject({ code: 'limit_reached' })
      await run(insertEndpoint(context(), newEndpoint({ id: 'theirs', projectId: 'other' })))
      await run(deleteEndpoint(context(), 'whk 7'))
      await run(insertEndpoint(context(), newEndpoint()))
      expect(await listEndpoints(test.db, { projectId: 'prj', origin: 'project', limit: 1000 })).toHaveLength(MOST_ENDPOINTS)
    })

    it('is found by its own project only', async () => {
      await run(insertEndpoint(context(), newEndpoint()))
      expect(await findEndpoint(test.db, { id: 'whk', projectId: 'other' })).toBeNull()
      expect(await subscribedEndpoints(test.db, ['prj', 'other'])).toHaveLength(1)
    })

    it('counts its failures since the last success', async () => {
      await run(insertEndpoint(context(), newEndpoint()), noteEndpointFailure(context(), 'whk'))
      const firstMs = test.clock.nowMs()
      test.clock.advance(1000)
      await run(noteEndpointFailure(context(), 'whk'))
      expect(await endpoint()).toMatchObject({ failures: 2, failing_since_ms: firstMs, last_success_at_ms: null })
      await run(noteEndpointSuccess(context(), 'whk'))
      expect(await endpoint()).toMatchObject({ failures: 0, failing_since_ms: null, last_success_at_ms: test.clock.nowMs() })
    })

    it('is disabled once, told nothing then, and begins anew when it is enabled', async () => {
      await run(insertEndpoint(context(), newEndpoint()), noteEndpointFailure(context(), 'whk'), disableEndpoint(context(), 'whk', 'gone'))
      await expect(run(disableEndpoint(context(), 'whk', 'failing'))).rejects.toThrow(AlreadyDisabled)
      expect(await endpoint()).toMatchObject({ state: 'disabled', disabled_why: 'gone', disabled_at_ms: test.clock.nowMs() })
      const [made] = await run(insertMessage(context(), newMessage()))
      expect([made!.changes, await subscribedEndpoints(test.db, ['prj'])]).toEqual([0, []])
      await run(enableEndpoint(context(), 'whk'))
      expect(await endpoint()).toMatchObject({ state: 'enabled', disabled_why: null, failures: 0, failing_since_ms: null })
    })

    it('has two secrets while one replaces the other, and of two rotations at once one is refused', async () => {
      await run(insertEndpoint(context(), newEndpoint({ sealedSecret: 'v1.first' })))
      const rotate = (version: number, overlapMs: number) =>
        run(rotateEndpointSecret(context(), { id: 'whk', version, sealed: `v1.${version + 1}`, overlapMs }))
      await rotate(1, DAY_MS)
      expect(await endpoint()).toMatchObject({ secret_version: 2, sealed_secret: 'v1.2', sealed_previous: 'v1.first' })
      await expect(rotate(1, 0)).rejects.toMatchObject({ code: 'secret_rotation_open' })
      await expect(rotate(2, DAY_MS)).rejects.toMatchObject({ code: 'secret_rotation_open' })
      await rotate(2, 0)
      expect(await endpoint()).toMatchObject({ secret_version: 3, sealed_secret: 'v1.3', sealed_previous: null, previous_until_ms: null })
      await rotate(3, DAY_MS)
      test.clock.advance(DAY_MS)
      await rotate(4, DAY_MS)
      expect(await endpoint()).toMatchObject({ secret_version: 5, sealed_previous: 'v1.4' })
    })

    it('that is deleted loses its secrets at once and is not there any more', async () => {
      await run(insertEndpoint(context(), newEndpoint()), deleteEndpoint(context(), 'whk'))
      await expect(run(deleteEndpoint(context(), 'whk'))).rejects.toMatchObject({ code: 'not_found' })
      expect(await endpoint()).toBeNull()
      const [row] = await test.db.read(test.db.sql.selectFrom('webhook_endpoints').selectAll())
      expect(row).toMatchObject({ sealed_secret: '', sealed_previous: null })
    })
  })

  describe('a receiver that calls name', () => {
    const named = { projectId: 'prj', keyId: 'key', url: 'https://receiver.example/orders/1', style: 'unified' as const }
    const ask = (change: object = {}) => run(...callEndpoint(context(), { ...named, ...change, sealedSecret: 'v1.sealed' }))
    const id = callEndpointId(named)

    it('is there once, under an id known before, for each project, key, address and style', async () => {
      await ask()
      test.clock.advance(1000)
      await ask()
      const others = [{ url: 'https://receiver.example/orders/2' }, { style: 'standard' as const }, { keyId: null }]
      for (const change of others) await ask(change)
      const ids = others.map((change) => callEndpointId({ ...named, ...change }))
      expect((await listEndpoints(test.db, { projectId: 'prj', origin: 'call', limit: 10 })).map((row) => row.id)).toEqual(
        [id, ...ids].sort(),
      )
      expect(id).toMatch(/^whk_[0-9a-f]{44}$/)
      expect(await endpoint(id)).toMatchObject({ event_types_json: null, updated_at_ms: test.clock.nowMs(), key_id: 'key' })
      expect(await subscribedEndpoints(test.db, ['prj'])).toEqual([])
    })

    it('shares a lane with those of the same origin, and with no other project', async () => {
      await ask()
      await ask({ url: 'https://receiver.example/orders/2' })
      await ask({ url: 'https://elsewhere.example/orders/1' })
      await ask({ projectId: 'other', keyId: null })
      const rows = await test.db.read(test.db.sql.selectFrom('webhook_endpoints').select('lane'))
      expect(new Set(rows.map(({ lane }) => lane)).size).toBe(3)
    })

    it('that was disabled or deleted is asked for anew; naming it again does not hide that it fails', async () => {
      await ask()
      await run(noteEndpointFailure(context(), id))
      await ask()
      expect(await endpoint(id)).toMatchObject({ failures: 1 })
      await run(disableEndpoint(context(), id, 'gone'))
      await ask()
      expect(await endpoint(id)).toMatchObject({ state: 'enabled', failures: 0, failing_since_ms: null })
      await run(deleteEndpoint(context(), id))
      await ask()
      expect(await endpoint(id)).toMatchObject({ sealed_secret: 'v1.sealed', deleted_at_ms: null })
    })
  })

  describe('a message', () => {
    beforeEach(() => run(insertEndpoint(context(), newEndpoint())))
    const make = (change: object = {}) => run(insertMessage(context(), newMessage(change)))

    it('is made once for an event and a receiver', async () => {
      await make()
      await make({ id: 'again', eventId: 'event of msg' })
      expect(await listMessages(test.db, { endpointId: 'whk', limit: 10 })).toMatchObject([
        { id: 'msg', project_id: 'prj', lane: 'whk', state: 'pending', step: 0, attempts: 0, next_attempt_at_ms: test.clock.nowMs() },
      ])
    })

    it('is taken by one process at a time, when it is due', async () => {
      await make()
      expect(await claim()).toMatchObject([{ id: 'msg', claimed_by: 'boot', lease_until_ms: test.clock.nowMs() + LEASE_MS }])
      expect([await claim('other'), await nextDueOf(test.db, 'whk')]).toEqual([[], null])
      expect(await waitingLanes(test.db)).toEqual([
        { lane: 'whk', project_id: 'prj', due_at_ms: test.clock.nowMs() + LEASE_MS, waiting: 1 },
      ])
      await run(endAttempt(context(), asClaimed(), { ...failed, nextAttemptAtMs: test.clock.nowMs() + 5000 }))
      expect(await message()).toMatchObject({
        state: 'pending',
        step: 1,
        attempts: 1,
        last_status: 500,
        last_cause: 'status',
        claimed_by: null,
      })
      expect([await claim(), await nextDueOf(test.db, 'whk')]).toEqual([[], test.clock.nowMs() + 5000])
      test.clock.advance(5000)
      expect(await claim()).toHaveLength(1)
    })

    it('whose sender died is taken by another; what the dead one says then is refused', async () => {
      await make()
      await claim('dead')
      test.clock.advance(LEASE_MS)
      expect(await claim('alive')).toHaveLength(1)
      await expect(run(endAttempt(context(), asClaimed('dead'), { status: 200, cause: null, nextAttemptAtMs: null }))).rejects.toThrow(
        ClaimLost,
      )
      await run(endAttempt(context(), asClaimed('alive'), { status: 200, cause: null, nextAttemptAtMs: null }))
      expect(await message()).toMatchObject({ state: 'delivered', attempts: 1, ended_at_ms: test.clock.nowMs() })
    })

    it('whose sender stalled and took it a second time is ended once', async () => {
      await make()
      await claim()
      test.clock.advance(LEASE_MS)
      await claim()
      await run(endAttempt(context(), asClaimed(), { ...failed, nextAttemptAtMs: test.clock.nowMs() }))
      await claim()
      await expect(run(endAttempt(context(), asClaimed(), { ...failed, nextAttemptAtMs: null }))).rejects.toThrow(ClaimLost)
    })

    it('is given back at the next start, or by a sender that stops', async () => {
      await make()
      const live = {
        id: 'now',
        role: 'all',
        folder_id: 'f',
        version: '1',
        state: 'live',
        beats: 0,
        started_at_ms: 1,
        seen_at_ms: 1,
        ended_at_ms: null,
      }
      await test.db.transact([{ query: test.db.sql.insertInto('nodes').values(live) }])
      await claim('before')
      await run(releaseClaimsOfEnded(context()))
      expect(await claim('now')).toHaveLength(1)
      await run(releaseClaimsOfEnded(context()), leaveMessage(context(), asClaimed('now')))
      expect(await message()).toMatchObject({ state: 'pending', attempts: 0, step: 0, claimed_by: null })
    })

    it('is cancelled when nothing goes to its receiver any more, but for one that is being sent', async () => {
      await make()
      await claim()
      await make({ id: 'waiting' })
      await run(cancelMessagesOf(context(), 'whk'))
      expect([(await message()).state, (await message('waiting')).state]).toEqual(['pending', 'cancelled'])
    })

    it('is sent again with the same id and text, one that was delivered only where that is said', async () => {
      await make()
      await claim()
      await run(endAttempt(context(), asClaimed(), { status: 200, cause: null, nextAttemptAtMs: null }))
      const replay = async (change: object) => {
        const [done] = await run(
          replayMessages(context(), { endpointId: 'whk', delivered: false, eventIds: ['event of msg', 'none'], ...change }),
        )
        return done!.changes
      }
      expect(await replay({})).toBe(0)
      expect(await replay({ delivered: true })).toBe(1)
      expect(await message()).toMatchObject({ state: 'pending', step: 0, attempts: 1, ended_at_ms: null, sealed_body: 'v1.body' })
      expect(await claim()).toHaveLength(1)
      expect(await replay({ delivered: true })).toBe(0)
    })

    it('is listed a page at a time, the newest first', async () => {
      for (const id of ['a', 'b', 'c']) await make({ id })
      const page = async (after?: string) => (await listMessages(test.db, { endpointId: 'whk', after, limit: 2 })).map(({ id }) => id)
      expect([await page(), await page('b'), await page('gone')]).toEqual([['c', 'b'], ['a'], []])
      expect(await listMessages(test.db, { endpointId: 'whk', state: 'delivered', limit: 2 })).toEqual([])
    })

    it('is forgotten with its log thirty days after it ended, and its receiver with the last one', async () => {
      await make()
      await claim()
      const log = { messageId: 'msg', n: 1, atMs: 1, durationMs: 1, status: 200, cause: null, response: null }
      await run(
        logAttempt(context(), { ...log, request: { url: 'https://receiver.example/hook', headers: {}, signatures: 1 } }),
        endAttempt(context(), asClaimed(), { status: 200, cause: null, nextAttemptAtMs: null }),
        deleteEndpoint(context(), 'whk'),
      )
      const sweep = async () => {
        const done = await run(...forgetOldMessages(context(), 10), forgetOldEndpoints(context(), 10))
        return done.map(({ changes }) => changes)
      }
      test.clock.advance(30 * DAY_MS)
      expect(await sweep()).toEqual([0, 0, 0])
      test.clock.advance(1)
      expect(await sweep()).toEqual([1, 1, 1])
    })

    it('that waits is never forgotten, nor is a receiver that calls named lately', async () => {
      await make()
      await run(
        ...callEndpoint(context(), { projectId: 'prj', keyId: null, url: 'https://a.example/', style: 'unified', sealedSecret: 'v1.s' }),
      )
      test.clock.advance(90 * DAY_MS)
      await run(...forgetOldMessages(context(), 10), forgetOldEndpoints(context(), 10))
      expect(await listEndpoints(test.db, { projectId: null, origin: 'call', limit: 10 })).toHaveLength(1)
      test.clock.advance(1)
      await run(...forgetOldMessages(context(), 10), forgetOldEndpoints(context(), 10))
      expect(await listEndpoints(test.db, { projectId: null, origin: 'call', limit: 10 })).toHaveLength(0)
      expect((await message()).state).toBe('pending')
    })
  })
})
