import { sql } from 'kysely'
import type { Database } from '../db/index.ts'

/** The process that lives and makes a generation now; null when nobody does: it has ended, waits, or whoever made it has ended. */
export async function liveMakerOf(db: Database, generationId: string): Promise<string | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('generations')
      .innerJoin('attempts', 'attempts.generation_id', 'generations.id')
      .innerJoin('nodes', 'nodes.id', 'attempts.owner')
      .select('nodes.id')
      .where('generations.id', '=', generationId)
      .where('generations.status', '=', sql.lit('running'))
      .where('nodes.state', '=', sql.lit('live'))
      .limit(1),
  )
  return row?.id ?? null
}
