import { parseSize } from '../contract/size-rules.ts'
import { type ReadUsage, readUsage, tokenBuckets, type Usage } from '../contract/usage.ts'
import { estimatedUsage } from '../pricing/index.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { RelayResult } from '../relay/index.ts'
import type { GenerationRun } from './generation-run.ts'
import { inputSizes } from './input-sizes.ts'

/** What of an answer is counted. */
export type CountedReply = Pick<RelayResult, 'ended' | 'errorFrame' | 'documents'> & {
  images: readonly unknown[]
  partials: { count: number }
}

/**
 * The tokens a call used. What upstream reported wins, summed over the completed events of a stream (each counts its own picture).
 * An answer without usage, or one that did not come to its end, is counted by the formula and flagged as estimated: a bill
 * is never booked low because the answer broke off.
 */
export async function replyUsage(run: GenerationRun, reply: CountedReply): Promise<ReadUsage> {
  const reported = cameWhole(reply) ? reportedUsage(run, reply) : null
  if (reported) return splitByFormula(run, reply, reported)
  return { usage: await countedUsage(run, reply), source: 'estimated' }
}

/** True when upstream did count, and what it said cannot be. */
export function isUsageRefused(reply: CountedReply, { source }: ReadUsage): boolean {
  return source === 'estimated' && cameWhole(reply) && reply.documents.some((document) => document['usage'] != null)
}

/** Usage by the formula, of what came. */
function countedUsage(run: GenerationRun, reply: CountedReply): Promise<Usage> {
  const [document] = reply.documents
  return estimatedUsage({
    request: run.request,
    ...inputSizes(run),
    images: cameWhole(reply) ? reply.images.length : 0,
    previews: reply.partials.count,
    quality: qualityOf(run, document),
    size: parseSize(String(document?.['size'] ?? '')),
    autoQuality: run.autoQuality,
  })
}

/**
 * An edit's input total that upstream did not split is read as image tokens, the dearer kind. Where the formula gives exactly that total,
 * its split is the one that was billed.
 */
async function splitByFormula(run: GenerationRun, reply: CountedReply, read: ReadUsage): Promise<ReadUsage> {
  const { usage, source } = read
  const isSplit = source === 'upstream' || usage.text_in + usage.text_cached_in + usage.image_cached_in > 0
  if (isSplit || run.inputs.length === 0) return read
  const { text_in, image_in } = await countedUsage(run, reply)
  return text_in + image_in === usage.image_in ? { source, usage: { ...usage, text_in, image_in } } : read
}

/**
 * Pictures and previews that are charged where they have a price of their own. Of an answer that broke off nobody can say how many were
 * made, so all that were asked count; the same goes for an answer without a picture.
 */
export function chargedCounts({ request }: GenerationRun, reply: CountedReply): { images: number; previews: number } {
  const asked = { images: request.n, previews: request.partialImages * request.n }
  if (!cameWhole(reply)) return { images: asked.images, previews: Math.max(asked.previews, reply.partials.count) }
  return { images: reply.images.length || asked.images, previews: reply.partials.count }
}

/** True when upstream said everything it had to say. */
function cameWhole({ ended, errorFrame }: CountedReply): boolean {
  return ended === 'whole' && errorFrame === null
}

function reportedUsage({ inputs }: GenerationRun, reply: CountedReply): ReadUsage | null {
  const reads = reply.documents.map((document) => readUsage(document['usage'], 0, inputs.length))
  if (reads.length === 0 || reads.some((read) => read === null)) return null
  const known = reads as ReadUsage[]
  return {
    usage: addUp(
      known.map((read) => read.usage),
      reply.partials.count,
    ),
    source: known.every((read) => read.source === 'upstream') ? 'upstream' : 'upstream_without_details',
  }
}

function addUp(usages: readonly Usage[], previews: number): Usage {
  const total: Usage = {
    text_in: 0,
    text_cached_in: 0,
    image_in: 0,
    image_cached_in: 0,
    image_out: 0,
    text_out: 0,
    partial_images: previews,
  }
  for (const usage of usages) for (const bucket of tokenBuckets) total[bucket] += usage[bucket]
  return total
}

function qualityOf(run: GenerationRun, document: JsonObject | undefined) {
  return run.request.model.qualities.find((quality) => quality === document?.['quality']) ?? null
}
