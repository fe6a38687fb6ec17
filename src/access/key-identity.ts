import { sql as text } from 'kysely'
import type { Database } from '../db/index.ts'

/** Whose a key is. */
export interface KeyIdentity {
  id: string
  projectId: string
  name: string
  /** Keys that replace one another share it: they are one person's. */
  chain: string
}

/** Says whose some keys are, by their ids, those included that open nothing any more. */
export async function keyIdentities(db: Database, ids: readonly string[]): Promise<Map<string, KeyIdentity>> {
  if (ids.length === 0) return new Map()
  const rows = await db.read(
    db.sql
      .selectFrom('api_keys')
      .select(['id', 'project_id', 'name'])
      .select(text<string>`coalesce(chain_id, id)`.as('chain'))
      .where('id', 'in', ids),
  )
  return new Map(rows.map(({ id, project_id, name, chain }) => [id, { id, projectId: project_id, name, chain }]))
}
