import { sql as text } from 'kysely'
import type { Statement, StatementContext } from '../../db/index.ts'
import { endPublications, type PublicityEnd } from '../../review/index.ts'
import type { ReviewEvent } from './tell-review.ts'

/**
 * What ends the public addresses that some pictures have, and tells of each that it ended: nothing is read before, so that an address which
 * is given out at the same moment ends as well.
 */
export function endPublicity(context: StatementContext, imageIds: readonly string[], end: Omit<PublicityEnd, 'mark'>): Statement[] {
  if (imageIds.length === 0) return []
  const mark = context.newId('evt')
  return [endPublications(context, imageIds, { ...end, mark }), tellOfEnds(context, mark, end)]
}

const type: ReviewEvent = 'review.unpublished'

/** One event for each address: it ends once, so its id makes that of the event. */
function tellOfEnds({ sql, nowMs }: StatementContext, mark: string, { how, by }: Omit<PublicityEnd, 'mark'>): Statement {
  const rest = JSON.stringify({ how, by: by.name ?? by.id }).slice(1)
  const reviewId = text<string>`case when p.review_id is null then 'null' else '"' || p.review_id || '"' end`
  const data = text<string>`'{"review_id":' || ${reviewId} || ',"image_id":"' || p.image_id || '","generation_id":"' || i.generation_id || '",' || cast(${rest} as text)`
  const ended = sql
    .selectFrom('publications as p')
    .innerJoin('images as i', 'i.id', 'p.image_id')
    .select([
      text<string>`'evt_' || substr(p.id, 5)`.as('id'),
      'p.project_id',
      text<string>`coalesce(p.review_id, p.image_id)`.as('subject_id'),
      text<string>`cast(${type} as text)`.as('type'),
      text<number>`cast(${nowMs} as bigint)`.as('at_ms'),
      data.as('data_json'),
    ])
    .where('p.ended_mark', '=', mark)
  return { query: sql.insertInto('events').columns(['id', 'project_id', 'subject_id', 'type', 'at_ms', 'data_json']).expression(ended) }
}
