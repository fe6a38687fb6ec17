import { type SelectQueryBuilder, sql } from 'kysely'
import type { Database, Tables } from '../db/index.ts'
import type { PicturePlace, PictureQuery, PictureWindow } from './picture-query.ts'

type Candidates = SelectQueryBuilder<Tables, never, { generation_id: string; created_at_ms: number }>

/** Generations in the order they are shown, by the one index that leaves fewest. */
export function lookedGenerations(db: Pick<Database, 'sql'>, query: PictureQuery, { after }: PictureWindow): Candidates {
  const { words = [], hash, projectId, owner, model, tag, fromMs, toMs } = query
  if (hash !== undefined) return hashCandidates(db, { ...query, hash }, after)
  const table = words.length > 0 ? 'prompt_words' : 'generations'
  const id = words.length > 0 ? 'prompt_words.generation_id' : 'generations.id'
  const time = `${table}.created_at_ms` as const
  const sharpest = (['project_tag', 'route_owner', 'model_asked'] as const).find((_, place) => [tag, owner, model][place] !== undefined)
  const wanted = tag ?? owner ?? model
  const rows = words.length > 0 ? db.sql.selectFrom('prompt_words').where('word', '=', words[0]!) : db.sql.selectFrom('generations')
  return (rows as unknown as SelectQueryBuilder<Tables, 'generations' | 'prompt_words', object>)
    .select([sql.ref<string>(id).as('generation_id'), sql.ref<number>(time).as('created_at_ms')])
    .$if(words.length === 0 && projectId !== null, (some) => some.where('generations.project_id', '=', projectId!))
    .$if(words.length === 0 && projectId !== null && sharpest !== undefined, (some) => some.where(`generations.${sharpest!}`, '=', wanted!))
    .$if(fromMs !== undefined, (some) => some.where(time, '>=', fromMs!))
    .$if(toMs !== undefined, (some) => some.where(time, '<', toMs!))
    .$if(after !== null, (some) =>
      some.where(sql<boolean>`(${sql.ref(time)}, ${sql.ref(id)}) <= (${after!.createdAtMs}, ${after!.generationId})`),
    )
    .orderBy(time, 'desc')
    .orderBy(id, 'desc') as unknown as Candidates
}

/** Few pictures have the same beginning of a hash: they are found by it and then put in order. */
function hashCandidates(
  db: Pick<Database, 'sql'>,
  { hash, projectId, fromMs, toMs }: PictureQuery & { hash: string },
  after: PicturePlace | null,
) {
  return db.sql
    .selectFrom('images as hashed')
    .innerJoin('generations as of', 'of.id', 'hashed.generation_id')
    .select(['hashed.generation_id', 'of.created_at_ms'])
    .distinct()
    .where('hashed.deleted_at_ms', 'is', null)
    .where('hashed.storage', '=', sql.lit('stored'))
    .where('hashed.sha256', '>=', hash)
    .where('hashed.sha256', '<', `${hash}g`)
    .$if(projectId !== null, (some) => some.where('hashed.project_id', '=', projectId!))
    .$if(fromMs !== undefined, (some) => some.where('of.created_at_ms', '>=', fromMs!))
    .$if(toMs !== undefined, (some) => some.where('of.created_at_ms', '<', toMs!))
    .$if(after !== null, (some) =>
      some.where(sql<boolean>`(of.created_at_ms, hashed.generation_id) <= (${after!.createdAtMs}, ${after!.generationId})`),
    )
    .orderBy('of.created_at_ms', 'desc')
    .orderBy('hashed.generation_id', 'desc') as unknown as Candidates
}
