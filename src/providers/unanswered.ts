import type { OutboundFailure } from '../outbound/index.ts'
import type { Verdict } from './verdict.ts'

/** What became of a call that ended without a head. `failure` is null when the connection ended as if all had been said. */
export function unanswered(failure: OutboundFailure | null): Verdict {
  if (!failure) return { class: 'bad_response', cause: 'not_http' }
  if (!failure.sent) return { class: 'not_sent', cause: whyNotSent(failure) }
  switch (failure.cause) {
    case 'timeout':
      return { class: 'lost', cause: 'timeout' }
    case 'aborted':
    case 'reader':
      return { class: 'lost', cause: 'aborted' }
    case 'protocol':
      return { class: 'bad_response', cause: 'not_http' }
    default:
      return { class: 'lost', cause: 'reset' }
  }
}

function whyNotSent({ cause }: OutboundFailure): Extract<Verdict, { class: 'not_sent' }>['cause'] {
  switch (cause) {
    case 'dns':
    case 'connect':
    case 'tls':
    case 'aborted':
      return cause
    case 'invalid':
      return 'invalid_request'
    default:
      return 'request_cut'
  }
}
