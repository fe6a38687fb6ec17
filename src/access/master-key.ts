import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dataFolderPaths } from '../db/index.ts'
import { Secret } from '../primitives/secret.ts'
import { ConfigurationError, type Environment, readText, SettingError } from '../primitives/settings.ts'
import { readPrivateFile } from './read-or-make.ts'

const KEY_BYTES = 32
const expected = `${KEY_BYTES} bytes as base64 or hex, as \`openssl rand -base64 ${KEY_BYTES}\` makes them`

/** A master key as it is kept: base64. */
export const newMasterKey = () => randomBytes(KEY_BYTES).toString('base64')

/**
 * The master key of the environment in base64; null when it gives none.
 * @throws SettingError for one that is not 32 bytes, a file that cannot be read, or both variables at once. The value is in no message.
 */
export async function givenMasterKey(environment: Environment): Promise<string | null> {
  const given = readText(environment, 'DARKROOM_MASTER_KEY', null)
  const path = readText(environment, 'DARKROOM_MASTER_KEY_FILE', null)
  if (path === null) return given === null ? null : asSetting('DARKROOM_MASTER_KEY', given)
  if (given !== null) throw new SettingError('DARKROOM_MASTER_KEY_FILE', 'to be set alone', 'DARKROOM_MASTER_KEY beside it')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SettingError('DARKROOM_MASTER_KEY_FILE', 'a file that can be read', `${error.code}: ${path}`)
  })
  return asSetting('DARKROOM_MASTER_KEY_FILE', text)
}

/**
 * The master key that a data folder is used with, which is not made: the environment's, else the folder's own; null where there is neither.
 * @throws as `givenMasterKey` and `keptMasterKey`
 */
export async function findMasterKey(dataFolder: string, environment: Environment): Promise<Secret | null> {
  const given = await givenMasterKey(environment)
  if (given !== null) return new Secret(given)
  const { masterKey } = dataFolderPaths(dataFolder)
  const kept = await readPrivateFile(masterKey)
  return kept === null ? null : new Secret(keptMasterKey(kept, masterKey))
}

/** The kept master key in base64. @throws ConfigurationError when the file holds something else */
export function keptMasterKey(text: string, path: string): string {
  const key = asBase64(text)
  if (key !== null) return key
  throw new ConfigurationError(
    `${path} holds no master key (expected ${expected}). Put it back from a backup, or remove the file: a new key is made then, and what was said in earlier assistant turns cannot be read any more.`,
  )
}

function asSetting(name: string, text: string): string {
  const key = asBase64(text)
  if (key === null) throw new SettingError(name, expected, `${text.trim().length} characters that are something else`)
  return key
}

function asBase64(text: string): string | null {
  const key = text.trim()
  if (/^[0-9a-f]{64}$/i.test(key)) return Buffer.from(key, 'hex').toString('base64')
  // 32 bytes are 43 characters of base64 in either alphabet, and one of padding.
  return /^[\w+/-]{43}=?$/.test(key) ? Buffer.from(key, 'base64').toString('base64') : null
}
