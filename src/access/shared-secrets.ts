import { type Database, dataFolderPaths, makePrivateFolder, statementContext, storageFailure, writePrivateFile } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import { SealBroken, type SealingKey, seal, sealingKey, unseal } from '../primitives/sealed-bytes.ts'
import { Secret } from '../primitives/secret.ts'
import { ConfigurationError, type Environment } from '../primitives/settings.ts'
import { givenMasterKey, keptMasterKey, newMasterKey } from './master-key.ts'
import { type KeptValue, readOrMake, readPrivateFile } from './read-or-make.ts'
import { givenAdminToken, newAdminToken, newPepper, type Secrets } from './secrets.ts'

/** Where shared secrets are kept. */
export interface SharedSecretsParts {
  db: Database
  clock: Clock
  newId: IdSource
  dataFolder: string
  environment: Environment
}

/**
 * Opens the secrets of processes that share a database. The master key comes from the environment, or from the data folder of a process that is
 * alone; everything else is kept in the database, sealed with it. What the data folder holds already, as after a move, is taken over.
 * @throws ConfigurationError when the database was set up with another master key; SettingError as `openSecrets`; `Failure` for disk and database
 */
export async function openSharedSecrets(parts: SharedSecretsParts): Promise<Secrets> {
  const paths = dataFolderPaths(parts.dataFolder)
  const given = await givenMasterKey(parts.environment)
  const adminToken = givenAdminToken(parts.environment)
  await makePrivateFolder(parts.dataFolder).catch((error) => {
    throw storageFailure(error)
  })
  const key = given === null ? await readOrMake(paths.masterKey, newMasterKey) : { value: given, made: false }
  const masterKey = new Secret(given ?? keptMasterKey(key.value, paths.masterKey))
  const sealing = sealingKey(masterKey, 'shared secrets')
  const pepper = await keep(parts, sealing, 'pepper', (await readPrivateFile(paths.pepper)) ?? newPepper)
  const token =
    adminToken === null ? await keep(parts, sealing, 'admin token', (await readPrivateFile(paths.adminToken)) ?? newAdminToken) : null
  if (token?.made) await writePrivateFile(paths.adminToken, `${token.value}\n`)
  return {
    pepper: new Secret(pepper.value),
    masterKey,
    adminToken: new Secret(adminToken ?? token!.value),
    pepperMade: pepper.made,
    masterKeyMade: key.made,
    adminTokenMade: token?.made ?? false,
  }
}

/** The secret of this name; of several processes that start at once, one makes it. @param wish its value where it is not there, or what makes it */
async function keep(parts: SharedSecretsParts, sealing: SealingKey, name: string, wish: string | (() => string)): Promise<KeptValue> {
  const { db, clock, newId } = parts
  const { sql, nowMs } = statementContext(db, clock, newId)
  const value = typeof wish === 'string' ? wish : wish()
  const row = { name, sealed: seal(sealing, name, Buffer.from(value)), created_at_ms: nowMs }
  const [written] = await db.transact([
    {
      query: sql
        .insertInto('shared_secrets')
        .values(row)
        .onConflict((taken) => taken.doNothing()),
    },
  ])
  if (written!.changes === 1) return { value, made: typeof wish !== 'string' }
  const [kept] = await db.read(sql.selectFrom('shared_secrets').select('sealed').where('name', '=', name))
  return { value: opened(sealing, name, kept!.sealed), made: false }
}

function opened(sealing: SealingKey, name: string, sealed: string): string {
  try {
    return unseal(sealing, name, sealed).toString()
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw new ConfigurationError(
      `The ${name} that this database keeps cannot be opened: ${error.message}. ` +
        'Give every process the same DARKROOM_MASTER_KEY, the one that the database was set up with. Nothing was changed or charged.',
    )
  }
}
