import { randomBytes } from 'node:crypto'
import { chmod, readFile } from 'node:fs/promises'
import { dataFolderPaths, makePrivateFolder, storageFailure, writePrivateFile } from '../db/index.ts'
import { Secret } from '../primitives/secret.ts'
import { type Environment, readText, SettingError } from '../primitives/settings.ts'

/** The secrets of a data folder. */
export interface Secrets {
  /** Under which API keys are digested. */
  pepper: Secret
  adminToken: Secret
  /** True when the pepper was made just now, so that no key made before can be known. */
  pepperMade: boolean
  /** True when the admin token was made just now and stands in `<data>/admin-token`. */
  adminTokenMade: boolean
}

const SECRET_BYTES = 32
/** As much chance as an API key has; a shorter token could be guessed. */
const SHORTEST_TOKEN = 24

/**
 * Opens the secrets of a data folder, making those that are not there, each in a file that only its owner may read.
 * `DARKROOM_ADMIN_TOKEN` takes the place of the kept token and is not written anywhere.
 * @throws SettingError for an admin token that is too short; `Failure('storage_full' | 'storage_unavailable')`.
 */
export async function openSecrets(dataFolder: string, environment: Environment): Promise<Secrets> {
  const paths = dataFolderPaths(dataFolder)
  const given = givenAdminToken(environment)
  try {
    await makePrivateFolder(dataFolder)
    const pepper = await readOrMake(paths.pepper, () => randomBytes(SECRET_BYTES).toString('base64url'))
    const token = given ? { value: given, made: false } : await readOrMake(paths.adminToken, newAdminToken)
    return { pepper: new Secret(pepper.value), adminToken: new Secret(token.value), pepperMade: pepper.made, adminTokenMade: token.made }
  } catch (error) {
    throw storageFailure(error)
  }
}

/** Its own prefix, so that a scanner and a reader can tell it from an API key. */
const newAdminToken = () => `dk_admin_${randomBytes(SECRET_BYTES).toString('base64url')}`

function givenAdminToken(environment: Environment): string | null {
  const given = readText(environment, 'DARKROOM_ADMIN_TOKEN', null)
  if (given === null) return null
  // The value itself stays out of both messages: it is a secret, if a weak one.
  if (given.length < SHORTEST_TOKEN || !/^[\x21-\x7e]+$/.test(given))
    throw new SettingError('DARKROOM_ADMIN_TOKEN', `at least ${SHORTEST_TOKEN} visible ASCII characters`, `${given.length} characters`)
  if (given.startsWith('dk_live_')) throw new SettingError('DARKROOM_ADMIN_TOKEN', 'a token of its own', 'the form of an API key')
  return given
}

async function readOrMake(path: string, make: () => string): Promise<{ value: string; made: boolean }> {
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (kept.trim() !== '') {
    // A copy made by hand may have lost the mode.
    await chmod(path, 0o600)
    return { value: kept.trim(), made: false }
  }
  const value = make()
  await writePrivateFile(path, `${value}\n`)
  return { value, made: true }
}
