import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { SealBroken } from '../primitives/sealed-bytes.ts'
import { Secret } from '../primitives/secret.ts'
import { openVault } from './vault.ts'

const newMasterKey = () => new Secret(randomBytes(32).toString('base64'))

describe.each(engines)('the vault on $name', (engine) => {
  let test: TestDatabase
  const masterKey = newMasterKey()
  const open = (key = masterKey, tolerant = false) =>
    openVault({ db: test.db, clock: test.clock, newId: test.newId, masterKey: key }, { tolerant })
  const rows = () => test.db.read(test.db.sql.selectFrom('upstream_secrets').selectAll().orderBy('name'))

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(() => test.clear())
  afterAll(() => test[Symbol.asyncDispose]())

  it('keeps a value over a restart, and shows it to nobody but who reveals it', async () => {
    const vault = await open()
    await vault.set('openai', new Secret('sk-canary'))
    expect(inspect([vault.list(), vault.secret('openai'), await rows()], { depth: 9 })).not.toContain('canary')
    expect((await open()).secret('openai').reveal()).toBe('sk-canary')
  })

  it('gives the newest value to a secret that was handed out before', async () => {
    const vault = await open()
    await vault.set('openai', new Secret('sk-first'))
    const held = vault.secret('openai')
    expect(await vault.set('openai', new Secret('sk-second'))).toMatchObject({ version: 2 })
    expect(held.reveal()).toBe('sk-second')
    expect(await rows()).toHaveLength(1)
  })

  it('seals equal values differently', async () => {
    const vault = await open()
    for (const name of ['a', 'b']) await vault.set(name, new Secret('same'))
    const [a, b] = await rows()
    expect(a!.sealed).not.toBe(b!.sealed)
  })

  it('opens nothing under another master key, and says so at the start', async () => {
    await (await open()).set('openai', new Secret('sk-canary'))
    await expect(open(newMasterKey())).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/openai.*another master key.*darkroom secrets set openai/),
    })
    const mending = await open(newMasterKey(), true)
    expect(() => mending.secret('openai').reveal()).toThrow(SealBroken)
    await mending.set('openai', new Secret('sk-anew'))
    expect(mending.secret('openai').reveal()).toBe('sk-anew')
  })

  it.each([
    ['another row', (sealed: string[]) => [sealed[1]!, sealed[0]!]],
    ['another byte', (sealed: string[]) => [sealed[0]!.slice(0, -2) + (sealed[0]!.endsWith('AA') ? 'BB' : 'AA'), sealed[1]!]],
  ])('refuses at the start what was put into %s', async (_what, change) => {
    const vault = await open()
    for (const name of ['a', 'b']) await vault.set(name, new Secret(`sk-${name}`))
    const changed = change((await rows()).map(({ sealed }) => sealed))
    for (const [index, name] of ['a', 'b'].entries())
      await test.db.transact([
        { query: test.db.sql.updateTable('upstream_secrets').set({ sealed: changed[index]! }).where('name', '=', name) },
      ])
    await expect(open()).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining('was changed') })
  })

  it('refuses an earlier value in the place of a later one', async () => {
    const vault = await open()
    await vault.set('openai', new Secret('sk-first'))
    const [first] = await rows()
    await vault.set('openai', new Secret('sk-second'))
    await test.db.transact([{ query: test.db.sql.updateTable('upstream_secrets').set({ sealed: first!.sealed }) }])
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('was changed') })
  })

  it('forgets', async () => {
    const vault = await open()
    await vault.set('openai', new Secret('sk-canary'))
    const held = vault.secret('openai')
    await vault.remove('openai')
    expect([vault.has('openai'), vault.list(), await rows()]).toEqual([false, [], []])
    expect(() => held.reveal()).toThrow('no secret is called openai')
    await expect(vault.remove('openai')).rejects.toMatchObject({ code: 'not_found' })
  })
})
