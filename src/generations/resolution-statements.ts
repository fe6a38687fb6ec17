import type { NextAction } from '../contract/failure.ts'
import type { ErrorObject } from '../contract/record.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { Nanos } from '../primitives/money.ts'
import type { UsageRecord } from './generation-statements.ts'

/** How long evidence is waited for; after it a call counts as charged until something contradicts that. */
export const RESOLVE_WITHIN_MS = 72 * 60 * 60 * 1000

/** How an attempt stands once somebody, or time, has said what became of it. */
export type ResolvedState = 'resolved_charged' | 'resolved_free' | 'presumed_charged'

/** The steps of the ladder, strongest first, as docs/unknowns.md describes them. */
export const evidenceSteps = ['E0', 'E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7'] as const

/** A step of the ladder. */
export type EvidenceStep = (typeof evidenceSteps)[number]

/** The outcome is not open any more, or is another than whoever decides took it for. Nothing of the transaction was done. */
export class OutcomeDecided extends Error {
  readonly attemptId: string

  constructor(attemptId: string) {
    super(`the outcome of attempt ${attemptId} was decided before; nothing was changed`)
    this.name = 'OutcomeDecided'
    this.attemptId = attemptId
  }
}

/** What became of an attempt. */
export interface AttemptResolution {
  attemptId: string
  state: ResolvedState | 'ok'
  costNanos: Nanos
}

/**
 * Says what became of an attempt whose outcome was unknown. Run it in the transaction that ends the ledger's hold.
 * @throws (through `transact`) OutcomeDecided when it is not unknown.
 */
export function resolveAttempt({ sql }: StatementContext, { attemptId, state, costNanos }: AttemptResolution): Statement {
  return {
    query: sql.updateTable('attempts').set({ state, cost_nanos: costNanos }).where('id', '=', attemptId).where('state', '=', 'unknown'),
    expect: { rows: 1, otherwise: () => new OutcomeDecided(attemptId) },
  }
}

/** A correction of what was said before. */
export interface AttemptCorrection extends AttemptResolution {
  /** What was said before; anything else by now refuses the correction. */
  was: { state: string; costNanos: Nanos }
}

/** Corrects what became of an attempt. Run it in the transaction that books the adjustment. @throws (through `transact`) OutcomeDecided */
export function correctAttempt({ sql }: StatementContext, { attemptId, state, costNanos, was }: AttemptCorrection): Statement {
  return {
    query: sql
      .updateTable('attempts')
      .set({ state, cost_nanos: costNanos })
      .where('id', '=', attemptId)
      .where('state', '=', was.state)
      .where('cost_nanos', '=', was.costNanos),
    expect: { rows: 1, otherwise: () => new OutcomeDecided(attemptId) },
  }
}

/** How a generation stands once its outcome is known. */
export interface GenerationResolution {
  generationId: string
  attemptId: string
  /** `completed` only with pictures that were brought home. */
  status: 'completed' | 'failed'
  /** `outcome_unknown`, or `failed` for a correction. */
  from: 'outcome_unknown' | 'failed'
  /** What is added to what it cost; negative in a correction. */
  addedNanos: Nanos
  nextAction: NextAction
  /** Null for one that completed. */
  error: ErrorObject | null
  /** Only when upstream's usage came after all. */
  used?: UsageRecord | undefined
}

/** Gives a generation its final state. Run it with `resolveAttempt` or `correctAttempt`. @throws (through `transact`) OutcomeDecided */
export function resolveGeneration({ sql }: StatementContext, end: GenerationResolution): Statement {
  const { generationId, attemptId, status, from, addedNanos, nextAction, error, used } = end
  return {
    query: sql
      .updateTable('generations')
      .set((row) => ({
        status,
        settled_nanos: row('settled_nanos', '+', addedNanos),
        held_unknown_nanos: 0n,
        next_action: nextAction,
        error_json: error === null ? null : JSON.stringify(error),
        ...(status === 'completed' ? { retry_reason: null } : {}),
        ...(used ? { usage_json: JSON.stringify(used.usage), usage_source: used.source } : {}),
        ...(used ? { previews_received: used.usage.partial_images, previews_nanos: used.previewsNanos } : {}),
      }))
      .where('id', '=', generationId)
      .where('status', '=', from),
    expect: { rows: 1, otherwise: () => new OutcomeDecided(attemptId) },
  }
}

/** Something that was found out about one attempt, or asked for. */
export interface NewEvidence {
  generationId: string
  attemptId: string
  projectId: string
  step: EvidenceStep
  finding: 'charged' | 'not_charged' | 'undecided' | 'run_again'
  effect: 'none' | 'resolved' | 'presumed' | 'adjusted'
  /** What the call cost, as far as this says so. */
  nanos: Nanos | null
  /** Whose word it is: `admin`, a key's id, `resolver`. */
  actor: string
  evidence: JsonObject
}

/** Keeps evidence, for good. Run it in the transaction that acts on it. */
export function noteEvidence({ sql, newId, nowMs }: StatementContext, evidence: NewEvidence): Statement {
  return {
    query: sql.insertInto('unknown_evidence').values({
      id: newId('evd'),
      generation_id: evidence.generationId,
      attempt_id: evidence.attemptId,
      project_id: evidence.projectId,
      at_ms: nowMs,
      step: evidence.step,
      finding: evidence.finding,
      effect: evidence.effect,
      nanos: evidence.nanos,
      actor: evidence.actor,
      evidence_json: JSON.stringify(evidence.evidence),
    }),
  }
}
