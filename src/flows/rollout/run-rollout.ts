import { failure } from '../../contract/failure.ts'
import type { Rollout, RolloutLanguage } from '../../contract/record.ts'
import { type RolloutStepName, rolloutSteps } from '../../contract/rollout-replies.ts'
import { statementContext } from '../../db/index.ts'
import { parseUsd } from '../../primitives/money.ts'
import { advanceRollout, presentRollout, recordRollout, type Step, type Walk } from '../../rollout/index.ts'
import { routeConfigSha256 } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { planRollout, type RolloutPlan } from './plan-rollout.ts'
import type { RolloutOrder } from './rollout-order.ts'
import { showRollout } from './show-rollout.ts'
import { takeProduction } from './take-production.ts'
import { type Brought, type StepEnd, takeEdit, takeFailure, takeFinal, takeFirstPicture } from './take-steps.ts'

/** How each step is taken. */
const takers: Record<
  RolloutStepName,
  (parts: GatewayParts, plan: RolloutPlan, brought: Brought) => Promise<StepEnd & { waiting?: boolean }>
> = {
  first_picture: takeFirstPicture,
  edit: takeEdit,
  final: takeFinal,
  failure: takeFailure,
  production: takeProduction,
}

/**
 * Plans a walk, and begins it unless it is only to be planned. It is on record before anything is sent, and goes on by itself.
 * @throws Failure whatever a call of the walk would be refused with beforehand; `invalid_value` for a budget that does not reach
 */
export async function beginRollout(parts: GatewayParts, order: RolloutOrder, language: RolloutLanguage): Promise<Rollout> {
  const plan = await planRollout(parts, order)
  const { route, walk } = plan
  const head = { route_id: route.id, config_sha256: routeConfigSha256(route), actor: order.principal.keyId ?? 'admin' }
  if (order.body.dry_run) return presentRollout({ row: null, ...head }, walk, language)
  const budgetNanos = confirmedBudget(order, walk)
  parts.running.assertOpen()
  const id = parts.newId('roll')
  const begun: Walk = { ...walk, next: { code: 'wait', facts: {} } }
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const { projectId } = order.principal
  const recorded = {
    id,
    routeId: route.id,
    configSha256: head.config_sha256,
    projectId,
    actor: head.actor,
    owner: parts.bootId,
    budgetNanos,
    walk: begun,
  }
  await parts.database.transact([recordRollout(context, recorded)])
  void walkOn(parts, id, { ...plan, walk: begun })
  return showRollout(parts, { id, language, baseUrl: order.baseUrl })
}

function confirmedBudget({ body }: RolloutOrder, { reserveNanos, next }: Walk): bigint {
  if (body.budget_usd === undefined)
    throw failure('missing_required_parameter', {
      param: 'budget_usd',
      message: `Say what the walk may cost: its five steps may cost up to ${next.facts['reserve']} USD. Nothing was sent or charged; send budget_usd, or dry_run to see the plan.`,
    })
  const budget = parseUsd(body.budget_usd)
  if (budget >= BigInt(reserveNanos)) return budget
  throw failure('invalid_value', {
    param: 'budget_usd',
    message: `The five steps may cost up to ${next.facts['reserve']} USD, which is beyond the budget. Nothing was sent or charged; confirm as much, or choose a lower quality or a smaller size.`,
  })
}

/** Takes step after step until one fails; what was found is on record before the next begins. Never rejects. */
async function walkOn(parts: GatewayParts, id: string, plan: RolloutPlan): Promise<void> {
  let { walk } = plan
  const brought: Brought = { imageId: null }
  try {
    for (const name of rolloutSteps) {
      walk = withStep(walk, name, { state: 'running', startedAtMs: parts.clock.nowMs() })
      if (!(await note(parts, id, walk, 'running'))) return
      const end = await takers[name](parts, plan, brought)
      // Nobody says how a step ended that was cut short: the report stays as it was, and reads as interrupted once this process is gone.
      if (parts.running.closing && end.next !== null) return
      walk = afterStep(parts, walk, name, end)
      const state = end.waiting ? 'waiting' : end.next !== null ? 'failed' : name === 'production' ? 'passed' : 'running'
      if (!(await note(parts, id, walk, state)) || state !== 'running') return
    }
  } catch (error) {
    parts.logger.error({ route_id: plan.route.id, err: error }, 'a rollout failed inside')
    await note(parts, id, broken(parts, walk), 'failed').catch(() => undefined)
  }
}

function withStep(walk: Walk, name: RolloutStepName, change: Partial<Step>): Walk {
  return { ...walk, steps: walk.steps.map((step) => (step.name === name ? { ...step, ...change } : step)) }
}

function afterStep({ clock }: GatewayParts, walk: Walk, name: RolloutStepName, end: StepEnd & { waiting?: boolean }): Walk {
  const state = end.waiting ? 'waiting' : end.next === null ? 'passed' : 'failed'
  const { checks, evidence } = end
  const done = withStep(walk, name, {
    state,
    finishedAtMs: end.waiting ? null : clock.nowMs(),
    checks,
    evidence,
    costNanos: String(end.costNanos),
  })
  const onward = name === 'production' ? ('begin_traffic' as const) : ('wait' as const)
  return { ...done, next: end.next ?? { code: onward, facts: {} } }
}

function broken({ clock }: GatewayParts, walk: Walk): Walk {
  const steps = walk.steps.map((step) =>
    step.state === 'running' ? { ...step, state: 'failed' as const, finishedAtMs: clock.nowMs() } : step,
  )
  return { ...walk, steps, next: { code: 'report_fault', facts: {} } }
}

/** @returns whether it was this walk's to note */
async function note(parts: GatewayParts, id: string, walk: Walk, state: 'running' | 'waiting' | 'passed' | 'failed'): Promise<boolean> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const [noted] = await parts.database.transact([advanceRollout(context, { id, walk, state })])
  return noted!.changes === 1
}
