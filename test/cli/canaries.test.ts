import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canariesIn, canariesInFiles, startParrot } from '../support/canaries.ts'
import { darkroom, launcher, makeFolder, run, serve } from './darkroom-program.ts'

const secrets = {
  'upstream key': 'canary-of-the-upstream-0451',
  'stored key': 'canary-of-the-store-0451',
  'admin token': 'canary-of-the-administrator-0451',
  'master key': 'Y2FuYXJ5IG9mIHRoZSBtYXN0ZXIga2V5ISEhMDQ1MSE=',
}

const folder = await makeFolder()
let parrot: Awaited<ReturnType<typeof startParrot>>

const environment = {
  UPSTREAM_KEY: secrets['upstream key'],
  DARKROOM_ADMIN_TOKEN: secrets['admin token'],
  DARKROOM_MASTER_KEY: secrets['master key'],
  DARKROOM_LOG: 'debug',
}
const place = { cwd: folder.path, environment }
const row = (id: string, key: string) =>
  `  - { id: ${id}, owner: darkroom-sandbox, kind: provider, base_url: '${parrot.url}/v1', key: ${key} }\n`
const configure = (routes: string) => writeFile(join(folder.path, 'darkroom.yaml'), `version: 1\nroutes:\n${routes}`)
const good = () => row('named', '{ env: UPSTREAM_KEY }') + row('stored', '{ secret: stored }')

async function setSecret(value: string) {
  const setting = run(process.execPath, [launcher, 'secrets', 'set', 'stored'], { ...place, input: value })
  return setting.ended
}

beforeAll(async () => {
  parrot = await startParrot()
})
afterAll(async () => {
  await parrot[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

describe('the program', () => {
  it('takes a secret from its standard input, also while a route is without it, and never from its arguments', async () => {
    await configure(good())
    const refused = await darkroom(['serve', '--port', '0'], place)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('darkroom secrets set stored') })
    expect(await darkroom(['secrets', 'set', 'stored', 'on-the-command-line'], place)).toMatchObject({ code: 2 })
    expect(await setSecret(`${secrets['stored key']}\n`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('stored is kept, encrypted'),
    })
    const listed = await darkroom(['secrets'], place)
    expect(listed.stdout).toMatch(/^stored +1 +\d{4}-\d\d-\d\d +stored$/m)
    expect(canariesIn(JSON.stringify(listed), secrets)).toEqual([])
  })

  it('says no secret on either stream, whatever goes wrong with an upstream that repeats all it hears', async () => {
    await using server = await serve([], place)
    const call = (...args: string[]) => darkroom(args, place)
    const said = [
      await call('doctor', '--live'),
      await call('generate', 'a fox status=401', '--route', 'named', '--size', '1024x640', '--quality', 'low'),
      await call('generate', 'a fox status=400', '--route', 'stored', '--size', '1024x640', '--quality', 'low', '--json'),
      await call('secrets', 'rm', 'stored'),
      await call('keys', '--data', 'nowhere'),
    ]
    expect(new Set(parrot.heard)).toEqual(new Set([`Bearer ${secrets['upstream key']}`, `Bearer ${secrets['stored key']}`]))
    expect(said.map(({ stdout, stderr }) => canariesIn(stdout + stderr, secrets))).toEqual(said.map(() => []))
    expect(canariesIn(server.said(), secrets)).toEqual([])
    server.child.kill('SIGTERM')
    await server.ended
    expect(canariesIn(server.said(), secrets)).toEqual([])
    expect(await canariesInFiles(folder.path, secrets, () => false)).toEqual([])
  })

  it.each([
    ['a key in place of a reference', () => row('named', secrets['upstream key']), {}],
    ['a key in place of a name', () => row('named', `{ env: ${secrets['upstream key']} }`), {}],
    ['a key as a member', () => row('named', `{ ${secrets['upstream key']}: x }`), {}],
    [
      'a password in an address',
      () => row('named', '{ env: UPSTREAM_KEY }').replace('http://', `http://me:${secrets['upstream key']}@`),
      {},
    ],
    ['a weak token', good, { DARKROOM_ADMIN_TOKEN: 'canary-0451' }],
    ['a token with a space', good, { DARKROOM_ADMIN_TOKEN: `${secrets['admin token']} ` }],
    ['half a master key', good, { DARKROOM_MASTER_KEY: secrets['master key'].slice(0, 20) }],
  ])('does not repeat %s that it refuses', async (_what, routes, change) => {
    await configure(routes())
    const refused = await darkroom(['serve', '--port', '0'], { ...place, environment: { ...environment, ...change } })
    expect(refused.code).not.toBe(0)
    const sought = { ...secrets, token: 'canary-0451', half: secrets['master key'].slice(0, 20) }
    expect(canariesIn(refused.stdout + refused.stderr, sought)).toEqual([])
  })
})
