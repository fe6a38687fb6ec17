import { noHeadFacts } from '../head-facts.ts'
import type { CallFacts, DispatchOutcome, ProviderCall, ReplySink } from '../image-provider.ts'
import { redactorFor } from '../redact.ts'
import type { Verdict } from '../verdict.ts'
import type { ApiframeProviderParts } from './apiframe-parts.ts'
import { Deadline } from './deadline.ts'
import { fetchPicture } from './fetch-picture.ts'
import { followJob } from './follow-job.ts'
import { jobRequest } from './job-request.ts'
import type { CompletedJob } from './job-state.ts'
import { eventWords, jsonWords } from './reply-words.ts'
import { submitJob } from './submit-job.ts'
import { writeReply } from './write-reply.ts'

const MAX_REQUEST_ID_LENGTH = 200

/** Makes one call: submits the job once, looks until it is over, and answers with its pictures. All of it within the call's one deadline. */
export async function runJob(parts: ApiframeProviderParts, call: ProviderCall, sink: ReplySink): Promise<DispatchOutcome> {
  const { clock } = parts
  const startedMs = clock.monotonicMs()
  const elapsedMs = () => clock.monotonicMs() - startedMs
  const ended = (verdict: Verdict, facts: Omit<CallFacts, 'totalMs'>): DispatchOutcome => ({ ...facts, totalMs: elapsedMs(), ...verdict })

  const deadline = new Deadline(clock, call.timeoutMs, call.signal)
  const redact = redactorFor(call.key, call.body)
  const request = jobRequest(call.body)
  if (!request.ok) return ended({ class: 'rejected', error: request.error, retryAfterMs: null }, { ...noHeadFacts, firstByteMs: null })

  const submission = await submitJob(parts, call, { body: request.body, redact, sink })
  const firstByteMs = submission.facts.httpStatus === null ? null : elapsedMs()
  if (submission.jobId === null) return ended(submission.verdict, { ...submission.facts, firstByteMs })

  // From here on the job's id is what support is asked by, and the status of the submission says nothing about the picture.
  const { jobId, facts } = submission
  const jobFacts = { ...facts, httpStatus: null, requestId: redact(jobId, MAX_REQUEST_ID_LENGTH), firstByteMs: null }
  const job = await followJob(parts, call, { jobId, redact, deadline })
  if (job.state === 'over') return ended(job.verdict, jobFacts)

  const answered = { ...jobFacts, httpStatus: 200, firstByteMs: elapsedMs() }
  return ended(await answer(parts, call, { job, requestId: jobFacts.requestId, sink, deadline }), answered)
}

function answer(
  parts: ApiframeProviderParts,
  { stream, signal }: ProviderCall,
  { job, requestId, sink, deadline }: { job: CompletedJob; requestId: string; sink: ReplySink; deadline: Deadline },
): Promise<Verdict> {
  const facts = { createdAt: Math.floor(parts.clock.nowMs() / 1000), model: job.model }
  const words = stream ? eventWords(facts) : jsonWords(facts)
  const pictures = job.addresses.map((address) => fetchPicture(parts, address, { deadline, signal }))
  return writeReply(sink, { words, requestId, pictures }, deadline)
}
