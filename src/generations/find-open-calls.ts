import { sql } from 'kysely'
import type { AttemptRow, Database, GenerationRow } from '../db/index.ts'
import type { AbandonedGeneration } from './sweep-dead-owners.ts'

/**
 * Finds the calls that a boot has under way: each open attempt with its generation, oldest first. Reads index `generations_running`, which the
 * planner takes only when it sees `'running'` written out, not bound.
 */
export async function findOpenCalls(db: Database, owner: string): Promise<(AbandonedGeneration & { attempt: AttemptRow })[]> {
  const running = db.sql.selectFrom('generations').where('status', '=', sql.lit('running'))
  const [attempts, generations] = await db.readAll<[AttemptRow, GenerationRow]>([
    db.sql
      .selectFrom('attempts')
      .selectAll()
      .where('generation_id', 'in', running.select('id'))
      .where('state', '=', 'dispatching')
      .where('owner', '=', owner)
      .orderBy('started_at_ms')
      .orderBy('id'),
    running.selectAll(),
  ])
  const byId = new Map(generations.map((generation) => [generation.id, generation]))
  return attempts.flatMap((attempt) => {
    const generation = byId.get(attempt.generation_id)
    return generation ? [{ generation, attempt }] : []
  })
}
