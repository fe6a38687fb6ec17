import { type Rollout, type RolloutLanguage, rolloutSteps } from '../contract/rollout-replies.ts'
import { isoTime } from '../primitives/clock.ts'
import { moneyJson } from '../primitives/money.ts'
import type { FoundRollout } from './rollout-statements.ts'
import { en } from './texts/en.ts'
import { ja } from './texts/ja.ts'
import type { RolloutTexts } from './texts/rollout-texts.ts'
import { zhCn } from './texts/zh-cn.ts'
import type { Check, Facts, Next, Step, Walk } from './walk.ts'

/** What a report says, by language. */
export const rolloutTexts: Readonly<Record<RolloutLanguage, RolloutTexts>> = { en, ja, 'zh-CN': zhCn }

/** Whose walk it is. */
export type RolloutHead = Pick<FoundRollout, 'route_id' | 'config_sha256' | 'actor'> & {
  /** Null where it is only planned. */
  row: FoundRollout | null
}

/** A walk as it is shown in a language. */
export function presentRollout({ row, ...head }: RolloutHead, walk: Walk, language: RolloutLanguage): Rollout {
  const texts = rolloutTexts[language]
  const state = row === null ? 'planned' : row.isAbandoned ? 'interrupted' : row.state
  const next: Next = row?.isAbandoned ? { code: 'begin_again', facts: {} } : walk.next
  return {
    id: row?.id ?? null,
    state,
    language,
    summary: texts.summary[state],
    route_id: head.route_id,
    route_owner: walk.routeOwner,
    model: walk.model,
    config_sha256: head.config_sha256,
    started_by: head.actor,
    started_at: row === null ? null : isoTime(row.started_at_ms),
    finished_at: row?.finished_at_ms == null ? null : isoTime(row.finished_at_ms),
    final: { ...walk.final, max_cost: money(walk.maxCostNanos), max_latency_ms: walk.maxLatencyMs },
    planned_cost: money(walk.plannedNanos),
    reserve: money(walk.reserveNanos),
    budget: row === null ? null : moneyJson(row.budget_nanos),
    cost: moneyJson(walk.steps.reduce((sum, { costNanos }) => sum + BigInt(costNanos), 0n)),
    play_money: walk.isPlayMoney,
    steps: walk.steps.map((step, place) => presentStep(texts, step, { place, isAbandoned: row?.isAbandoned ?? false })),
    next_action: { ...next, facts: { ...next.facts }, text: filled(texts.next[next.code], next.facts) },
  }
}

const money = (nanos: string) => moneyJson(BigInt(nanos))

function presentStep(
  texts: RolloutTexts,
  step: Step,
  { place, isAbandoned }: { place: number; isAbandoned: boolean },
): Rollout['steps'][number] {
  return {
    n: place + 1,
    name: rolloutSteps[place]!,
    title: texts.steps[step.name],
    state: step.state === 'running' && isAbandoned ? 'interrupted' : step.state,
    started_at: step.startedAtMs === null ? null : isoTime(step.startedAtMs),
    finished_at: step.finishedAtMs === null ? null : isoTime(step.finishedAtMs),
    planned_cost: money(step.plannedNanos),
    cost: money(step.costNanos),
    checks: step.checks.map((check) => ({ ...check, facts: { ...check.facts }, text: textOf(texts, check) })),
    evidence: step.evidence,
  }
}

function textOf(texts: RolloutTexts, { code, result, facts }: Check): string {
  const { pass, fail, leftOut } = texts.checks[code]
  return filled(result === 'pass' ? pass : result === 'fail' ? fail : (leftOut ?? texts.words.leftOut), facts)
}

/** A sentence with its facts; one that is not known stays empty. */
function filled(text: string, facts: Facts): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? '')).trimEnd()
}
