import type { RolloutStepName } from '../contract/rollout-replies.ts'

/** Numbers and names that a sentence is made of. */
export type Facts = Readonly<Record<string, string | number>>

/** Everything that a step looks at, by the step. */
export const checkCodes = {
  first_picture: ['access', 'decoded', 'stored', 'logged'],
  edit: ['edited', 'guard_judged', 'subject_kept', 'camera_kept', 'text_kept', 'rest_kept'],
  final: ['made', 'settings_honoured', 'within_cost', 'within_latency'],
  failure: ['size_refused_here', 'timeout_recoverable', 'moderation_recoverable', 'cause_on_record'],
  production: ['queued_and_made', 'webhook_told', 'review_opened', 'review_decided', 'one_record'],
} as const satisfies Record<RolloutStepName, readonly string[]>

/** One of these. */
export type CheckCode = (typeof checkCodes)[RolloutStepName][number]

/** What came of looking. */
export interface Check {
  code: CheckCode
  result: 'pass' | 'fail' | 'left_out'
  facts: Facts
}

/** Why a walk stopped, and so what is to be done next. */
export const nextCodes = [
  'confirm_budget',
  'wait',
  'decide_review',
  'begin_traffic',
  'begin_again',
  'verify_organisation',
  'mend_key',
  'mend_account',
  'mend_route',
  'mend_request',
  'mend_prompt',
  'try_later',
  'ask_upstream',
  'mend_store',
  'mend_record',
  'look_at_edit',
  'install_ocr',
  'raise_cost',
  'raise_latency',
  'change_settings',
  'report_fault',
  'mend_receiver',
  'make_correction',
] as const
/** One of these. */
export type NextCode = (typeof nextCodes)[number]

/** The next thing to do. */
export interface Next {
  code: NextCode
  facts: Facts
}

/** What shows that it was so. */
export interface Evidence {
  kind: 'generation' | 'request_id' | 'image' | 'image_url' | 'job' | 'side_by_side' | 'review' | 'webhook' | 'refused_request'
  value: string
}

/** A step as it is kept. Amounts are nanos as text. */
export interface Step {
  name: RolloutStepName
  state: 'pending' | 'running' | 'waiting' | 'passed' | 'failed'
  startedAtMs: number | null
  finishedAtMs: number | null
  plannedNanos: string
  costNanos: string
  checks: Check[]
  evidence: Evidence[]
}

/** A walk as it is kept: no prompt, no picture. */
export interface Walk {
  routeOwner: string
  model: string
  isPlayMoney: boolean
  final: { size: string; quality: string; output_format: string; output_compression: number | null }
  maxCostNanos: string
  maxLatencyMs: number
  plannedNanos: string
  reserveNanos: string
  steps: Step[]
  next: Next
}

/** A judgement of what a step found. */
export interface Judgement {
  checks: Check[]
  /** Null where all is as it should be. */
  next: Next | null
}

/** @returns a check that passed, or that did not */
export const check = (code: CheckCode, ok: boolean, facts: Facts = {}): Check => ({ code, result: ok ? 'pass' : 'fail', facts })

/** A check that there was nothing to look at for. */
export const leftOut = (code: CheckCode, facts: Facts = {}): Check => ({ code, result: 'left_out', facts })

/** The first thing that is wrong decides what is to be done. */
export function judged(findings: readonly (Check & { next?: NextCode })[]): Judgement {
  const checks = findings.map(({ code, result, facts }) => ({ code, result, facts }))
  const wrong = findings.find(({ result }) => result === 'fail')
  return { checks, next: wrong ? { code: wrong.next ?? 'report_fault', facts: wrong.facts } : null }
}
