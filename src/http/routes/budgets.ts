import { z } from 'zod'
import { failure } from '../../contract/failure.ts'
import {
  type BudgetReply,
  budgetChangeSchema,
  budgetSchema,
  budgetsQuerySchema,
  budgetsReplySchema,
  newBudgetSchema,
} from '../../contract/record.ts'
import { statementContext } from '../../db/index.ts'
import type { GatewayParts } from '../../flows/index.ts'
import { type BudgetState, changeBudget, endBudget, insertBudget, largestLimit, readBudgets } from '../../ledger/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { fp } from '../../primitives/fail-point.ts'
import { isId } from '../../primitives/ids.ts'
import { formatUsd, moneyJson, type Nanos, parseUsd } from '../../primitives/money.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute, type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'

const reply200 = { 200: { description: 'The budget as it stands.', schema: budgetSchema } }

/** The budgets that the caller may see: a key those of its project. */
export const listBudgetsRoute = keyRoute({
  method: 'GET',
  path: '/v2/budgets',
  tenant: 'caller',
  tag: 'money',
  summary: 'List budgets',
  description: 'Each with what is spent, set aside, held and left in the period under way.',
  query: budgetsQuerySchema,
  replies: { 200: { description: 'Oldest first, ended ones included.', schema: budgetsReplySchema }, ...errorReplies(400, 401) },
  async handle({ parts, principal, request }) {
    const { project_id: asked } = readChecked(budgetsQuerySchema, request.query)
    const { projectId } = scopeOf(principal)
    if (asked !== undefined && projectId !== null && asked !== projectId) return { budgets: [] }
    const budgets = await readBudgets(parts.database, { projectId: projectId ?? asked ?? null }, parts.clock.nowMs())
    return { budgets: budgets.map(presentBudget) }
  },
})

/** How much a project, or one key of it, may spend in a period. */
export const createBudgetRoute = adminRoute({
  method: 'POST',
  path: '/v2/budgets',
  tenant: 'all',
  tag: 'money',
  summary: 'Create a budget',
  description: 'It counts the calls that are made from now on. A call must fit into every budget that holds for it.',
  body: { description: 'Whose money, how much, how long.', schema: newBudgetSchema },
  replies: { 201: { description: 'The budget.', schema: budgetSchema }, ...errorReplies(400, 401, 404) },
  async handle({ parts, request, reply }) {
    const asked = readChecked(newBudgetSchema, readJsonBody(request))
    const limit = readLimit(asked.limit_usd)
    const context = contextOf(parts)
    const id = parts.newId('bud')
    const { name, period, book, route_owner: routeOwner = null } = asked
    fp('budget_before_change')
    await parts.database.transact(insertBudget(context, { id, ...(await ownerOf(parts, asked)), name, period, book, routeOwner, limit }))
    fp('budget_after_change')
    return reply.code(201).send(await show(parts, id, null))
  },
})

/** One budget with its alerts. */
export const budgetRoute = keyRoute({
  method: 'GET',
  path: '/v2/budgets/{id}',
  tenant: { object: 'budget' },
  tag: 'money',
  summary: 'Read what is left of a budget',
  replies: { ...reply200, ...errorReplies(401, 404) },
  handle: (context) => show(context.parts, budgetId(context), scopeOf(context.principal).projectId),
})

/** Another limit, another name. */
export const changeBudgetRoute = adminRoute({
  method: 'PATCH',
  path: '/v2/budgets/{id}',
  tenant: { object: 'budget' },
  tag: 'money',
  summary: 'Raise, lower or rename a budget',
  description: 'The new limit holds from the period under way on; what is spent and set aside stays as it is.',
  body: { description: 'What changes.', schema: budgetChangeSchema },
  replies: { ...reply200, ...errorReplies(400, 401, 404) },
  async handle(context) {
    const { parts, request } = context
    const id = budgetId(context)
    const { name, limit_usd } = readChecked(budgetChangeSchema, readJsonBody(request))
    await parts.database.transact(
      changeBudget(contextOf(parts), { id, name, limit: limit_usd === undefined ? undefined : readLimit(limit_usd) }),
    )
    return show(parts, id, null)
  },
})

/** A budget that holds no longer. */
export const endBudgetRoute = adminRoute({
  method: 'DELETE',
  path: '/v2/budgets/{id}',
  tenant: { object: 'budget' },
  tag: 'money',
  summary: 'End a budget',
  description: 'It refuses no call any more. What calls under way have set aside in it is still given back or spent.',
  replies: {
    200: { description: 'It has ended.', schema: z.object({ id: z.string(), ended: z.literal(true) }) },
    ...errorReplies(401, 404),
  },
  async handle(context) {
    const id = budgetId(context)
    await context.parts.database.transact([endBudget(contextOf(context.parts), id)])
    return { id, ended: true }
  },
})

const contextOf = ({ database, clock, newId }: GatewayParts) => statementContext(database, clock, newId)

function budgetId({ request }: KnownContext): string {
  const { id } = request.params as { id: string }
  if (!isId('bud', id)) throw failure('not_found', { param: 'id' })
  return id
}

/** A budget is of a project or of a key, which says its project itself. */
async function ownerOf(parts: GatewayParts, { project_id, key_id }: z.infer<typeof newBudgetSchema>) {
  if ((project_id === undefined) === (key_id === undefined))
    throw failure('invalid_value', {
      param: 'project_id',
      message: 'A budget is for a project or for a key: name one of project_id and key_id. Nothing was changed or charged.',
    })
  if (project_id !== undefined) return { projectId: project_id, keyId: null }
  const key = (await parts.access.listKeys({ projectId: null })).find(({ id }) => id === key_id)
  if (!key) throw failure('not_found', { param: 'key_id' })
  return { projectId: key.projectId, keyId: key.id }
}

function readLimit(dollars: string): Nanos {
  const limit = parseUsd(dollars)
  if (limit <= largestLimit) return limit
  const message = `A budget holds at most ${formatUsd(largestLimit)} USD. Nothing was changed or charged.`
  throw failure('invalid_value', { param: 'limit_usd', message })
}

async function show(parts: GatewayParts, id: string, projectId: string | null): Promise<BudgetReply> {
  const [budget] = await readBudgets(parts.database, { id, projectId }, parts.clock.nowMs())
  if (!budget) throw failure('not_found', { param: 'id' })
  return presentBudget(budget)
}

function presentBudget(budget: BudgetState): BudgetReply {
  return {
    id: budget.id,
    name: budget.name,
    project_id: budget.projectId,
    key_id: budget.keyId,
    period: budget.period,
    period_id: budget.periodId,
    renews_at: timeOrNull(budget.renewsAtMs),
    book: budget.book,
    route_owner: budget.routeOwner,
    limit: moneyJson(budget.limit),
    spent: moneyJson(budget.spent),
    reserved: moneyJson(budget.reserved),
    held: moneyJson(budget.held),
    left: moneyJson(budget.left),
    alerts: budget.alerts.map(({ percent, atMs }) => ({ percent, at: isoTime(atMs) })),
    created_at: isoTime(budget.createdAtMs),
    ended_at: timeOrNull(budget.endedAtMs),
  }
}

const timeOrNull = (epochMs: number | null) => (epochMs === null ? null : isoTime(epochMs))
