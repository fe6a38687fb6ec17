import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'

/** What calls can be told apart by, beside owner and book, which they always are. */
export const callGroups = ['day', 'model', 'quality'] as const

/** One of `callGroups`. */
export type CallGroup = (typeof callGroups)[number]

/** Calls that were recorded in a span of time. */
export interface CallSumQuery {
  /** First millisecond, inclusive. */
  fromMs: number
  /** End, exclusive. */
  toMs: number
  /** Only this project; null = all. */
  projectId: string | null
  groups: readonly CallGroup[]
}

/** What the records of some calls say of their money. A call counts on the day it was made, whenever it was settled. */
export type CallSums = { [Group in CallGroup]?: string | null } & {
  route_owner: string
  book: string
  calls: number
  settled_nanos: Nanos
  /** Calls that gave what was asked for and of which nothing is unknown: the ones an estimate can be held against. */
  compared_calls: number
  compared_estimated_nanos: Nanos
  compared_settled_nanos: Nanos
  previews_nanos: Nanos
  /** Upstream calls after the first of each. */
  repeats: number
  repeats_nanos: Nanos
  held_unknown_nanos: Nanos
}

/** Sums calls by owner, book and what else is asked for. Reads the records of the span, by `generations_by_time` or `generations_by_project`. */
export function sumCalls(db: Database, { fromMs, toMs, projectId, groups }: CallSumQuery): Promise<CallSums[]> {
  const columns = groups.map((group) => columnOf(db, group))
  const compared = sql`generations.status = 'completed' and generations.held_unknown_nanos = 0`
  return db.read(
    db.sql
      .selectFrom('generations')
      .leftJoin(repeatsOf(db, { fromMs, toMs }).as('repeats'), 'repeats.generation_id', 'generations.id')
      .where('generations.created_at_ms', '>=', fromMs)
      .where('generations.created_at_ms', '<', toMs)
      .$if(projectId !== null, (calls) => calls.where('generations.project_id', '=', projectId!))
      .select(['generations.route_owner', 'generations.book'])
      .select(groups.map((group, place) => columns[place]!.as(group)))
      .select([
        sql<number>`cast(count(*) as bigint)`.as('calls'),
        nanos(sql`generations.settled_nanos`).as('settled_nanos'),
        sql<number>`cast(sum(case when ${compared} then 1 else 0 end) as bigint)`.as('compared_calls'),
        nanos(sql`case when ${compared} then generations.estimated_nanos else 0 end`).as('compared_estimated_nanos'),
        nanos(sql`case when ${compared} then generations.settled_nanos else 0 end`).as('compared_settled_nanos'),
        nanos(sql`generations.previews_nanos`).as('previews_nanos'),
        sql<number>`cast(sum(coalesce(repeats.calls, 0)) as bigint)`.as('repeats'),
        nanos(sql`coalesce(repeats.nanos, 0)`).as('repeats_nanos'),
        nanos(sql`generations.held_unknown_nanos`).as('held_unknown_nanos'),
      ])
      .groupBy(['generations.route_owner', 'generations.book'])
      .$if(columns.length > 0, (sums) => sums.groupBy(columns))
      .orderBy('generations.route_owner')
      .orderBy('generations.book')
      .$if(columns.length > 0, (sums) => sums.orderBy(sql`${sql.join(columns)}`)),
  ) as Promise<CallSums[]>
}

/** What was asked again, by call. */
function repeatsOf(db: Pick<Database, 'sql'>, { fromMs, toMs }: Pick<CallSumQuery, 'fromMs' | 'toMs'>) {
  return db.sql
    .selectFrom('attempts')
    .innerJoin('generations as made', 'made.id', 'attempts.generation_id')
    .where('attempts.n', '>', 1)
    .where('made.created_at_ms', '>=', fromMs)
    .where('made.created_at_ms', '<', toMs)
    .select('attempts.generation_id')
    .select([sql<number>`cast(count(*) as bigint)`.as('calls'), nanos(sql`coalesce(attempts.cost_nanos, 0)`).as('nanos')])
    .groupBy('attempts.generation_id')
}

function columnOf({ dialect }: Pick<Database, 'dialect'>, group: CallGroup): RawBuilder<string | null> {
  if (group === 'model') return sql`generations.model_asked`
  const isPostgres = dialect === 'postgres'
  if (group === 'quality')
    return isPostgres
      ? sql`(generations.request_shape_json::jsonb ->> 'quality')`
      : sql`json_extract(generations.request_shape_json, '$.quality')`
  return isPostgres
    ? sql`to_char(to_timestamp(generations.created_at_ms / 1000) at time zone 'UTC', 'YYYY-MM-DD')`
    : sql`strftime('%Y-%m-%d', generations.created_at_ms / 1000, 'unixepoch')`
}

const nanos = (amount: RawBuilder<unknown>) => sql<bigint>`cast(sum(${amount}) as bigint)`
