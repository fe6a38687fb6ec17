import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statementContext } from '../../src/db/index.ts'
import { acceptOnce, type RepeatableCall } from '../../src/flows/idempotency/accept-once.ts'
import { claimKey, recordIdentity } from '../../src/idempotency/index.ts'
import { postGeneration, promptWith, readRecord, seeReply } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

/** A generation that ended unknown, so that it answers whoever repeats it, and a call that repeats it by another fingerprint. */
async function stage(signs: RepeatableCall['signs']) {
  const { parts } = gateway.gateway
  const seen = await seeReply(postGeneration(gateway, { prompt: promptWith('reset-before-headers') }))
  const { project_id: projectId } = await readRecord(gateway, seen.generationId!)
  const fingerprint = signs.key === null ? 'b'.repeat(64) : 'a'.repeat(64)
  const identity = { projectId, keyId: null, family: 'images', fingerprint } as const
  const call: RepeatableCall = { identity, signs, cache: null, stream: false, requestId: 'req_1' }
  const context = () => statementContext(parts.database, parts.clock, parts.newId)
  return { parts, call, generationId: seen.generationId!, context, transact: parts.database.transact.bind(parts.database) }
}

describe('a call that is accepted', () => {
  it('is answered by that of another process which was faster with its key', async () => {
    const { parts, call, generationId, context, transact } = await stage({ key: 'race', retryCount: 0 })
    const { projectId, family, fingerprint } = call.identity
    let accepted = 0
    const answer = await acceptOnce(parts, call, async (claim) => {
      accepted += 1
      await transact(claimKey(context(), { projectId, family, key: 'race' }, { generationId, fingerprint }))
      await transact(claim(context(), generationId).slice(1))
      return 'run'
    })
    expect([answer, accepted]).toEqual([{ attachedBy: 'key', generationId, stream: false }, 1])
  })

  it('is waited for by its silent retry while it is still looked at, and leaves the retry to itself when it is refused', async () => {
    const original = await stage({ key: null, retryCount: 0 })
    const { parts, call, generationId, context, transact } = original
    const retry: RepeatableCall = { ...call, signs: { key: null, retryCount: 1 } }
    const acceptRetry = async () => 'a run of its own'

    const refusing = Promise.withResolvers<never>()
    const refused = acceptOnce(parts, call, () => refusing.promise)
    const left = acceptOnce(parts, retry, acceptRetry)
    refusing.reject(new Error('refused'))
    await expect(refused).rejects.toThrow('refused')
    expect(await left).toBe('a run of its own')

    const looking = Promise.withResolvers<void>()
    const first = acceptOnce(parts, call, async () => {
      await looking.promise
      const { query } = recordIdentity(context(), generationId, call.identity)
      // The generation has an identity by now; this one takes its place.
      await transact([{ query: parts.database.sql.deleteFrom('call_identities').where('generation_id', '=', generationId) }, { query }])
      return 'run'
    })
    const second = acceptOnce(parts, retry, acceptRetry)
    looking.resolve()
    expect([await first, await second]).toEqual(['run', { attachedBy: 'shadow', generationId, stream: false }])
  })
})
