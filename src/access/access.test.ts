import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rawQuery, StatementError } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import type { Environment } from '../primitives/settings.ts'
import { makeApiKey } from './api-key.ts'
import { Access, openAccess, openSecrets } from './index.ts'

const SECOND_MS = 1_000

describe.each(engines)('access on $name', (engine) => {
  let test: TestDatabase
  let access: Access
  let dataFolder: string

  const open = async (environment: Environment = {}, { db, clock, newId }: TestDatabase = test) => {
    const secrets = await openSecrets(dataFolder, environment)
    return { ...(await openAccess({ db, clock, newId, secrets, dataFolder })), secrets }
  }
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
  const readKey = async () => (await readFile(join(dataFolder, 'default-key'), 'utf8')).trim()
  const refused = { code: 'invalid_api_key', status: 401, outcome: 'not_charged' }

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    dataFolder = await mkdtemp(join(test.folder, 'data-'))
    access = (await open()).access
  })
  afterAll(() => test[Symbol.asyncDispose]())

  describe('the first start', () => {
    it('makes project default with one key that works, in files for the owner alone', async () => {
      const key = await readKey()
      expect(await access.authenticate(bearer(key))).toEqual({ kind: 'key', projectId: access.defaultProjectId, keyId: expect.any(String) })
      expect(await access.listKeys({ projectId: null })).toMatchObject([
        { projectId: access.defaultProjectId, name: 'default', last4: key.slice(-4), revokedAtMs: null },
      ])
      expect((await readdir(dataFolder)).sort()).toEqual(['admin-token', 'default-key', 'master-key', 'pepper'])
      for (const name of await readdir(dataFolder)) expect((await stat(join(dataFolder, name))).mode & 0o777).toBe(0o600)
    })

    it('happens once: later starts keep project, key and token', async () => {
      const [key, token] = [await readKey(), await readFile(join(dataFolder, 'admin-token'), 'utf8')]
      const again = await open()
      expect(again).toMatchObject({ firstStart: false, secrets: { pepperMade: false, adminTokenMade: false } })
      expect(again.access.defaultProjectId).toBe(access.defaultProjectId)
      expect(await again.access.authenticate(bearer(key))).toMatchObject({ kind: 'key' })
      expect(await again.access.authenticate(bearer(token.trim()))).toMatchObject({ kind: 'admin' })
    })

    it('is made good by the next one when it broke off after the key was written', async () => {
      await test.db.transact(['api_keys', 'projects'].map((table) => ({ query: test.db.sql.deleteFrom(table as 'projects') })))
      const stale = await readKey()
      const again = await open()
      expect(again.firstStart).toBe(true)
      expect(await readKey()).not.toBe(stale)
      expect(await again.access.authenticate(bearer(await readKey()))).toMatchObject({ kind: 'key' })
      await expect(again.access.authenticate(bearer(stale))).rejects.toMatchObject(refused)
    })

    it('refuses, each time, when the pepper is gone while keys made with it remain', async () => {
      await rm(join(dataFolder, 'pepper'))
      for (let start = 0; start < 2; start += 1)
        await expect(open()).rejects.toMatchObject({ code: 'configuration_invalid', message: expect.stringContaining('pepper is missing') })
    })
  })

  describe('secrets', () => {
    it('take the admin token of the environment, and keep it nowhere', async () => {
      dataFolder = await mkdtemp(join(test.folder, 'other-'))
      const token = 'correct-horse-battery-staple'
      const { adminToken, adminTokenMade } = await openSecrets(dataFolder, { DARKROOM_ADMIN_TOKEN: token })
      expect([adminToken.reveal(), adminTokenMade]).toEqual([token, false])
      expect((await readdir(dataFolder)).sort()).toEqual(['master-key', 'pepper'])
    })

    it.each([
      'short',
      'with a space in it, which no header takes',
      'a'.repeat(40),
      'admin-admin-admin-admin-admin',
      'change-me-0123456789-abcdefgh',
      `dk_live_${'0'.repeat(30)}3fI366`,
    ])('refuse the admin token %j and do not repeat it', async (token) => {
      const error = await openSecrets(dataFolder, { DARKROOM_ADMIN_TOKEN: token }).catch((failed: Error) => failed)
      expect(error).toMatchObject({
        name: 'SettingError',
        message: expect.stringContaining('docs/configuration.md#darkroom_admin_token'),
      })
      expect((error as Error).message).not.toContain(token)
    })

    it('close a file again that a copy left open to others', async () => {
      await chmod(join(dataFolder, 'pepper'), 0o644)
      await open()
      expect((await stat(join(dataFolder, 'pepper'))).mode & 0o777).toBe(0o600)
    })

    it('are printed by nothing', async () => {
      const secrets = await openSecrets(dataFolder, {})
      const printed = `${inspect(secrets)} ${JSON.stringify(secrets)}`
      expect(printed).not.toContain(secrets.pepper.reveal())
      expect(printed).not.toContain(secrets.adminToken.reveal())
      expect(printed).not.toContain(secrets.masterKey.reveal())
    })

    it('that cannot be written say storage_unavailable', async () => {
      const file = join(test.folder, 'file')
      await writeFile(file, '')
      await expect(openSecrets(join(file, 'data'), {})).rejects.toMatchObject({ code: 'storage_unavailable' })
    })
  })

  describe('a caller', () => {
    it('is the admin by the token, acting as project default', async () => {
      const token = (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim()
      const admin = { kind: 'admin', projectId: access.defaultProjectId, keyId: null }
      expect(await access.authenticate(bearer(token))).toEqual(admin)
      expect(await access.authenticate({ 'x-api-key': token })).toEqual(admin)
    })

    it('is known by either header, and by both when they agree', async () => {
      const key = await readKey()
      for (const headers of [bearer(key), { authorization: `bearer  ${key} ` }, { 'x-api-key': key }, { ...bearer(key), 'x-api-key': key }])
        expect(await access.authenticate(headers)).toMatchObject({ kind: 'key' })
    })

    it('is refused in the same words for every reason', async () => {
      const key = await readKey()
      const { key: revoked, id } = await access.createKey({ projectId: access.defaultProjectId, name: 'old' })
      await access.revokeKey({ id, projectId: null })
      const attempts = [
        {},
        { authorization: key },
        { authorization: '' },
        { authorization: 'Bearer' },
        { authorization: `Basic ${key}` },
        { authorization: `Bearer ${key} ${key}` },
        { authorization: `Bearer ${key}x` },
        { ...bearer(key), 'x-api-key': makeApiKey() },
        { 'x-api-key': [key, key] },
        bearer(makeApiKey()),
        bearer(revoked.reveal()),
        bearer('sk-proj-something-of-openai'),
        bearer(`dk_admin_${'A'.repeat(43)}`),
        bearer('A'.repeat(100_000)),
        { 'x-api-key': "' or 1=1 --" },
      ]
      const errors = await Promise.all(
        attempts.map((headers) => access.authenticate(headers).catch((error: Error) => ({ ...error, message: error.message }))),
      )
      for (const error of errors) expect(error).toEqual(errors[0])
      expect(errors[0]).toMatchObject(refused)
    })

    it('is nobody, whatever the header holds', async () => {
      const headers = fc.record(
        {
          authorization: fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.string().map((text) => `Bearer ${text}`),
          ),
          'x-api-key': fc.oneof(fc.string(), fc.array(fc.string())),
        },
        { requiredKeys: [] },
      )
      await fc.assert(
        fc.asyncProperty(headers, async (presented) => {
          await expect(access.authenticate(presented)).rejects.toMatchObject(refused)
        }),
        { numRuns: 300 },
      )
    })

    it('with an ill-formed key costs no look-up', async () => {
      await using own = await engine.open()
      const { access } = await open({}, own)
      await own.db.close()
      await expect(access.authenticate(bearer(`${makeApiKey().slice(0, -1)}!`))).rejects.toMatchObject(refused)
      await expect(access.authenticate(bearer(makeApiKey()))).rejects.toMatchObject({ code: 'database_unavailable' })
    })
  })

  describe('a key', () => {
    const create = (name = 'build') => access.createKey({ projectId: access.defaultProjectId, name })

    it('is shown once, to its maker, and is in no table', async () => {
      const created = await create()
      expect(created).toMatchObject({
        name: 'build',
        last4: created.key.reveal().slice(-4),
        createdAtMs: test.clock.nowMs(),
        lastUsedAtMs: null,
      })
      expect(inspect(created)).not.toContain(created.key.reveal())
      const rows = JSON.stringify(await test.db.read(test.db.sql.selectFrom('api_keys').selectAll()))
      expect(rows).not.toContain(created.key.reveal())
      expect(rows).not.toContain(created.key.reveal().slice(8, 38))
      expect(await access.authenticate(bearer(created.key.reveal()))).toMatchObject({ keyId: created.id })
    })

    it('of another pepper is not known', async () => {
      const secrets = await openSecrets(join(dataFolder, 'other'), {})
      const stranger = new Access({ db: test.db, clock: test.clock, newId: test.newId, secrets }, access.defaultProjectId)
      await expect(stranger.authenticate(bearer(await readKey()))).rejects.toMatchObject(refused)
    })

    it('that was revoked is refused at once here, and within five seconds elsewhere', async () => {
      const { key, id } = await create()
      const elsewhere = (await open()).access
      await elsewhere.authenticate(bearer(key.reveal()))
      await access.authenticate(bearer(key.reveal()))
      await access.revokeKey({ id, projectId: access.defaultProjectId })
      await expect(access.authenticate(bearer(key.reveal()))).rejects.toMatchObject(refused)
      test.clock.advance(5 * SECOND_MS)
      await expect(elsewhere.authenticate(bearer(key.reveal()))).rejects.toMatchObject(refused)
      expect(await access.listKeys({ projectId: access.defaultProjectId })).toMatchObject([
        {},
        { id, revokedAtMs: test.clock.nowMs() - 5 * SECOND_MS },
      ])
    })

    it('is not looked up again within five seconds, by however many requests', async () => {
      await using own = await engine.open()
      const { access } = await open({}, own)
      const key = await readKey()
      await Promise.all(Array.from({ length: 100 }, () => access.authenticate(bearer(key))))
      await own.db.close()
      own.clock.advance(4 * SECOND_MS)
      expect(await access.authenticate(bearer(key))).toMatchObject({ kind: 'key' })
      own.clock.advance(SECOND_MS)
      await expect(access.authenticate(bearer(key))).rejects.toMatchObject({ code: 'database_unavailable' })
    })

    it('is known again once the database can answer again', async () => {
      const rename = (from: string, to: string) => test.db.transact([{ query: rawQuery(`alter table ${from} rename to ${to}`) }])
      const key = await readKey()
      await rename('api_keys', 'api_keys_away')
      await expect(access.authenticate(bearer(key))).rejects.toBeInstanceOf(StatementError)
      await rename('api_keys_away', 'api_keys')
      expect(await access.authenticate(bearer(key))).toMatchObject({ kind: 'key' })
    })

    it('notes its use, at most once a minute', async () => {
      const { key, id } = await create()
      const lastUse = async () => (await access.listKeys({ projectId: null })).find((row) => row.id === id)!.lastUsedAtMs
      const start = test.clock.nowMs()
      await access.authenticate(bearer(key.reveal()))
      // Nobody waits for the note.
      await expect.poll(lastUse).toBe(start)
      test.clock.advance(59 * SECOND_MS)
      await access.authenticate(bearer(key.reveal()))
      test.clock.advance(SECOND_MS)
      await access.authenticate(bearer(key.reveal()))
      await expect.poll(lastUse).toBe(start + 60 * SECOND_MS)
    })

    it('is made for a project that exists, under a name', async () => {
      await expect(access.createKey({ projectId: 'prj_nowhere', name: 'x' })).rejects.toMatchObject({ code: 'not_found' })
      for (const name of ['', '   ', 'x'.repeat(101)])
        await expect(create(name)).rejects.toMatchObject({ code: 'invalid_value', param: 'name' })
    })

    it('is listed and revoked within its project only', async () => {
      await test.db.transact([{ query: test.db.sql.insertInto('projects').values(testRows.project({ id: 'other' })) }])
      const { id } = await access.createKey({ projectId: 'other', name: 'theirs' })
      expect((await access.listKeys({ projectId: 'other' })).map((key) => key.name)).toEqual(['theirs'])
      expect((await access.listKeys({ projectId: access.defaultProjectId })).map((key) => key.name)).toEqual(['default'])
      await expect(access.revokeKey({ id, projectId: access.defaultProjectId })).rejects.toMatchObject({ code: 'not_found' })
      await access.revokeKey({ id, projectId: 'other' })
      await expect(access.revokeKey({ id, projectId: 'other' })).rejects.toMatchObject({ code: 'not_found' })
    })
  })
})
