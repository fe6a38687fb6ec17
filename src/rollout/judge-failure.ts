import { cureOf, type SeenCall } from './judge-calls.ts'
import { check, type Facts, type Judgement, judged, leftOut } from './walk.ts'

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
  const areOnRecord = provoked.every(
    ({ record }) => record !== null && record.retry_reason !== null && record.attempts.at(-1)?.outcome != null,
  )
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

/** An error whose reader knows what to do, of a call whose record says the same. */
function recoverable(code: 'timeout_recoverable' | 'moderation_recoverable', call: SeenCall, reason: string) {
  const { record, error } = call
  const facts: Facts = {
    code: error?.code ?? 'none',
    next_action: error?.next_action ?? 'none',
    retry_reason: record?.retry_reason ?? 'none',
  }
  const isKnown = record !== null && record.status !== 'completed' && record.retry_reason === reason && record.error !== null
  return { ...check(code, isKnown && error?.next_action != null, facts), next: record === null ? cureOf(call) : 'report_fault' } as const
}
