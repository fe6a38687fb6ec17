import type { UpstreamError } from '../image-provider.ts'
import type { Verdict } from '../verdict.ts'

/** Words of a refusal by the safety system. */
const aboutPolicy = /moderation|safety|content[_ ]?(?:policy|filter)|policy[_ ]violation|nsfw|prohibited/i
/** Words of a refusal of the request's form; only codes count, sentences say "invalid" of everything. */
const aboutRequest = /^(?:invalid|unsupported|missing|unknown|validation)_?/i
/** Money ran out at the account. */
const aboutCredits = /^(?:insufficient|out_of|no|not_enough)_?(?:credits?|balance|quota|funds)/i

/**
 * What a job that failed comes to. The provider promises its credits back, so none of these is charged: refused for what was asked, or
 * failed on its side. Which words it uses is not documented; those that name a known reason are put into OpenAI's.
 */
export function failedJobVerdict(error: UpstreamError): Verdict {
  const { code, message } = error
  if (aboutPolicy.test(`${code} ${message}`))
    return rejected({ ...error, type: 'image_generation_user_error', code: 'moderation_blocked', param: null })
  if (code !== null && aboutCredits.test(code)) return rejected({ ...error, code: 'insufficient_quota' })
  if (code !== null && aboutRequest.test(code)) return rejected({ ...error, type: error.type ?? 'invalid_request_error' })
  return { class: 'server_refused', error, retryAfterMs: null }
}

function rejected(error: UpstreamError): Verdict {
  return { class: 'rejected', error, retryAfterMs: null }
}
