import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { Secret } from '../primitives/secret.ts'
import { BrowserSessions, SESSION_MS } from './browser-sessions.ts'
import { SIGN_IN_CODE_MS, SignInCodes } from './sign-in-codes.ts'

describe.each(engines)('browser sessions on $name', (engine) => {
  let test: TestDatabase
  const pepper = new Secret('pepper')
  const process = () => new BrowserSessions({ db: test.db, clock: test.clock, newId: test.newId, pepper })
  const rows = () => test.db.read(test.db.sql.selectFrom('browser_sessions').selectAll())
  const over = { code: 'invalid_api_key' }

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(() => test.clear())
  afterAll(() => test[Symbol.asyncDispose]())

  it('are known in every process by a token of which only a digest is kept', async () => {
    const { token } = await process().open('a'.repeat(64))
    expect(await process().find(token.reveal())).toMatchObject({ credentialDigest: 'a'.repeat(64) })
    expect(JSON.stringify(await rows())).not.toContain(token.reveal())
    for (const wrong of ['', 'x'.repeat(43), `${token.reveal()}x`]) await expect(process().find(wrong)).rejects.toMatchObject(over)
  })

  it('last twelve hours, also where they are remembered, and are cleared away with the next one', async () => {
    const [sessions, { token }] = [process(), await process().open('a'.repeat(64))]
    test.clock.advance(SESSION_MS - 1)
    expect(await sessions.find(token.reveal())).toBeDefined()
    test.clock.advance(1)
    await expect(sessions.find(token.reveal())).rejects.toMatchObject(over)
    await sessions.open('b'.repeat(64))
    expect(await rows()).toMatchObject([{ credential_digest: 'b'.repeat(64) }])
  })

  it('end at once in the process that ends them and within five seconds in others', async () => {
    const [one, other] = [process(), process()]
    const { token } = await one.open('a'.repeat(64))
    await Promise.all([one, other].map((each) => each.find(token.reveal())))
    await one.end(token.reveal())
    await expect(one.find(token.reveal())).rejects.toMatchObject(over)
    test.clock.advance(5_000)
    await expect(other.find(token.reveal())).rejects.toMatchObject(over)
  })
})

it('a sign-in code is good for ten minutes', () => {
  let nowMs = 0
  const codes = new SignInCodes({ nowMs: () => 0, monotonicMs: () => nowMs })
  const [first, second] = [codes.make().reveal(), codes.make().reveal()]
  expect([codes.take(first), codes.take('')]).toEqual([false, false])
  nowMs = SIGN_IN_CODE_MS
  expect(codes.take(second)).toBe(false)
})
