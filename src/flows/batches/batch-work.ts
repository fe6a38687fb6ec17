import { type BatchOutcome, type BatchState, changeBatch, moveBatch, retryPauseMs } from '../../batches/index.ts'
import type { RetryReason } from '../../contract/failure.ts'
import { type BatchRow, type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { type BatchCallBasics, type BatchCalls, type DispatchOutcome, mapUpstreamError } from '../../providers/index.ts'
import type { RouteContract } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { batchesOf } from './line-of-call.ts'

/** How the economy lane goes about its work. */
export interface EconomySettings {
  /** Most lines of one batch. */
  requests: number
  /** How long the first job waits for company. */
  collectMs: number
  /** Shortest pause between two questions about a batch. */
  pollMs: number
  /** How long a batch whose creation was not answered is looked for before it is made anew. */
  missingMs: number
}

/** A batch that somebody works on. */
export interface BatchWork {
  parts: GatewayParts
  batch: BatchRow
  settings: EconomySettings
  /** When this process began with the lane: what is older may have been gone on with elsewhere. */
  sinceMs: number
  /** The process ends. */
  signal: AbortSignal
}

/** Whether there is something to do for a batch right now. */
export type StepEnd = 'on' | 'wait'

/** Where a batch goes, and how it is spoken of there. */
export interface Upstream {
  route: RouteContract
  calls: BatchCalls
}

/** The upstream of a batch; null when its route is not configured any more. */
export function upstreamOf({ parts, batch }: Pick<BatchWork, 'parts' | 'batch'>): Upstream | null {
  const route = parts.routes.list().find(({ id }) => id === batch.route_id)
  const calls = route && batchesOf(parts, route.protocol)
  return route && calls ? { route, calls } : null
}

const SMALL_CALL_MS = 60_000

/** What a call about a batch says of itself. */
export function callBasics({ parts, batch }: Pick<BatchWork, 'parts' | 'batch'>, { baseUrl, key }: RouteContract): BatchCallBasics {
  return { baseUrl, key, clientRequestId: `dk-${batch.id}-${parts.newId('req')}`, timeoutMs: SMALL_CALL_MS }
}

/** Moves a batch on, with what belongs to that. */
export async function moveOn(
  { parts, batch }: BatchWork,
  to: BatchState,
  change: Parameters<typeof moveBatch>[3] = {},
  also: (context: StatementContext) => Statement[] = () => [],
): Promise<StepEnd> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([moveBatch(context, batch, to, change), ...also(context)])
  return to === 'ended' ? 'wait' : 'on'
}

/** Notes something of a batch. */
export async function noteOf({ parts, batch }: BatchWork, change: Parameters<typeof changeBatch>[2]): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([changeBatch(context, batch, change)])
}

/** A step failed in a way that may pass: it is tried again, later each time. @param why for the log: classes and causes, no words of upstream's */
export async function tryLater(work: BatchWork, why: string, change: Parameters<typeof changeBatch>[2] = {}): Promise<StepEnd> {
  const { parts, batch, settings } = work
  const tries = batch.tries + 1
  const known = { batch_id: batch.id, route_id: batch.route_id, state: batch.state, outcome: why, count: tries }
  parts.logger.warn(known, 'a step of a batch failed and is tried again')
  await noteOf(work, { tries, next_look_at_ms: parts.clock.nowMs() + Math.round(retryPauseMs(tries, settings.pollMs)), ...change })
  return 'wait'
}

/** Leaves a batch alone for a time. */
export async function lookAgainIn(work: BatchWork, pauseMs: number, change: Parameters<typeof changeBatch>[2] = {}): Promise<StepEnd> {
  await noteOf(work, { next_look_at_ms: work.parts.clock.nowMs() + Math.round(pauseMs), ...change })
  return 'wait'
}

/** A call that did not do what it was to, in one line for the log. */
export function inWords(outcome: DispatchOutcome): string {
  const cause = 'cause' in outcome ? `: ${outcome.cause}` : ''
  return `${outcome.class}${cause}${outcome.httpStatus === null ? '' : ` (${outcome.httpStatus})`}`
}

/** What an operator can mend, or time. */
const passing: readonly (RetryReason | null)[] = ['quota', 'auth', 'rate_limit', 'timeout']

/** Upstream's word that it will not do what was asked, also when it is asked again: not a matter of the account, its key or its limits. */
export function isFinalRefusal(outcome: DispatchOutcome): boolean {
  return outcome.class === 'rejected' && outcome.httpStatus !== 408 && !passing.includes(mapUpstreamError(outcome).retryReason)
}

/** Upstream's word that there is no such thing. */
export function isGone({ class: name, httpStatus }: DispatchOutcome): boolean {
  return name === 'rejected' && (httpStatus === 404 || httpStatus === 410)
}

/** Says that a batch is over, and what it came to. */
export function reportOutcome({ parts, batch }: BatchWork, outcome: BatchOutcome): void {
  parts.logger.info({ batch_id: batch.id, route_id: batch.route_id, outcome }, 'a batch is over')
}
