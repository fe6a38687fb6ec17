import type { UsageCount } from '../../providers/index.ts'

const MINUTE_MS = 60_000
/** Beyond it a stretch of calls without a pause says nothing of one of them. */
const LONGEST_STRETCH_MS = 24 * 60 * MINUTE_MS
/** What is on record upstream may come late: so long after the last call that can be among them a full count is believed. */
const COUNTED_AFTER_MS = 5 * MINUTE_MS
/** And so long after it a count that lacks them. */
const MISSED_AFTER_MS = 45 * MINUTE_MS

/** A call of ours that the upstream may have counted. */
export interface OwnCall {
  id: string
  /** As it was sent. */
  model: string
  /** As the upstream names it; null for calls it may count under a name of its own. */
  source: 'image.generation' | 'image.edit' | null
  /** When it can have been counted: from the moment it was sent to the last at which it can have ended. */
  fromMs: number
  toMs: number
  /** `charged` for certain; `open` is what is asked about; `presumed` is as uncertain; `running` has not ended. */
  standing: 'charged' | 'open' | 'presumed' | 'running'
}

/** Calls that follow one another so closely that a count cannot tell them apart, with a quiet minute on either side. */
export interface Stretch {
  fromMs: number
  toMs: number
  calls: OwnCall[]
}

/** The stretches that hold something that is asked about. No call of ours lies across the edge of one. */
export function stretchesOf(calls: readonly OwnCall[]): Stretch[] {
  const stretches: Stretch[] = []
  for (const call of calls.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const fromMs = (Math.floor(call.fromMs / MINUTE_MS) - 1) * MINUTE_MS
    const toMs = (Math.ceil(call.toMs / MINUTE_MS) + 1) * MINUTE_MS
    const last = stretches.at(-1)
    if (last && fromMs <= last.toMs) {
      last.calls.push(call)
      last.toMs = Math.max(last.toMs, toMs)
    } else stretches.push({ fromMs, toMs, calls: [call] })
  }
  return stretches.filter((stretch) => stretch.calls.some(({ standing }) => standing === 'open'))
}

/** What a count says of the open calls of one model and source in a stretch. */
export interface Comparison {
  open: string[]
  outcome: 'charged' | 'not_charged' | 'undecided'
  /** Why nothing is decided; null when something is. */
  reason: string | null
  model: string
  source: string
  countedRequests: number
  countedImages: number
  /** Calls of ours that were charged for certain. */
  explained: number
  /** Calls of ours of which nobody knows, those that are presumed included. */
  unknown: number
}

/**
 * Compares what the upstream counted with what our own calls explain. What is left over is the number of unknown calls that were charged:
 * all of them or none decides, k of m decides nothing, because nobody can say which.
 */
export function compareUsage(stretch: Stretch, counts: readonly UsageCount[], nowMs: number): Comparison[] {
  const within = counts.filter(({ fromMs }) => fromMs >= stretch.fromMs && fromMs < stretch.toMs)
  const groups = Map.groupBy(stretch.calls, ({ model, source }) => `${model} ${source}`)
  const isOurs = ({ model, source }: UsageCount) => stretch.calls.some((call) => call.source === source && isModel(model, call.model))
  const strangers = within.filter((count) => count.requests > 0 && !isOurs(count)).length
  return [...groups.values()].flatMap((calls): Comparison[] => {
    const open = calls.filter(({ standing }) => standing === 'open').map(({ id }) => id)
    const { model, source } = calls[0]!
    if (open.length === 0 || source === null) return []
    const counted = within.filter((count) => count.source === source && isModel(count.model, model))
    const figures = {
      open,
      model,
      source,
      countedRequests: counted.reduce((sum, { requests }) => sum + requests, 0),
      countedImages: counted.reduce((sum, { images }) => sum + images, 0),
      explained: calls.filter(({ standing }) => standing === 'charged').length,
      unknown: calls.filter(({ standing }) => standing === 'open' || standing === 'presumed').length,
    }
    return [{ ...figures, ...decide(stretch, figures, strangers, nowMs) }]
  })
}

function decide(
  { fromMs, toMs, calls }: Stretch,
  { countedRequests, explained, unknown }: Pick<Comparison, 'countedRequests' | 'explained' | 'unknown'>,
  strangers: number,
  nowMs: number,
): Pick<Comparison, 'outcome' | 'reason'> {
  const undecided = (reason: string) => ({ outcome: 'undecided', reason }) as const
  if (toMs - fromMs > LONGEST_STRETCH_MS) return undecided('the route had no pause around the call within a day')
  if (calls.some(({ source }) => source === null)) return undecided('assistant calls lie beside it, whose pictures may be counted or not')
  if (calls.some(({ standing }) => standing === 'running')) return undecided('calls beside it are still running')
  if (strangers > 0)
    return undecided('calls were counted that are not of this route: its key is used elsewhere, or its models go by other names')
  const charged = countedRequests - explained
  if (charged < 0) return undecided('fewer calls were counted than were surely charged: the count is not complete')
  if (charged > unknown) return undecided('more calls were counted than were made: the key is used elsewhere')
  if (charged > 0 && charged < unknown) return undecided(`${charged} of ${unknown} were charged, and nobody can say which`)
  const waitedMs = nowMs - toMs
  if (charged === 0) return waitedMs < MISSED_AFTER_MS ? undecided('not counted so far') : { outcome: 'not_charged', reason: null }
  return waitedMs < COUNTED_AFTER_MS ? undecided('too early to tell') : { outcome: 'charged', reason: null }
}

/** An alias may be counted under the dated model it stood for. */
function isModel(counted: string | null, sent: string): boolean {
  if (counted === null || !counted.startsWith(sent)) return false
  return /^(?:-\d{4}-\d{2}-\d{2})?$/.test(counted.slice(sent.length))
}
