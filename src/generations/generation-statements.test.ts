import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StatementError } from '../db/index.ts'
import { engines } from '../db/test-engines.ts'
import {
  AttemptNotOurs,
  endAttempt,
  findGeneration,
  findImage,
  GenerationEnded,
  markAnswered,
  markSent,
  recordAttempt,
  recordImages,
} from './index.ts'
import { attemptEnd, newAttempt, newImage, TestGenerations } from './test-generations.ts'

describe.each(engines)('generations on $name', (engine) => {
  let test: TestGenerations

  beforeAll(async () => {
    test = await TestGenerations.open(engine)
  })
  beforeEach(() => test.clear())
  afterAll(() => test[Symbol.asyncDispose]())

  describe('attempts', () => {
    it('keep the request id of an answer whose body never came to its end', async () => {
      await test.begin()
      const fence = { attemptId: 'att', owner: 'boot_live' }
      await test.db.transact([
        markSent(test.context(), fence),
        markAnswered(test.context(), { ...fence, httpStatus: 200, upstreamRequestId: 'req_up', firstByteMs: 7.6 }),
      ])
      expect((await test.found()).attempts).toMatchObject([
        { state: 'dispatching', sent_at_ms: test.clock.nowMs(), upstream_request_id: 'req_up', first_byte_ms: 8 },
      ])
    })

    it('F76 end once', async () => {
      await test.begin()
      await test.db.transact([endAttempt(test.context(), attemptEnd())])
      const again = test.db.transact([endAttempt(test.context(), attemptEnd({ state: 'unknown' })), test.fail()])
      await expect(again).rejects.toBeInstanceOf(AttemptNotOurs)
      expect(await test.found()).toMatchObject({ generation: { status: 'running' }, attempts: [{ state: 'ok' }] })
    })

    it('F76 are written to by their owner only, in whatever way', async () => {
      await test.begin()
      const fence = { attemptId: 'att', owner: 'boot_other' }
      await expect(test.db.transact([endAttempt(test.context(), attemptEnd(fence))])).rejects.toMatchObject({
        attemptId: 'att',
        message: expect.stringContaining('boot_other'),
      })
      await test.db.transact([
        markSent(test.context(), fence),
        markAnswered(test.context(), { ...fence, httpStatus: 200, upstreamRequestId: 'x', firstByteMs: 1 }),
      ])
      expect((await test.found()).attempts).toMatchObject([{ state: 'dispatching', sent_at_ms: null, http_status: null }])
    })

    it('F76 follow one another in one generation, each with its number, and only the last may still cost', async () => {
      await test.begin({ reservedNanos: 10n })
      await test.db.transact([
        endAttempt(test.context(), attemptEnd({ state: 'not_sent', outcome: 'not_sent: connect', retryReason: 'network', costNanos: 0n })),
        ...recordAttempt(test.context(), 'gen', { ...newAttempt({ id: 'att-2', n: 2 }), reservedNanos: 7n }),
      ])
      expect(await test.found()).toMatchObject({
        generation: { reserved_nanos: 7n },
        attempts: [
          { n: 1, state: 'not_sent', retry_reason: 'network' },
          { n: 2, state: 'dispatching' },
        ],
      })
      const same = recordAttempt(test.context(), 'gen', { ...newAttempt({ id: 'att-3', n: 2 }), reservedNanos: 7n })
      await expect(test.db.transact(same)).rejects.toBeInstanceOf(StatementError)
    })

    it('are not begun for a generation that has ended', async () => {
      await test.begin()
      await test.db.transact([test.fail()])
      const late = recordAttempt(test.context(), 'gen', { ...newAttempt({ id: 'att-2', n: 2 }), reservedNanos: 7n })
      await expect(test.db.transact(late)).rejects.toBeInstanceOf(GenerationEnded)
    })
  })

  describe('a generation', () => {
    it.each(['complete', 'fail'] as const)('that has ended does not %s again', async (again) => {
      await test.begin()
      await test.db.transact([test.complete()])
      await expect(test.db.transact([again === 'complete' ? test.complete() : test.fail()])).rejects.toMatchObject({
        name: 'GenerationEnded',
        generationId: 'gen',
      })
      expect((await test.found()).generation.status).toBe('completed')
    })

    it('is found in its project and by the admin, and by nobody else', async () => {
      await test.begin()
      await test.db.transact(recordImages(test.context(), [newImage()]))
      for (const projectId of ['prj', null]) {
        expect(await findGeneration(test.db, { id: 'gen', projectId })).toMatchObject({
          generation: { id: 'gen' },
          images: [{ id: 'img' }],
        })
        expect(await findImage(test.db, { id: 'img', projectId })).toMatchObject({ id: 'img', store: null, path: null })
      }
      expect(await findGeneration(test.db, { id: 'gen', projectId: 'other' })).toBeNull()
      expect(await findImage(test.db, { id: 'img', projectId: 'other' })).toBeNull()
      expect(await findGeneration(test.db, { id: 'nope', projectId: null })).toBeNull()
    })

    it('counts an empty tag as none', async () => {
      await test.begin({ projectTag: '' })
      expect((await test.found()).generation.project_tag).toBeNull()
    })

    it('has no two pictures in one place', async () => {
      await test.begin()
      await expect(test.db.transact(recordImages(test.context(), [newImage(), newImage({ id: 'twin' })]))).rejects.toBeInstanceOf(
        StatementError,
      )
      expect((await test.found()).images).toEqual([])
      expect(recordImages(test.context(), [])).toEqual([])
    })
  })
})
