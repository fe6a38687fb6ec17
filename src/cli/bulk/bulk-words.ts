import type { Bulk } from '../../contract/bulk-replies.ts'
import { formatUsd } from '../../primitives/money.ts'

type State = keyof Bulk['counts']

/** How the states of items are called, in the order in which they are told. */
const words: Readonly<Record<State, string>> = {
  waiting: 'waiting',
  queued: 'queued',
  running: 'running',
  completed: 'completed',
  failed: 'failed',
  refused: 'refused',
  cancelled: 'cancelled',
  outcome_unknown: 'unknown',
}

const trouble: readonly State[] = ['failed', 'refused', 'outcome_unknown', 'cancelled']

/** Items of which nothing more comes. */
export function doneOf({ total, counts }: Bulk): number {
  return total - counts.waiting - counts.queued - counts.running
}

/** True once nothing more happens to it. */
export function isOver(bulk: Bulk): boolean {
  return bulk.state === 'ended' || (bulk.state === 'cancelled' && doneOf(bulk) === bulk.total)
}

/** `480 completed, 3 failed`: the states that have any. */
export function countsInWords({ counts }: Bulk): string {
  return said(counts, Object.keys(words) as State[])
}

/** `3 failed, 1 unknown`; empty where all is well. */
export function troubleInWords({ counts }: Bulk): string {
  return said(counts, trouble)
}

function said(counts: Bulk['counts'], states: readonly State[]): string {
  return states.flatMap((state) => (counts[state] === 0 ? [] : [`${counts[state]} ${words[state]}`])).join(', ')
}

const CENT = 10_000_000n

/** Dollars for people who watch: two places from a cent up, the two leading digits below. */
export function aboutUsd(nanos: bigint): string {
  const step = nanos >= CENT ? CENT : 10n ** BigInt(Math.max(0, String(nanos).length - 2))
  const text = formatUsd(((nanos + step / 2n) / step) * step)
  if (nanos < CENT) return text
  const [whole, places = ''] = text.split('.')
  return `${whole}.${places.padEnd(2, '0')}`
}

/** How long until then: `40 s`, `9 min`, `3 h 20 min`, `2 d 3 h`. */
export function timeLeft(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((untilMs - nowMs) / 1000))
  const [minutes, hours, days] = [Math.round(seconds / 60), Math.floor(Math.round(seconds / 60) / 60), Math.floor(seconds / 86_400)]
  if (seconds < 60) return `${seconds} s`
  if (minutes < 60) return `${minutes} min`
  if (days === 0) return `${hours} h ${minutes - hours * 60} min`
  return `${days} d ${Math.floor((seconds - days * 86_400) / 3600)} h`
}

/** Items a minute. */
export function paceOf(perMinute: number): string {
  return `${perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute)}/min`
}
