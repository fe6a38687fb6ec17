/**
 * Who waits for how long: the caller longer than the gateway, the gateway longer than it lets upstream take. In that order each learns from
 * the one behind it what became of a call; in any other the caller gives up on an answer that is coming, and pays for it.
 */
export interface Deadlines {
  /** One call to upstream, all attempts together, in milliseconds. */
  upstreamMs: number
  /** When the gateway ends a call that upstream's own time did not end; its outcome is then unknown. */
  gatewayMs: number
  /** What callers are to wait for, at least. */
  clientMs: number
}

/** What has deadlines of its own; `background` = a Responses call that upstream goes on with by itself. */
export type TimedOperation = 'generate' | 'edit' | 'respond' | 'background'

/** The deadlines of every operation. */
export type DeadlineTable = Readonly<Record<TimedOperation, Deadlines>>

/** What holds where nothing is configured: a picture of high quality takes two minutes and more, and clients of fetch give up after 300 s. */
export const synchronousDeadlines: Deadlines = { upstreamMs: 270_000, gatewayMs: 285_000, clientMs: 300_000 }

/** Nobody holds a connection open for these. */
export const backgroundDeadlines: Deadlines = { upstreamMs: 570_000, gatewayMs: 585_000, clientMs: 600_000 }

/** The table as it ships. */
export const defaultDeadlines: DeadlineTable = {
  generate: synchronousDeadlines,
  edit: synchronousDeadlines,
  respond: synchronousDeadlines,
  background: backgroundDeadlines,
}

/** The time of one call, within what is configured for its operation. */
export interface CallTime {
  /** For upstream. */
  timeoutMs: number
  /** How much longer the gateway waits for the end of it. */
  marginMs: number
}

/** @param askedMs what the request allows itself; null = what is configured */
export function callTime({ upstreamMs, gatewayMs }: Deadlines, askedMs: number | null): CallTime {
  return { timeoutMs: Math.min(askedMs ?? upstreamMs, upstreamMs), marginMs: gatewayMs - upstreamMs }
}
