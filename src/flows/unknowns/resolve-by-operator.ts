import { errorBody, failure } from '../../contract/failure.ts'
import type { ResolvedReply } from '../../contract/record.ts'
import { statementContext } from '../../db/index.ts'
import { correctAttempt, findGeneration, type GenerationRows, noteEvidence, resolveGeneration } from '../../generations/index.ts'
import { adjust } from '../../ledger/index.ts'
import { moneyJson, type Nanos } from '../../primitives/money.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { decidedFailure, decidedState, decides, decideUnknown } from './decide-unknown.ts'

/** What an operator knows of a call. */
export interface OperatorWord {
  generationId: string
  outcome: 'charged' | 'not_charged'
  /** How they know, in words. */
  evidence: string
  /** What was charged; null = the estimate. */
  nanos: Nanos | null
  /** Contradicts what was decided before. */
  correct: boolean
  actor: string
}

type AttemptRow = GenerationRows['attempts'][number]

/**
 * Step E6: an operator's word decides. What was decided before stands, unless it is expressly contradicted: then the difference is booked
 * beside it.
 * @throws Failure `not_found`, `outcome_already_known`, `invalid_value`.
 */
export async function resolveByOperator(parts: GatewayParts, word: OperatorWord): Promise<ResolvedReply> {
  if (word.outcome === 'not_charged' && word.nanos !== null)
    throw failure('invalid_value', {
      type: 'invalid_request_error',
      param: 'amount_usd',
      message: 'A call that was not charged has no amount. Nothing was changed or charged; leave amount_usd out.',
    })
  const rows = await findGeneration(parts.database, { id: word.generationId, projectId: null })
  if (!rows) throw failure('not_found', { param: 'generation_id' })
  const unknown = rows.attempts.find(({ state }) => state === 'unknown')
  if (unknown) return decide(parts, rows, unknown, word)
  const decided = rows.attempts.find(({ state }) => Object.values<string>(decidedState).includes(state))
  if (!decided || !word.correct || rows.generation.status !== 'failed') throw failure('outcome_already_known')
  return contradict(parts, rows, decided, word)
}

async function decide(
  parts: GatewayParts,
  { generation }: GenerationRows,
  attempt: AttemptRow,
  word: OperatorWord,
): Promise<ResolvedReply> {
  const nanos = costOf(word, generation.estimated_nanos)
  const { project_id, route_owner, book } = generation
  const isDecided = await decideUnknown(
    parts,
    { attempt_id: attempt.id, generation_id: generation.id, project_id, route_owner, book },
    { outcome: word.outcome, nanos, step: 'E6', actor: word.actor, evidence: { text: word.evidence } },
  )
  if (!isDecided) throw failure('outcome_already_known')
  return reply(attempt, word, 'resolved', nanos)
}

/** A presumption that is confirmed is an adjustment by nothing: it is a presumption no longer. */
async function contradict(parts: GatewayParts, rows: GenerationRows, attempt: AttemptRow, word: OperatorWord): Promise<ResolvedReply> {
  const { generation, evidence } = rows
  const nanos = costOf(word, generation.estimated_nanos)
  const was = { state: attempt.state, costNanos: attempt.cost_nanos ?? 0n }
  const state = decidedState[word.outcome]
  const byNanos = nanos - was.costNanos
  if (byNanos === 0n && state === was.state) throw failure('outcome_already_known')
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const error = failure(decidedFailure[word.outcome])
  const ids = { generationId: generation.id, attemptId: attempt.id }
  const n = evidence.filter(({ effect, attempt_id }) => effect === 'adjusted' && attempt_id === attempt.id).length + 1
  const isDecided = await decides(parts, [
    correctAttempt(context, { attemptId: attempt.id, state, costNanos: nanos, was }),
    ...adjust(context, attempt.id, { byNanos, n, actor: word.actor }),
    resolveGeneration(context, {
      ...ids,
      status: 'failed',
      from: 'failed',
      addedNanos: byNanos,
      nextAction: error.nextAction,
      error: errorBody(error, { requestId: parts.newId('req'), generationId: generation.id }).error,
    }),
    noteEvidence(context, {
      ...ids,
      projectId: generation.project_id,
      step: 'E6',
      finding: word.outcome,
      effect: 'adjusted',
      nanos,
      actor: word.actor,
      evidence: { text: word.evidence },
    }),
  ])
  if (!isDecided) throw failure('outcome_already_known')
  return reply(attempt, word, 'adjusted', nanos)
}

function costOf({ outcome, nanos }: OperatorWord, estimate: Nanos): Nanos {
  return outcome === 'not_charged' ? 0n : (nanos ?? estimate)
}

function reply(attempt: AttemptRow, { generationId, outcome }: OperatorWord, effect: ResolvedReply['effect'], nanos: Nanos): ResolvedReply {
  return { generation_id: generationId, attempt_id: attempt.id, outcome, effect, cost: moneyJson(nanos) }
}
