import { cureOf, type SeenCall } from './judge-calls.ts'
import { type Check, check, type Judgement, judged, type NextCode } from './walk.ts'

/** A job with all that happened to it. */
export interface SeenJob {
  call: SeenCall
  state: string
  /** How its receiver stands: `delivered` once it has taken the last event. */
  webhook: string | null
  /** What the receiver answered, or why none did. */
  webhookDetail: string
  /** Null where nobody is asked to decide. */
  review: { id: string; state: string; decidedBy: string | null } | null
  /** Address of the picture for whoever has a key. */
  url: string | null
}

/** Everything that is known as yet; `waiting` while only a person is waited for. */
export interface ProductionJudgement extends Judgement {
  waiting: boolean
}

const open = ['open', 'claimed']

/** Step five: queue, receiver, review, and one record that has it all. */
export function judgeProduction(job: SeenJob): ProductionJudgement {
  const { call, review, webhook, url } = job
  const { record } = call
  if (job.state !== 'completed' || record === null) {
    const error = record?.error as { code?: string | null } | null | undefined
    const facts = { state: job.state, code: call.error?.code ?? error?.code ?? 'none' }
    return { ...judged([{ ...check('queued_and_made', false, facts), next: cureOf(call) }]), waiting: false }
  }
  const begun: (Check & { next?: NextCode })[] = [
    check('queued_and_made', true, { attempts: record.attempts.length }),
    { ...check('webhook_told', webhook === 'delivered', { status: webhook ?? 'none', detail: job.webhookDetail }), next: 'mend_receiver' },
    { ...check('review_opened', review !== null, { review: review?.id ?? 'none' }), next: 'report_fault' },
  ]
  const soFar = judged(begun)
  if (soFar.next !== null || review === null) return { ...soFar, waiting: false }
  if (open.includes(review.state)) return { ...soFar, next: { code: 'decide_review', facts: { review: review.id } }, waiting: true }
  const traced = { request_id: record.request_id ?? 'none', url: url ?? 'none', cost: record.cost.settled, decision: review.state }
  const isTraced = record.request_id !== null && url !== null && record.images[0]?.review != null
  const decided = {
    ...check('review_decided', review.state === 'approved', { state: review.state, by: review.decidedBy ?? 'nobody' }),
    next: 'make_correction' as const,
  }
  return { ...judged([...begun, decided, { ...check('one_record', isTraced, traced), next: 'mend_record' as const }]), waiting: false }
}
