import { existsSync } from 'node:fs'
import { findMasterKey } from '../../access/index.ts'
import { dataFolderPaths } from '../../db/index.ts'
import type { RecordsMove } from '../../db/move/index.ts'
import { sealingKey } from '../../primitives/sealed-bytes.ts'
import { ConfigurationError, type Environment } from '../../primitives/settings.ts'

/** What is sealed with a key that is derived from the master key for its purpose. */
const sealed: readonly { table: string; column: string; purpose: string }[] = [
  { table: 'turn_documents', column: 'sealed', purpose: 'turn documents' },
  { table: 'stored_replies', column: 'sealed', purpose: 'stored replies' },
  { table: 'job_orders', column: 'sealed', purpose: 'job orders' },
  { table: 'guard_texts', column: 'sealed', purpose: 'guard words' },
  { table: 'guard_verdicts', column: 'words_sealed', purpose: 'guard words' },
  { table: 'prompt_versions', column: 'sealed', purpose: 'prompt documents' },
  { table: 'webhook_endpoints', column: 'sealed_secret', purpose: 'webhooks' },
  { table: 'upstream_secrets', column: 'sealed', purpose: 'upstream secrets' },
]

/**
 * Proves that what the records were sealed and digested with is here, before anything is moved: afterwards it would be too late.
 * @throws ConfigurationError naming what is missing or another
 */
export async function proveSecrets(records: RecordsMove, dataFolder: string, environment: Environment): Promise<void> {
  const { pepper, masterKey: file } = dataFolderPaths(dataFolder)
  if (!existsSync(pepper))
    throw new ConfigurationError(`${pepper} is missing, and without it no API key would open anything. ${nothingMoved}`)
  const masterKey = await findMasterKey(dataFolder, environment)
  if (masterKey === null)
    throw new ConfigurationError(
      `${file} is missing and DARKROOM_MASTER_KEY is not set; give the move the one that the gateway is started with. ${nothingMoved}`,
    )
  for (const { table, column, purpose } of sealed) {
    const newest = await records.newestSealed(table, column)
    if (newest === null || newest.split('.')[1] === sealingKey(masterKey, purpose).id) continue
    throw new ConfigurationError(
      `What ${table} keeps was sealed with another master key than the one given here (DARKROOM_MASTER_KEY, else ${file}). ` +
        `Give the move the one that the gateway is started with. ${nothingMoved}`,
    )
  }
}

const nothingMoved = 'Nothing was moved.'
