import { failure } from '../../contract/failure.ts'
import type { Rollout, RolloutLanguage } from '../../contract/record.ts'
import { statementContext } from '../../db/index.ts'
import { isId } from '../../primitives/ids.ts'
import { advanceRollout, type FoundRollout, findRollout, listRollouts as listRows, presentRollout, type Walk } from '../../rollout/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { lookAtJob } from './take-production.ts'

/** Which report somebody reads. */
export interface AskedRollout {
  id: string
  language: RolloutLanguage
  baseUrl: string
}

/** A walk as it stands. One that waits for a person is looked at once more, and ends here when that person has decided. @throws Failure `not_found` */
export async function showRollout(parts: GatewayParts, { id, language, baseUrl }: AskedRollout): Promise<Rollout> {
  const row = isId('roll', id) ? await findRollout(parts.database, id) : null
  if (!row) throw failure('not_found', { param: 'id' })
  return presented(await upToDate(parts, row, baseUrl), language)
}

/** A page of walks, the newest first. @throws Failure `invalid_value` for a cursor of another list */
export async function listRollouts(
  parts: GatewayParts,
  {
    route,
    language,
    cursor = null,
    limit,
  }: { route?: string | undefined; language: RolloutLanguage; cursor?: string | null | undefined; limit: number },
): Promise<{ rollouts: Rollout[]; next_cursor: string | null }> {
  if (cursor !== null && !isId('roll', cursor))
    throw failure('invalid_value', { param: 'cursor', message: 'The cursor is not one of this list. Nothing was charged; send none.' })
  const rows = await listRows(parts.database, { routeId: route, before: cursor, limit: limit + 1 })
  const shown = rows.slice(0, limit)
  return { rollouts: shown.map((row) => presented(row, language)), next_cursor: rows.length > limit ? shown.at(-1)!.id : null }
}

const walkOf = ({ report_json }: FoundRollout) => JSON.parse(report_json) as Walk

function presented(row: FoundRollout, language: RolloutLanguage): Rollout {
  return presentRollout({ row, route_id: row.route_id, config_sha256: row.config_sha256, actor: row.actor }, walkOf(row), language)
}

async function upToDate(parts: GatewayParts, row: FoundRollout, baseUrl: string): Promise<FoundRollout> {
  if (row.state !== 'waiting') return row
  const walk = walkOf(row)
  const last = walk.steps.at(-1)!
  const job = last.evidence.find(({ kind }) => kind === 'job')!.value
  const end = await lookAtJob(parts, job, baseUrl)
  if (end.waiting) return row
  const state = end.next === null ? 'passed' : 'failed'
  const done = {
    ...last,
    state,
    finishedAtMs: parts.clock.nowMs(),
    checks: end.checks,
    evidence: end.evidence,
    costNanos: String(end.costNanos),
  } as const
  const ended: Walk = { ...walk, steps: [...walk.steps.slice(0, -1), done], next: end.next ?? { code: 'begin_traffic', facts: {} } }
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([advanceRollout(context, { id: row.id, walk: ended, state, from: ['waiting'] })])
  return (await findRollout(parts.database, row.id))!
}
