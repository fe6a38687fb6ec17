import { Failure, failure } from '../../contract/failure.ts'
import type { GateReport } from '../../contract/record.ts'
import { statementContext } from '../../db/index.ts'
import { gateReport, judgeGate, type Probe, type ProbePlan, type ProbeResult, planProbes, recordGateRun } from '../../gate/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { Nanos } from '../../primitives/money.ts'
import { NullReplyClient } from '../../relay/index.ts'
import { type RouteContract, routeConfigSha256 } from '../../routes/index.ts'
import { acceptPriced } from '../accept-generation.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { PricedRequest } from '../price-call.ts'
import { runGeneration } from '../run-generation.ts'
import { contractFacts, gatedRoute, probedModel } from './gated-route.ts'
import { type GateCaller, pricedProbe, probeAsk } from './priced-probe.ts'
import { notRun, probeResult } from './probe-result.ts'

/** One run of the gate as it is asked for. */
export interface GateOrder extends GateCaller {
  routeId: string
  /** What the run may cost. A probe that could go beyond it is not made. */
  costCeiling: Nanos
  /** Plans and prices the probes, and sends nothing. */
  dryRun: boolean
}

/**
 * Tests a route: plans the probes that suit its contract, makes each as an ordinary generation, reads from the records and the pictures what
 * came, judges it all together and keeps the report. From then on the verdict counts for every call.
 * @throws Failure `no_route` for an unknown route, or one whose models the catalogue does not know
 */
export async function gateRoute(parts: GatewayParts, order: GateOrder): Promise<GateReport> {
  const { route } = parts.routes.named('', order.routeId)
  const model = probedModel(parts, route)
  if (!model)
    throw failure('no_route', {
      status: 400,
      message: `No model of route '${route.id}' is in the catalogue. Nothing was sent or charged; state it under models.`,
    })
  const choice = parts.routes.choice(route, model.id)
  const drafts = planProbes(gatedRoute(parts, choice, model, null), parts.chance)
  const planned = await Promise.all(drafts.probes.map((probe) => priceProbe(parts, order, probe, choice)))
  const card = planned.find(({ priced }) => priced !== null)?.priced?.card ?? null
  const gated = gatedRoute(parts, choice, model, card)
  const results = await runProbes(parts, order, planned)
  const report = gateReport({
    route: gated,
    configSha256: routeConfigSha256(route),
    judgement: judgeGate(gated, contractFacts(route, card), results),
    skipped: skippedOf(drafts, planned),
    ranAtMs: parts.clock.nowMs(),
    cost: results.reduce((sum, { costNanos }) => sum + costNanos, 0n),
    costCeiling: order.costCeiling,
    plannedCost: planned.reduce((sum, probe) => sum + expectedCost(probe), 0n),
    dryRun: order.dryRun,
  })
  if (!order.dryRun) await keep(parts, route, report, order)
  return report
}

interface PlannedProbe {
  probe: Probe
  /** Null where the route does not take even its legal form. */
  priced: PricedRequest | null
  refusal: string | null
}

async function priceProbe(parts: GatewayParts, order: GateOrder, probe: Probe, choice: PricedRequest['choice']): Promise<PlannedProbe> {
  try {
    return { probe, priced: await pricedProbe(parts, probeAsk(order, probe, order.routeId), probe, choice), refusal: null }
  } catch (error) {
    if (error instanceof Failure) return { probe, priced: null, refusal: error.message }
    throw error
  }
}

function skippedOf({ skipped }: ProbePlan, planned: readonly PlannedProbe[]): ProbePlan['skipped'] {
  return [...skipped, ...planned.flatMap(({ probe, refusal }) => (refusal === null ? [] : [{ name: probe.name, reason: refusal }]))]
}

/** Refusals are free on an honest route; one that draws all the same is found out by what it charged. */
function expectedCost({ probe, priced }: PlannedProbe): Nanos {
  return probe.expects === 'refusal' ? 0n : (priced?.estimate.expected ?? 0n)
}

async function runProbes(parts: GatewayParts, order: GateOrder, planned: readonly PlannedProbe[]): Promise<ProbeResult[]> {
  const results: ProbeResult[] = []
  let spent: Nanos = 0n
  for (const { probe, priced } of planned) {
    const affordable = priced !== null && spent + priced.estimate.reserve <= order.costCeiling
    const result = order.dryRun || !affordable ? notRun(probe, priced) : await runProbe(parts, order, probe, priced)
    spent += result.costNanos
    results.push(result)
  }
  return results
}

/** A probe that Darkroom itself cannot make (no room in a budget, no place on the route) was not run; that is no fault of the route. */
async function runProbe(parts: GatewayParts, order: GateOrder, probe: Probe, priced: PricedRequest): Promise<ProbeResult> {
  try {
    const run = await acceptPriced(parts, probeAsk(order, probe, order.routeId), priced)
    await parts.running.track(run.id, runGeneration(parts, run, new NullReplyClient()))
    return await probeResult(parts, probe, priced, run.id)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    parts.logger.warn({ route_id: order.routeId, probe: probe.name, code: error.code }, 'a probe of the gate could not be made')
    return notRun(probe, priced)
  }
}

async function keep(parts: GatewayParts, route: RouteContract, report: GateReport, { principal }: GateOrder): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  fp('gate_before_record')
  await parts.database.transact(recordGateRun(context, { report, actor: principal.keyId ?? 'admin' }))
  fp('gate_after_record')
  await parts.standings.changed(parts)
  parts.logger.info(
    { route_id: route.id, verdict: report.verdict, restrictions: report.restrictions, cost_nanos: report.cost.nanos },
    'the gate of a route was run',
  )
}
