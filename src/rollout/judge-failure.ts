import { cureOf, type SeenCall } from './judge-calls.ts'
import { check, type Facts, type Judgement, judged, leftOut, type NextCode } from './walk.ts'

/** Failures that were provoked. */
export interface ProvokedFailures {
  /** A size that the model does not have: refused here, before anything is sent. */
  size: { code: string | null; param: string | null; outcome: string | null; nextAction: string | null; wasRecorded: boolean }
  /** Of the sandbox alone; null elsewhere, where nobody provokes what may cost. */
  timeout: SeenCall | null
  moderation: SeenCall | null
}

/** Step four: who asks is told what to do, and the log knows why. */
export function judgeFailure({ size, timeout, moderation }: ProvokedFailures): Judgement {
  const isRefused = size.code !== null && size.outcome === 'not_charged' && size.nextAction !== null && !size.wasRecorded
  const provoked = [timeout, moderation].filter((call) => call !== null)
  const causes = provoked.map(({ record }) => record?.retry_reason ?? 'none')
  const areOnRecord = provoked.every(hasCause)
  return judged([
    {
      ...check('size_refused_here', isRefused, {
        code: size.code ?? 'none',
        param: size.param ?? 'none',
        next_action: size.nextAction ?? 'none',
      }),
      next: 'report_fault',
    },
    timeout === null ? leftOut('timeout_recoverable') : recoverable('timeout_recoverable', timeout, 'timeout'),
    moderation === null ? leftOut('moderation_recoverable') : recoverable('moderation_recoverable', moderation, 'policy'),
    provoked.length === 0
      ? leftOut('cause_on_record')
      : { ...check('cause_on_record', areOnRecord, { causes: causes.join(', ') }), next: 'mend_record' },
  ])
}

/** Why it failed, in the route's words too, and whom to ask: an answer has an id, and silence has none. */
function hasCause({ record }: SeenCall): boolean {
  const last = record?.attempts.at(-1)
  if (!record || !last) return false
  return record.retry_reason !== null && last.outcome !== null && (last.http_status === null || last.request_id !== null)
}

/** An error whose reader knows what to do, of a call whose record says the same. A route that fails in another way than it was to is not one to rely on. */
function recoverable(code: 'timeout_recoverable' | 'moderation_recoverable', call: SeenCall, reason: string) {
  const { record, error } = call
  const facts: Facts = {
    code: error?.code ?? 'none',
    next_action: error?.next_action ?? 'none',
    retry_reason: record?.retry_reason ?? 'none',
  }
  const isAsProvoked = record !== null && record.status !== 'completed' && record.retry_reason === reason
  const isKnown = isAsProvoked && record.error !== null && error?.next_action != null
  return { ...check(code, isKnown, facts), next: nextOf(call, isAsProvoked) }
}

const nextOf = (call: SeenCall, isAsProvoked: boolean): NextCode =>
  isAsProvoked ? 'report_fault' : call.record === null ? cureOf(call) : 'ask_upstream'
