import { sql as raw } from 'kysely'
import { activeHolds, inFewLengths, type Statement, type StatementContext } from '../db/index.ts'

/** The words of a prompt, in the transaction that records its generation. */
export interface NewPromptWords {
  generationId: string
  /** As `blindWords` makes them. */
  words: readonly number[]
  /** When they go; null = with what they are of. */
  deleteAfterMs: number | null
}

/** Records what a generation is found by. */
export function recordPromptWords({ sql, nowMs }: StatementContext, { generationId, words, deleteAfterMs }: NewPromptWords): Statement[] {
  if (words.length === 0) return []
  const rest = { created_at_ms: nowMs, generation_id: generationId, delete_after_ms: deleteAfterMs }
  const rows = inFewLengths(words).map((word) => ({ word, ...rest }))
  return [
    {
      query: sql
        .insertInto('prompt_words')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing()),
    },
  ]
}

/** Removes what a generation is found by. */
export function dropPromptWords({ sql }: StatementContext, generationId: string): Statement {
  return { query: sql.deleteFrom('prompt_words').where('generation_id', '=', generationId) }
}

/** The same for the generations of these pictures that have no picture any more; behind the statement that deletes them. */
export function dropWordsOfGone({ sql }: StatementContext, imageIds: readonly string[]): Statement[] {
  if (imageIds.length === 0) return []
  const theirs = sql.selectFrom('images').select('generation_id').where('id', 'in', inFewLengths(imageIds))
  const left = sql
    .selectFrom('images as live')
    .select('live.id')
    .where('live.generation_id', '=', raw.ref<string>('prompt_words.generation_id'))
    .where('live.deleted_at_ms', 'is', null)
    .where('live.is_preview', '=', 0)
  return [
    {
      query: sql
        .deleteFrom('prompt_words')
        .where('generation_id', 'in', theirs)
        .where((when) => when.not(when.exists(left))),
    },
  ]
}

/** Removes words whose time is over and whose generation nobody holds; at most those of so many generations. `changes` counts rows. */
export function forgetOldWords({ sql, nowMs }: StatementContext, limit: number): Statement {
  const due = sql
    .selectFrom('prompt_words')
    .innerJoin('generations', 'generations.id', 'prompt_words.generation_id')
    .select('prompt_words.generation_id')
    .distinct()
    .where('prompt_words.delete_after_ms', '<=', nowMs)
    .where((when) => when.not(when.exists(activeHolds(sql, ['generations.id', 'generations.project_id']))))
    .limit(limit)
  return { query: sql.deleteFrom('prompt_words').where('generation_id', 'in', due) }
}
