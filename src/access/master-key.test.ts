import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Environment } from '../primitives/settings.ts'
import { openSecrets } from './index.ts'

const bytes = randomBytes(32)
const base64 = bytes.toString('base64')

describe('the master key', () => {
  let folder: string
  let dataFolder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-master-key-'))
    dataFolder = join(folder, 'data')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const open = async (environment: Environment = {}) => (await openSecrets(dataFolder, environment)).masterKey.reveal()
  const refusal = (environment: Environment) =>
    open(environment).then(
      () => null,
      (error: Error) => error,
    )
  const fileOf = async (text: string) => {
    const path = join(folder, 'given')
    await writeFile(path, text)
    return path
  }

  it('is made at the first start, for its owner alone, and stays', async () => {
    const made = await open()
    expect(Buffer.from(made, 'base64')).toHaveLength(32)
    expect((await stat(join(dataFolder, 'master-key'))).mode & 0o777).toBe(0o600)
    expect((await readFile(join(dataFolder, 'master-key'), 'utf8')).trim()).toBe(made)
    expect(await open()).toBe(made)
  })

  it.each([
    ['base64', base64],
    ['base64 without padding', base64.replace('=', '')],
    ['base64 of the alphabet for addresses', bytes.toString('base64url')],
    ['hex', bytes.toString('hex')],
    ['hex in capitals', bytes.toString('hex').toUpperCase()],
  ])('is taken from the environment as %s, directly or from a file, and kept nowhere', async (_form, text) => {
    expect(await open({ DARKROOM_MASTER_KEY: text })).toBe(base64)
    expect(await open({ DARKROOM_MASTER_KEY_FILE: await fileOf(`${text}\n`) })).toBe(base64)
    expect(await readdir(dataFolder)).not.toContain('master-key')
  })

  it.each(['short', `${base64}AA`, 'g'.repeat(64), bytes.toString('hex').slice(1), '='.repeat(44)])(
    'is refused when it is not 32 bytes, and not repeated: %j',
    async (text) => {
      for (const environment of [{ DARKROOM_MASTER_KEY: text }, { DARKROOM_MASTER_KEY_FILE: await fileOf(text) }]) {
        const error = await refusal(environment)
        const [name] = Object.keys(environment)
        expect(error).toMatchObject({ name: 'SettingError', message: expect.stringContaining(`${name}: expected 32 bytes`) })
        expect(error!.message).not.toContain(text)
      }
      expect(await readdir(folder)).not.toContain('data')
    },
  )

  it('is refused from a file that cannot be read, and from two places at once', async () => {
    const missing = join(folder, 'missing')
    expect(await refusal({ DARKROOM_MASTER_KEY_FILE: missing })).toMatchObject({
      name: 'SettingError',
      message: expect.stringMatching(/^DARKROOM_MASTER_KEY_FILE: .*ENOENT/),
    })
    const both = { DARKROOM_MASTER_KEY: base64, DARKROOM_MASTER_KEY_FILE: await fileOf(base64) }
    expect(await refusal(both)).toMatchObject({ name: 'SettingError', message: expect.stringContaining('to be set alone') })
  })

  it('is never replaced when the kept one was damaged', async () => {
    await open()
    await writeFile(join(dataFolder, 'master-key'), 'damaged')
    expect(await refusal({})).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining('holds no master key') })
    expect(await readFile(join(dataFolder, 'master-key'), 'utf8')).toBe('damaged')
  })
})
