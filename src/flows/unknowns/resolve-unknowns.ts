import type { UnknownsChecked } from '../../contract/record.ts'
import { statementContext, type UnknownEvidenceRow } from '../../db/index.ts'
import { findEvidence, findUnknowns, noteEvidence, type UnknownAttempt } from '../../generations/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { batchResolver } from './batch-resolver.ts'
import { countUsageResolver } from './count-usage-resolver.ts'
import { decideUnknown } from './decide-unknown.ts'
import { lateResponseResolver } from './late-response-resolver.ts'
import { timeResolver } from './time-resolver.ts'
import type { Finding, UnknownResolver } from './unknown-resolver.ts'

/**
 * The ladder, strongest evidence first (docs/unknowns.md). E0, what our own spool holds of an answer, comes before these; E2 comes in by
 * webhook (`take-provider-event.ts`), E5 only warns (`compare-costs.ts`), E6 is an operator's word.
 */
const ladder: readonly UnknownResolver[] = [lateResponseResolver, batchResolver, countUsageResolver, timeResolver]

const BATCH = 500
const RESOLVER = 'resolver'

/**
 * Asks about everything that is unknown, step by step; what one step decides the next does not ask about.
 * @param onDemand asks every step now, whether or not its time has come; the rule of time is never hurried.
 */
export async function resolveUnknowns(parts: GatewayParts, { onDemand }: { onDemand: boolean }): Promise<UnknownsChecked> {
  const fromSpool = onDemand || parts.sidecars.waiting > 0 ? (await parts.spoolRecovery.run(parts, 'spool-round')).settled : 0
  const checked = { open: 0, charged: 0, not_charged: 0, presumed: 0, brought_home: fromSpool }
  let after: string | undefined
  for (;;) {
    const page = await findUnknowns(parts.database, { projectId: null, after, limit: BATCH })
    await climb(parts, page, onDemand, checked)
    if (page.length < BATCH) return checked
    after = page.at(-1)!.attempt_id
  }
}

async function climb(parts: GatewayParts, unknowns: readonly UnknownAttempt[], onDemand: boolean, checked: UnknownsChecked): Promise<void> {
  const evidence = await findEvidence(parts.database, [...new Set(unknowns.map(({ generation_id }) => generation_id))])
  const open = new Map(unknowns.map((unknown) => [unknown.attempt_id, unknown]))
  for (const resolver of ladder) {
    const noted = (id: string) => evidence.filter(({ attempt_id, step }) => attempt_id === id && step === resolver.step)
    const nowMs = parts.clock.nowMs()
    const asks = onDemand && resolver !== timeResolver
    const due = [...open.values()].filter((one) => resolver.isDue(one, noted(one.attempt_id), nowMs) || asks)
    if (due.length === 0) continue
    for (const finding of await findingsOf(parts, resolver, due)) {
      const unknown = open.get(finding.attemptId)
      if (!unknown || !(await act(parts, resolver, unknown, finding, noted(finding.attemptId)))) continue
      open.delete(finding.attemptId)
      if (finding.outcome !== 'undecided') checked[finding.outcome] += 1
    }
  }
  checked.open += open.size
}

/** A step that fails is asked again with the next round; the others go on. */
async function findingsOf(parts: GatewayParts, resolver: UnknownResolver, due: readonly UnknownAttempt[]): Promise<Finding[]> {
  try {
    return await resolver.resolve(parts, due)
  } catch (error) {
    parts.logger.error({ err: error, outcome: resolver.step }, 'a step of the ladder for unknown outcomes failed')
    return []
  }
}

/** @returns true when the attempt is not unknown any more because of it. */
async function act(
  parts: GatewayParts,
  { step }: UnknownResolver,
  unknown: UnknownAttempt,
  { outcome, nanos, evidence }: Finding,
  noted: readonly UnknownEvidenceRow[],
): Promise<boolean> {
  if (outcome === 'brought_home') return true
  if (outcome !== 'undecided') {
    const decision = { outcome, step, actor: RESOLVER, evidence, nanos: nanos ?? unknown.estimated_nanos }
    return decideUnknown(parts, unknown, decision)
  }
  if (noted.at(-1)?.evidence_json === JSON.stringify(evidence)) return false
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const { generation_id: generationId, attempt_id: attemptId, project_id: projectId } = unknown
  const note = { generationId, attemptId, projectId, step, actor: RESOLVER, evidence, nanos: null }
  await parts.database.transact([noteEvidence(context, { ...note, finding: 'undecided', effect: 'none' })])
  return false
}
