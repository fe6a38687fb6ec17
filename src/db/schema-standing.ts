import type { Database } from './database.ts'
import { type Migration, ownMigrations, readMigrations } from './migration-history.ts'

const known = new Map<Database['dialect'], readonly Migration[]>()

/**
 * How the schema of a database stands to this program. `behind` = a step is missing that this program needs; `ahead` = a newer program has
 * changed it so that this one must not work on it any more. Steps that older programs can live with are no matter.
 */
export async function schemaStanding(db: Database): Promise<'fits' | 'behind' | 'ahead'> {
  const rows = await db.read(db.sql.selectFrom('schema_migrations').select(['id', 'breaking']))
  const ours = migrationsOf(db.dialect)
  const applied = new Set(rows.map(({ id }) => id))
  if (ours.some(({ id }) => !applied.has(id))) return 'behind'
  const ids = new Set(ours.map(({ id }) => id))
  return rows.some(({ id, breaking }) => breaking === 1 && !ids.has(id)) ? 'ahead' : 'fits'
}

/** Files of a release do not change while it runs: they are read once. */
function migrationsOf(dialect: Database['dialect']): readonly Migration[] {
  const read = known.get(dialect) ?? readMigrations(ownMigrations, dialect)
  known.set(dialect, read)
  return read
}
