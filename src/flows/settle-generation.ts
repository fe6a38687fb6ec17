import type { Failure } from '../contract/failure.ts'
import type { ReadUsage } from '../contract/usage.ts'
import { type Charge, charge } from '../pricing/index.ts'
import type { RelayResult } from '../relay/index.ts'
import { type Booking, bookCall, type Settled } from './book-call.ts'
import { bookRefusal } from './book-without-answer.ts'
import type { RefusedCall, SettledCall } from './call-upstream.ts'
import { retouchedOutline } from './deliver-retouched.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import { sealReply } from './idempotency/reply-text.ts'
import { keepImages, keepPreviews } from './keep-images.ts'
import { type AttemptVerdict, answeredVerdict } from './read-outcome.ts'
import { recordWarnings } from './record-warnings.ts'
import { type CountedReply, chargedCounts, isUsageRefused, replyUsage } from './reply-usage.ts'
import { reportedFacts } from './reported-facts.ts'
import { isRetouched, type RetouchedImage, retouchImages } from './retouch-images.ts'
import { usageOnFormula } from './usage-on-formula.ts'
import { watchedPictures } from './watch-pictures.ts'

/** Ends a generation whose call brought no body: the reservation goes back, is held, or is lost, as the verdict says. @param also belongs to its end */
export async function settleRefusal(
  parts: GatewayParts,
  run: GenerationRun,
  call: RefusedCall,
  verdict: AttemptVerdict,
  also?: Booking['with'],
): Promise<Settled | null> {
  const read = verdict.money === 'loss' ? await replyUsage(run, nothingCame) : null
  return bookRefusal(parts, run, call, verdict, { read, cost: read && costOf(run, read, nothingCame), ...(also && { with: also }) })
}

const nothingCame: CountedReply = { ended: 'cut', errorFrame: null, images: [], partials: { count: 0 }, documents: [] }

/** An answer that was booked, and what is delivered in place of its pictures. */
export interface SettledAnswer {
  /** Null when it could not be booked. */
  settled: Settled | null
  /** Null when upstream's own answer is what the caller gets. */
  retouched: readonly RetouchedImage[] | null
}

/**
 * Ends a generation whose call brought a body: inspects, keeps and retouches the pictures, then books images, usage and money in one
 * transaction.
 * @param also belongs to its end
 */
export async function settleAnswer(
  parts: GatewayParts,
  run: GenerationRun,
  call: SettledCall,
  also?: Booking['with'],
): Promise<SettledAnswer> {
  const { reply } = call
  const answered = await answeredVerdict(call)
  const read = await replyUsage(run, reply)
  if (isUsageRefused(reply, read)) tellRefusedUsage(parts, run)
  const cost = costOf(run, read, reply)
  const reported = reportedFacts(reply.documents[0])
  return parts.objectLocks.hold(
    [...reply.images, ...reply.partials.images].map((image) => image.sha256),
    async (hold) => {
      const formula = (size: { width: number; height: number } | null) =>
        usageOnFormula(run, read, { quality: reported.quality ?? null, size, images: reply.images.length })
      const [images, previews] = await Promise.all([
        keepImages(parts, run, { call, usageOnFormula: formula }),
        keepPreviews(parts, run, call),
      ])
      const retouched = isRetouched(run) && answered.failure === null ? await retouchImages(parts, run, images) : null
      const verdict = retouched?.failure ? brokenPromise(answered, retouched.failure) : answered
      // A hold is the reservation, whatever the formula says: no remark on a bill belongs to it.
      const warnings = recordWarnings(run, images, verdict.money === 'hold' ? [] : cost.flags)
      const made = { images, previews, retouched: retouched?.images ?? [] }
      const sealedReply = verdict.failure === null ? await sealAnswer(parts, run, reply, retouched?.images ?? null) : null
      const watched = watchedPictures({ route: run.choice.route, generationId: run.id, images })
      const settled = await bookCall(parts, run, {
        verdict,
        facts: answerFacts(call, verdict),
        ...made,
        read,
        cost,
        warnings,
        watched,
        sealedReply,
        hold,
        ...(also && { with: also }),
      })
      return { settled, retouched: retouched?.failure === null ? retouched.images : null }
    },
  )
}

/** The answer as its caller gets it, for those who ask for it again. */
function sealAnswer(
  parts: GatewayParts,
  run: GenerationRun,
  { outline, images, documents }: RelayResult,
  retouched: readonly RetouchedImage[] | null,
): Promise<string | null> {
  if (retouched === null) return sealReply(parts, run.id, { outline, images })
  return sealReply(parts, run.id, { outline: retouchedOutline(run, documents, retouched), images: retouched })
}

/** The model's pictures came and are kept; what was promised of them could not be made. */
function brokenPromise(verdict: AttemptVerdict, error: Failure): AttemptVerdict {
  return { ...verdict, failure: error, nextAction: error.nextAction }
}

function answerFacts({ reply, httpStatus, requestId, firstByteMs }: SettledCall, { failure: error }: AttemptVerdict): Booking['facts'] {
  return {
    outcome: reply.cause ? `${error ? 'partial' : 'ok'}: ${reply.cause}` : error ? error.code : 'ok',
    httpStatus,
    requestId,
    modelReported: reportedFacts(reply.documents[0]).model ?? null,
    firstByteMs,
  }
}

function tellRefusedUsage(parts: GatewayParts, run: GenerationRun): void {
  const { owner, id } = run.choice.route
  parts.metrics.usageRefused(owner)
  parts.logger.warn(
    { generation_id: run.id, route_id: id, route_owner: owner },
    'upstream counted tokens that cannot be: an estimate is booked',
  )
}

function costOf(run: GenerationRun, { usage, source }: ReadUsage, reply: CountedReply): Charge {
  return charge({ usage, usageSource: source, card: run.card, lane: run.estimate.lane, ...chargedCounts(run, reply) })
}
