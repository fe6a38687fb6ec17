import type { OutboundHead } from '../../outbound/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { isEncoded, kindOfAnswer, mediaTypeOf } from '../answer-kind.ts'
import { classifyRefusal } from '../classify-refusal.ts'
import { type HeadFacts, noHeadFacts, readHeadFacts, readRetryAfterMs } from '../head-facts.ts'
import type { ProviderCall, ReplySink } from '../image-provider.ts'
import { readUpstreamError } from '../read-upstream-error.ts'
import type { Redact } from '../redact.ts'
import { unanswered } from '../unanswered.ts'
import type { Verdict } from '../verdict.ts'
import type { ApiframeProviderParts } from './apiframe-parts.ts'
import { askSmall, objectOf, type SmallAnswer } from './ask-small.ts'

/** What became of a submission: upstream took the job, or the call is over. */
export type Submission = { facts: HeadFacts } & ({ jobId: string } | { jobId: null; verdict: Verdict })

/**
 * `POST /v2/images/generate`, once. From the moment its last byte is with the kernel a job may exist and be charged, so whatever goes wrong
 * afterwards, it is not sent again.
 */
export async function submitJob(
  { outbound, clock }: ApiframeProviderParts,
  call: ProviderCall,
  { body, redact, sink }: { body: JsonObject; redact: Redact; sink: ReplySink },
): Promise<Submission> {
  const { baseUrl, key, clientRequestId, timeoutMs, idleTimeoutMs, signal } = call
  const url = `${baseUrl}/v2/images/generate`
  const basics = { key, clientRequestId, timeoutMs, idleTimeoutMs, signal }
  const answer = await askSmall(outbound, { ...basics, method: 'POST', url, body, onSent: () => sink.sent() })
  const facts = answer.head ? readHeadFacts(answer.head, redact) : noHeadFacts
  return { facts, ...judge(answer, facts, redact, clock.nowMs()) }
}

/** Nothing else can be a job's name, and only this can neither leave its place in the path nor end it. */
const jobName = /^[\w-]{1,200}$/

type Judgement = { jobId: string } | { jobId: null; verdict: Verdict }

function judge(answer: SmallAnswer, facts: HeadFacts, redact: Redact, nowMs: number): Judgement {
  const { head, text, failure } = answer
  if (!head) return over(unanswered(failure))
  const kind = kindOfAnswer(head)
  if (kind.body === 'refusal') return over(refusal({ ...answer, head }, facts, redact, nowMs))
  if (kind.body === 'unwanted') return over({ class: 'bad_response', cause: kind.cause })
  if (kind.body === 'sse') return over({ class: 'bad_response', cause: 'content_type' })
  if (failure && failure.cause !== 'too_large') return over(unanswered({ ...failure, sent: true }))
  const document = objectOf(text)
  if (!document) return over({ class: 'bad_response', cause: 'not_json' })
  const { jobId } = document
  return typeof jobId === 'string' && jobName.test(jobId) ? { jobId } : over({ class: 'bad_response', cause: 'no_job' })
}

const over = (verdict: Verdict): Judgement => ({ jobId: null, verdict })

function refusal({ head, ...answer }: SmallAnswer & { head: OutboundHead }, facts: HeadFacts, redact: Redact, nowMs: number): Verdict {
  return classifyRefusal({
    status: head.status,
    requestId: facts.requestId,
    mediaType: mediaTypeOf(head),
    encoded: isEncoded(head),
    end: answer.failure?.cause === 'too_large' ? 'too_large' : answer.failure ? 'cut' : 'whole',
    empty: answer.text.trim() === '',
    error: readUpstreamError(answer.text, redact),
    retryAfterMs: readRetryAfterMs(head.headers, nowMs),
  })
}
