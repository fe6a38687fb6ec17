import { type SelectQueryBuilder, sql } from 'kysely'
import type { Database, Tables } from '../db/index.ts'
import { labelText } from './label-statements.ts'
import type { PicturePlace, PictureQuery, PictureWindow } from './picture-query.ts'

type Candidates = SelectQueryBuilder<Tables, never, { generation_id: string; created_at_ms: number }>

/** Generations in the order they are shown, by the one index that leaves fewest. */
export function lookedGenerations(db: Pick<Database, 'sql'>, query: PictureQuery, { after }: PictureWindow): Candidates {
  const { words = [], hash, projectId, owner, model, tag, metadata = [], fromMs, toMs } = query
  if (hash !== undefined) return hashCandidates(db, { ...query, hash }, after)
  if (words.length === 0 && metadata.length > 0) return labelCandidates(db, query, after)
  if (words.length === 0 && query.isCostSharp) return costCandidates(db, query, after)
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

/** Those of the first label; of the others it is judged row by row. */
function labelCandidates(db: Pick<Database, 'sql'>, { metadata = [], projectId, fromMs, toMs }: PictureQuery, after: PicturePlace | null) {
  const [[name, value]] = metadata as [readonly [string, string]]
  return db.sql
    .selectFrom('generation_labels')
    .select(['generation_id', 'created_at_ms'])
    .where('label', '=', labelText(name, value))
    .$if(projectId !== null, (some) => some.where('project_id', '=', projectId!))
    .$if(fromMs !== undefined, (some) => some.where('created_at_ms', '>=', fromMs!))
    .$if(toMs !== undefined, (some) => some.where('created_at_ms', '<', toMs!))
    .$if(after !== null, (some) =>
      some.where(sql<boolean>`(created_at_ms, generation_id) <= (${after!.createdAtMs}, ${after!.generationId})`),
    )
    .orderBy('created_at_ms', 'desc')
    .orderBy('generation_id', 'desc') as unknown as Candidates
}

/** Where few cost so much they are found by it and then put in order: a plus keeps both engines from walking the order instead. */
function costCandidates(db: Pick<Database, 'sql'>, query: PictureQuery, after: PicturePlace | null) {
  const time = sql<number>`+generations.created_at_ms`
  const { fromMs, toMs } = query
  return costing(db, query)
    .select(['generations.id as generation_id', 'generations.created_at_ms'])
    .$if(fromMs !== undefined, (some) => some.where(time, '>=', fromMs!))
    .$if(toMs !== undefined, (some) => some.where(time, '<', toMs!))
    .$if(after !== null, (some) =>
      some.where(sql<boolean>`(+generations.created_at_ms, generations.id) <= (${after!.createdAtMs}, ${after!.generationId})`),
    )
    .orderBy(time, 'desc')
    .orderBy('generations.id', 'desc') as unknown as Candidates
}

/** Generations within the costs of a query. The index has the project first. */
function costing({ sql: builder }: Pick<Database, 'sql'>, { projectId, costFrom, costTo }: PictureQuery) {
  return builder
    .selectFrom('generations')
    .$if(projectId !== null, (some) => some.where('generations.project_id', '=', projectId!))
    .$if(projectId === null, (some) => some.where('generations.project_id', 'in', builder.selectFrom('projects').select('projects.id')))
    .$if(costFrom !== undefined, (some) => some.where('generations.settled_nanos', '>=', costFrom!))
    .$if(costTo !== undefined, (some) => some.where('generations.settled_nanos', '<=', costTo!))
}

/** More than so many are sooner found in the order in which they are shown: among the newest there are some. */
const MOST_SORTED = 10_000

/** Whether the costs of a query leave so few generations that these are found by them. False where no cost is asked for. */
export async function isCostSharp(db: Database, query: PictureQuery): Promise<boolean> {
  if (query.costFrom === undefined && query.costTo === undefined) return false
  const some = costing(db, query)
    .select(sql.lit(1).as('one'))
    .limit(MOST_SORTED + 1)
    .as('some')
  const [row] = await db.read(db.sql.selectFrom(some).select((count) => count.fn.countAll<number>().as('many')))
  return Number(row!.many) <= MOST_SORTED
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
