import type { NextAction, RetryReason } from '../contract/failure.ts'
import type { ContractWarning, Operation, Surface } from '../contract/image-request.ts'
import type { ErrorObject, GenerationRecord } from '../contract/record.ts'
import type { Usage, UsageSource } from '../contract/usage.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'
import { insertAttempt, type NewAttempt } from './attempt-statements.ts'

/** What is known of a generation before anything is sent. */
export interface NewGeneration {
  id: string
  projectId: string
  /** Null when the admin token asked. */
  keyId: string | null
  operation: Operation
  surface: Surface
  /** The caller's own id of the request, if it sent one. */
  clientRequestId: string | null
  /** The span it belongs to, as a W3C `traceparent`. */
  traceParent?: string | null
  modelAsked: string
  routeId: string
  routeOwner: string
  /** The route's contract as it stands now, in the record's own names. */
  routeContract: Readonly<Record<string, unknown>>
  requestShape: GenerationRecord['request_shape']
  warnings: readonly ContractWarning[]
  /** Empty counts as none. */
  projectTag: string | null
  endUser: string | null
  timeoutMs: number
  book: 'provider' | 'sandbox'
  priceCard: string
  /** What it should cost. */
  estimatedNanos: Nanos
  /** What it may cost at most. */
  reservedNanos: Nanos
  previewsAsked: number
  /** Pictures asked for, for the rate of the project. */
  imagesAsked: number
  /** Labels of the caller (`darkroom.metadata`). */
  metadata: Readonly<Record<string, string>> | null
}

/** The generation has ended before: by this process, or by a sweep that took it for abandoned. Nothing of the transaction was done. */
export class GenerationEnded extends Error {
  readonly generationId: string

  constructor(generationId: string) {
    super(`generation ${generationId} is not running any more; nothing was recorded`)
    this.name = 'GenerationEnded'
    this.generationId = generationId
  }
}

/**
 * Records a generation and the attempt that is about to be made for it. Run it in one transaction with the reservation:
 * once that is on disk, and not before, the attempt's socket may be opened.
 */
export function recordIntent(context: StatementContext, generation: NewGeneration, attempt: NewAttempt): Statement[] {
  return [insertGeneration(context, generation, 'running'), insertAttempt(context, generation.id, attempt)]
}

/** The row of a new generation. Part of `recordIntent`, and of what puts a job into the queue. */
export function insertGeneration({ sql, nowMs }: StatementContext, generation: NewGeneration, status: 'running' | 'queued'): Statement {
  return {
    query: sql.insertInto('generations').values({
      id: generation.id,
      project_id: generation.projectId,
      key_id: generation.keyId,
      created_at_ms: nowMs,
      completed_at_ms: null,
      operation: generation.operation,
      surface: generation.surface,
      status,
      client_request_id: generation.clientRequestId,
      trace_parent: generation.traceParent ?? null,
      model_asked: generation.modelAsked,
      route_id: generation.routeId,
      route_owner: generation.routeOwner,
      route_contract_json: JSON.stringify(generation.routeContract),
      request_shape_json: JSON.stringify(generation.requestShape),
      warnings_json: JSON.stringify(generation.warnings),
      project_tag: generation.projectTag || null,
      end_user: generation.endUser,
      timeout_ms: generation.timeoutMs,
      book: generation.book,
      price_card: generation.priceCard,
      estimated_nanos: generation.estimatedNanos,
      reserved_nanos: generation.reservedNanos,
      settled_nanos: 0n,
      held_unknown_nanos: 0n,
      usage_json: null,
      usage_source: null,
      previews_asked: generation.previewsAsked,
      previews_received: 0,
      previews_nanos: 0n,
      retry_reason: null,
      next_action: 'none',
      error_json: null,
      images_asked: generation.imagesAsked,
      metadata_json: generation.metadata === null ? null : JSON.stringify(generation.metadata),
      started_at_ms: null,
    }),
  }
}

/**
 * Records one more attempt for a running generation. What was reserved for the attempt before was given back, so what the generation may
 * cost is what this one may. Run it in the transaction that ends the attempt before, together with the new reservation.
 */
export function recordAttempt(
  context: StatementContext,
  generationId: string,
  attempt: NewAttempt & { reservedNanos: Nanos },
): Statement[] {
  const { reservedNanos, ...next } = attempt
  const newReservation: Statement = {
    query: context.sql
      .updateTable('generations')
      .set({ reserved_nanos: reservedNanos })
      .where('id', '=', generationId)
      .where('status', '=', 'running'),
    expect: { rows: 1, otherwise: () => new GenerationEnded(generationId) },
  }
  return [newReservation, insertAttempt(context, generationId, next)]
}

/** The route of the next attempt, where another turned out not to serve. */
export interface Rerouting
  extends Pick<NewGeneration, 'routeId' | 'routeOwner' | 'routeContract' | 'book' | 'priceCard' | 'estimatedNanos' | 'warnings'> {
  generationId: string
}

/** Puts a running generation under the route of its next attempt. Run it in the transaction that records that attempt. */
export function reroute({ sql }: StatementContext, next: Rerouting): Statement {
  return {
    query: sql.updateTable('generations').set(routeColumns(next)).where('id', '=', next.generationId).where('status', '=', 'running'),
    expect: { rows: 1, otherwise: () => new GenerationEnded(next.generationId) },
  }
}

/** What of a generation's row follows the route. */
export function routeColumns(next: Omit<Rerouting, 'generationId'>) {
  return {
    route_id: next.routeId,
    route_owner: next.routeOwner,
    route_contract_json: JSON.stringify(next.routeContract),
    book: next.book,
    price_card: next.priceCard,
    estimated_nanos: next.estimatedNanos,
    warnings_json: JSON.stringify(next.warnings),
  }
}

/** What a call used, as far as it is known. */
export interface UsageRecord {
  usage: Usage
  source: UsageSource
  /** What the previews among it cost. */
  previewsNanos: Nanos
}

/** How a generation ended well. */
export interface GenerationCompletion extends UsageRecord {
  generationId: string
  settledNanos: Nanos
  /** @default 'none' */
  nextAction?: NextAction
  /** All remarks on the call, those of the check included. @default those it began with */
  warnings?: readonly ContractWarning[] | undefined
}

/**
 * Ends a generation that gave its pictures. Run it in the transaction that ends its attempt and settles its cost.
 * @throws (through `transact`) GenerationEnded when it is not running any more.
 */
export function completeGeneration(context: StatementContext, end: GenerationCompletion): Statement {
  return endGeneration(context, end.generationId, {
    status: 'completed',
    settled_nanos: end.settledNanos,
    held_unknown_nanos: 0n,
    next_action: end.nextAction ?? 'none',
    retry_reason: null,
    error_json: null,
    ...usageColumns(end),
    ...warningColumns(end),
  })
}

/** Ends a generation whose picture somebody made by hand: nothing was used, and nothing cost. */
export function completeByHand(
  context: StatementContext,
  { generationId, warnings }: Pick<GenerationCompletion, 'generationId' | 'warnings'>,
): Statement {
  const nothing = { settled_nanos: 0n, held_unknown_nanos: 0n, next_action: 'none', retry_reason: null, error_json: null } as const
  return endGeneration(context, generationId, { status: 'completed', ...nothing, ...warningColumns({ warnings }) })
}

/** How a generation ended without its pictures. */
export interface GenerationFailure {
  generationId: string
  /** `outcome_unknown` when the call was sent and nobody knows what became of it. */
  status: 'failed' | 'outcome_unknown'
  /** What it cost all the same. @default 0n */
  settledNanos?: Nanos
  /** What it may have cost. @default 0n */
  heldUnknownNanos?: Nanos
  retryReason: RetryReason | null
  nextAction: NextAction
  /** The error object the caller was answered; must hold nothing of the prompt. */
  error: ErrorObject
  /** Only when upstream's usage is known. */
  used?: UsageRecord | undefined
  /** All remarks on the call, those of the check included. @default those it began with */
  warnings?: readonly ContractWarning[] | undefined
}

/**
 * Ends a generation that gave no picture. Run it in the transaction that ends its attempt and books its cost.
 * @throws (through `transact`) GenerationEnded when it is not running any more.
 */
export function failGeneration(context: StatementContext, end: GenerationFailure): Statement {
  return endGeneration(context, end.generationId, {
    status: end.status,
    settled_nanos: end.settledNanos ?? 0n,
    held_unknown_nanos: end.heldUnknownNanos ?? 0n,
    next_action: end.nextAction,
    retry_reason: end.retryReason,
    error_json: JSON.stringify(end.error),
    ...(end.used ? usageColumns(end.used) : {}),
    ...warningColumns(end),
  })
}

function usageColumns({ usage, source, previewsNanos }: UsageRecord) {
  return {
    usage_json: JSON.stringify(usage),
    usage_source: source,
    previews_received: usage.partial_images,
    previews_nanos: previewsNanos,
  }
}

function warningColumns({ warnings }: { warnings?: readonly ContractWarning[] | undefined }) {
  return warnings ? { warnings_json: JSON.stringify(warnings) } : {}
}

type GenerationEnd = {
  status: 'completed' | 'failed' | 'outcome_unknown'
  settled_nanos: Nanos
  held_unknown_nanos: Nanos
  next_action: NextAction
  retry_reason: RetryReason | null
  error_json: string | null
} & Partial<ReturnType<typeof usageColumns>> & { warnings_json?: string }

function endGeneration({ sql, nowMs }: StatementContext, generationId: string, end: GenerationEnd): Statement {
  return {
    query: sql
      .updateTable('generations')
      .set({ ...end, completed_at_ms: nowMs })
      .where('id', '=', generationId)
      .where('status', '=', 'running'),
    expect: { rows: 1, otherwise: () => new GenerationEnded(generationId) },
  }
}
