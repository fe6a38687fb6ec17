import type { AttemptRow, Database } from '../db/index.ts'

/** An attempt by its id; null when there is none. */
export async function findAttempt(db: Database, id: string): Promise<AttemptRow | null> {
  const [attempt] = await db.read(db.sql.selectFrom('attempts').selectAll().where('id', '=', id))
  return attempt ?? null
}
