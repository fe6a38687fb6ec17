import type { SharedDatabaseConfig } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import { type AuditFinding, auditBooks } from './audit-books.ts'

/**
 * Holds the records of a shared database against one another without a gateway on it: nobody is called and nothing is gone on with. Its schema is brought up
 * to date first, as a start would. @throws as the database's own door
 */
export async function auditSharedDatabase({ url, ...settings }: SharedDatabaseConfig, clock: Clock): Promise<AuditFinding[]> {
  const { openPostgresDatabase } = await import('../db/postgres.ts')
  const database = await openPostgresDatabase({ ...settings, url: url.reveal(), clock })
  try {
    return await auditBooks({ database })
  } finally {
    await database.close()
  }
}
