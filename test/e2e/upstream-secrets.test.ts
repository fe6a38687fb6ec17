import { copyFile, cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callAs } from '../support/admin-calls.ts'
import { canariesInFiles, startParrot } from '../support/canaries.ts'
import { postGeneration, seeReply } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/test-gateway.ts'

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64')
const yaml = (url: string) => `version: 1
routes:
  - { id: upstream, owner: darkroom-sandbox, kind: provider, base_url: '${url}/v1', key: { secret: upstream } }
`

let parrot: Awaited<ReturnType<typeof startParrot>>
let dataFolder: string

beforeAll(async () => {
  parrot = await startParrot()
  dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-secrets-'))
})
afterAll(async () => {
  await parrot[Symbol.asyncDispose]()
  await rm(dataFolder, { recursive: true, force: true })
})

const start = (options: TestGatewayOptions = {}, folder = dataFolder) =>
  startTestGateway({ dataFolder: folder, yaml: yaml(parrot.url), environment: { DARKROOM_MASTER_KEY: MASTER_KEY }, ...options })
const set = (gateway: TestGateway, name: string, value: unknown) =>
  callAs(gateway, gateway.adminToken, 'POST', '/v2/secrets', { name, value })
/** Which key upstream gets. */
async function keySent(gateway: TestGateway): Promise<string | undefined> {
  await seeReply(postGeneration(gateway, {}, { headers: { 'x-darkroom-route': 'upstream' } }))
  await callAs(gateway, gateway.adminToken, 'POST', '/v2/routes/upstream/enable', {})
  return parrot.heard.at(-1)
}

describe('a key that is kept as a secret', () => {
  it('is missed at the start, in words that say how to set it', async () => {
    await expect(start()).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/route upstream takes its key from the secret upstream.*darkroom secrets set upstream/),
    })
  })

  it('is set, sent, replaced for the next call, and shown by nothing', async () => {
    await using gateway = await start({ mayLackSecrets: true })
    const kept = await set(gateway, 'upstream', 'canary-first')
    expect(kept).toMatchObject({ status: 200, json: { name: 'upstream', version: 1, used_by: ['upstream'] } })
    expect(await keySent(gateway)).toBe('Bearer canary-first')
    expect((await set(gateway, 'upstream', 'canary-second')).json).toMatchObject({ version: 2 })
    expect(await keySent(gateway)).toBe('Bearer canary-second')
    for (const path of ['/v2/secrets', '/v2/routes', '/v2/doctor']) {
      const seen = await callAs(gateway, gateway.adminToken, 'GET', path)
      expect([seen.status, seen.text.includes('canary')]).toEqual([200, false])
    }
  })

  it('works after a restart', async () => {
    await using gateway = await start()
    expect(await keySent(gateway)).toBe('Bearer canary-second')
  })

  it('cannot be taken away from a route that uses it, and another can', async () => {
    await using gateway = await start()
    const remove = (name: string) => callAs(gateway, gateway.adminToken, 'DELETE', `/v2/secrets/${name}`)
    expect(await remove('upstream')).toMatchObject({ status: 409, error: { code: 'secret_in_use', outcome: 'not_charged' } })
    await set(gateway, 'old', 'canary-old')
    expect((await remove('old')).json).toEqual({ name: 'old', removed: true })
    expect(await remove('old')).toMatchObject({ status: 404 })
  })

  it.each([
    ['Upper', 'x'],
    ['../up', 'x'],
    ['a', ''],
    ['a', 'two words canary'],
    ['a', 'canary\nx: y'],
    ['a', 5],
    ['a', `canary${'x'.repeat(5000)}`],
  ])('is refused, and not repeated, under the name %j with the value %j', async (name, value) => {
    await using gateway = await start()
    const refused = await set(gateway, name, value)
    expect(refused).toMatchObject({ status: 400, error: { code: 'invalid_value' } })
    expect(refused.text).not.toContain('canary')
  })

  it('stands in the open in no file of the data folder; the database alone, or with another master key, opens nothing', async () => {
    const canaries = { first: 'canary-first', second: 'canary-second', old: 'canary-old' }
    expect(await canariesInFiles(dataFolder, canaries, () => false)).toEqual([])
    const stolen = await mkdtemp(join(tmpdir(), 'darkroom-stolen-'))
    for (const name of await readdir(dataFolder))
      if (name.startsWith('darkroom.db')) await copyFile(join(dataFolder, name), join(stolen, name))
    await cp(join(dataFolder, 'pepper'), join(stolen, 'pepper'))
    const words = expect.stringMatching(/secret upstream was sealed with another master key/)
    await expect(start({ environment: {} }, stolen)).rejects.toMatchObject({ name: 'ConfigurationError', message: words })
    expect(await readdir(stolen)).not.toContain('master-key')
    const other = { DARKROOM_MASTER_KEY: Buffer.alloc(32, 8).toString('base64') }
    await expect(start({ environment: other }, stolen)).rejects.toMatchObject({ message: words })
    await rm(stolen, { recursive: true })
  })
})
