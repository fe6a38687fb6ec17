import { randomBytes } from 'node:crypto'
import { dataFolderPaths, makePrivateFolder, storageFailure } from '../db/index.ts'
import { Secret } from '../primitives/secret.ts'
import { ConfigurationError, type Environment, readText, SettingError } from '../primitives/settings.ts'
import { givenMasterKey, keptMasterKey, newMasterKey } from './master-key.ts'
import { readOrMake } from './read-or-make.ts'

/** The secrets of a data folder. */
export interface Secrets {
  /** Under which API keys are digested. */
  pepper: Secret
  /** Base64 of 32 bytes. Keys for one purpose each are derived from it; nothing is encrypted with it directly. */
  masterKey: Secret
  adminToken: Secret
  /** True when the pepper was made just now, so that no key made before can be known. */
  pepperMade: boolean
  /** True when the master key was made just now, so that nothing sealed before can be opened. */
  masterKeyMade: boolean
  /** True when the admin token was made just now and stands in `<data>/admin-token`. */
  adminTokenMade: boolean
}

const SECRET_BYTES = 32
/** What API keys are digested with. */
export const newPepper = () => randomBytes(SECRET_BYTES).toString('base64url')
/** As much chance as an API key has; a shorter token could be guessed. */
const SHORTEST_TOKEN = 24
/** Different ones in a token: fewer are a word said again and again. */
const FEWEST_CHARACTERS = 10

/**
 * Opens the secrets of a data folder, making those that are not there, each in a file that only its owner may read.
 * `DARKROOM_ADMIN_TOKEN` and `DARKROOM_MASTER_KEY(_FILE)` take the place of what would be kept and are not written anywhere.
 * @throws SettingError for an admin token that is too short or a master key that is none; ConfigurationError for a kept master key that is
 * none; `Failure('storage_full' | 'storage_unavailable')`.
 */
export async function openSecrets(dataFolder: string, environment: Environment): Promise<Secrets> {
  const paths = dataFolderPaths(dataFolder)
  const given = givenAdminToken(environment)
  const masterKey = await givenMasterKey(environment)
  try {
    await makePrivateFolder(dataFolder)
    const pepper = await readOrMake(paths.pepper, newPepper)
    const token = given ? { value: given, made: false } : await readOrMake(paths.adminToken, newAdminToken)
    const key = masterKey === null ? await readOrMake(paths.masterKey, newMasterKey) : { value: masterKey, made: false }
    return {
      pepper: new Secret(pepper.value),
      masterKey: new Secret(masterKey ?? keptMasterKey(key.value, paths.masterKey)),
      adminToken: new Secret(token.value),
      pepperMade: pepper.made,
      masterKeyMade: key.made,
      adminTokenMade: token.made,
    }
  } catch (error) {
    throw error instanceof ConfigurationError ? error : storageFailure(error)
  }
}

/** A token of the administrator. Its own prefix, so that a scanner and a reader can tell it from an API key. */
export const newAdminToken = () => `dk_admin_${randomBytes(SECRET_BYTES).toString('base64url')}`

/** The administrator's token that the environment gives; null when it gives none. @throws SettingError */
export function givenAdminToken(environment: Environment): string | null {
  const given = readText(environment, 'DARKROOM_ADMIN_TOKEN', null)
  if (given === null) return null
  // The value itself stays out of both messages: it is a secret, if a weak one.
  if (given.length < SHORTEST_TOKEN || !/^[\x21-\x7e]+$/.test(given))
    throw new SettingError('DARKROOM_ADMIN_TOKEN', `at least ${SHORTEST_TOKEN} visible ASCII characters`, `${given.length} characters`)
  if (new Set(given).size < FEWEST_CHARACTERS || /^(?:change|replace|insert|your|example)/i.test(given))
    throw new SettingError(
      'DARKROOM_ADMIN_TOKEN',
      'a token made by chance, such as `openssl rand -base64 32` makes',
      'one that can be guessed',
    )
  if (given.startsWith('dk_live_')) throw new SettingError('DARKROOM_ADMIN_TOKEN', 'a token of its own', 'the form of an API key')
  return given
}
