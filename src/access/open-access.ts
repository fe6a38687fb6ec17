import { rm } from 'node:fs/promises'
import { failure } from '../contract/failure.ts'
import { dataFolderPaths, StatementError, statementContext, writePrivateFile } from '../db/index.ts'
import { Access, type AccessParts, newKey } from './access.ts'
import { insertKey, insertProject } from './key-statements.ts'
import type { Secrets } from './secrets.ts'

const DEFAULT_PROJECT = 'default'

/** The access part of a data folder. */
export interface OpenedAccess {
  access: Access
  /** True when project and key were made just now; the key stands in `<data>/default-key`. */
  firstStart: boolean
}

/**
 * Opens the keys of a data folder. The first start makes project `default` with one key, whose plaintext is kept in
 * `<data>/default-key` for its owner alone. The file is written first: a crash in between leaves a key that opens nothing and is
 * replaced by the next start, never a project whose key nobody has.
 * @throws `Failure('configuration_invalid')` when the pepper is gone while keys made with it are still there.
 */
export async function openAccess(parts: AccessParts & { secrets: Secrets; dataFolder: string }): Promise<OpenedAccess> {
  const { db } = parts
  const [[project], keys] = await db.readAll<[{ id: string }, { id: string }]>([
    db.sql.selectFrom('projects').select('id').where('name', '=', DEFAULT_PROJECT),
    db.sql.selectFrom('api_keys').select('id').limit(1),
  ])
  if (keys.length > 0 && parts.secrets.pepperMade) throw await lostPepper(parts.dataFolder)
  if (project) return { access: new Access(parts, project.id), firstStart: false }
  try {
    return { access: new Access(parts, await makeDefaultProject(parts)), firstStart: true }
  } catch (error) {
    if (!(error instanceof StatementError && error.constraint)) throw error
    // Another process that shares the database was faster: its key is the one that opens something.
    await rm(dataFolderPaths(parts.dataFolder).defaultKey, { force: true })
    return openAccess(parts)
  }
}

async function makeDefaultProject(parts: AccessParts & { dataFolder: string }): Promise<string> {
  const { db, clock, newId, dataFolder } = parts
  const context = statementContext(db, clock, newId)
  const projectId = newId('prj')
  const { key, row } = newKey(parts, { projectId, name: DEFAULT_PROJECT })
  await writePrivateFile(dataFolderPaths(dataFolder).defaultKey, `${key}\n`)
  await db.transact([insertProject(context, { id: projectId, name: DEFAULT_PROJECT }), insertKey(context, row)])
  return projectId
}

/** Takes the pepper that was just made away again: the next start would take it for the right one. */
async function lostPepper(dataFolder: string): Promise<Error> {
  const { pepper } = dataFolderPaths(dataFolder)
  await rm(pepper)
  return failure('configuration_invalid', {
    message:
      `${pepper} is missing, and without it none of the API keys in the database can be recognised. ` +
      'Put the file back from a backup and start again; nothing was charged.',
  })
}
