import type { GenerationRecord, OutcomeEvidence } from '../contract/record.ts'
import type { AttemptRow, GenerationRow, UnknownEvidenceRow } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'
import { formatUsd, moneyJson } from '../primitives/money.ts'
import { readTraceparent } from '../primitives/trace-context.ts'
import type { FoundImage, GenerationRows } from './find-generation.ts'
import { RESOLVE_WITHIN_MS } from './resolution-statements.ts'
import { nothingReviewed, type RecordReviews } from './review-rows.ts'

/**
 * The production log record of a generation, as `GET /v2/generations/{id}` shows it. What is kept as JSON was written by this
 * part, so it is read back without being checked again.
 * @param reviewed what people decided about it; @default nothing, for whoever does not show it
 */
export function generationRecord(
  { generation, attempts, images, assistantJson, evidence, identity, keys, attachments, holds }: GenerationRows,
  reviewed: RecordReviews = nothingReviewed,
): GenerationRecord {
  const last = attempts.at(-1)
  const imageRecord = (image: FoundImage) => imageRecordOf(image, reviewed)
  const results = images.filter((image) => image.is_preview === 0)
  const replaced = new Set(results.map((image) => image.derived_from))
  return {
    id: generation.id,
    created_at: isoTime(generation.created_at_ms),
    completed_at: timeOrNull(generation.completed_at_ms),
    operation: generation.operation as GenerationRecord['operation'],
    surface: generation.surface as GenerationRecord['surface'],
    status: generation.status as GenerationRecord['status'],
    outcome: outcomeOf(generation),
    resolve_by: resolveBy(attempts),
    outcome_evidence: evidence.map(evidenceRecord),
    request_id: last?.upstream_request_id ?? null,
    client_request_id: generation.client_request_id,
    trace_id: readTraceparent(generation.trace_parent)?.traceId ?? null,
    project_id: generation.project_id,
    project_tag: generation.project_tag,
    submitter: {
      kind: generation.key_id === null ? 'admin' : 'key',
      key_id: generation.key_id,
      name: reviewed.submitterName,
    },
    parent: reviewed.parent,
    metadata: generation.metadata_json === null ? null : JSON.parse(generation.metadata_json),
    route_owner: generation.route_owner,
    route_id: generation.route_id,
    route_contract: JSON.parse(generation.route_contract_json),
    model_mapping: { requested: generation.model_asked, sent: last?.model_sent ?? null, reported: last?.model_reported ?? null },
    request_shape: JSON.parse(generation.request_shape_json),
    images: results.filter(({ id }) => !replaced.has(id)).map(imageRecord),
    originals: results.filter(({ id }) => replaced.has(id)).map(imageRecord),
    usage: usageRecord(generation),
    cost: { ...costRecord(generation), presumed: attempts.some(({ state }) => state === 'presumed_charged') },
    attempts: attempts.map(attemptRecord),
    previews: {
      asked: generation.previews_asked,
      received: generation.previews_received,
      cost: moneyJson(generation.previews_nanos),
      images: images.filter((image) => image.is_preview === 1).map(imageRecord),
    },
    timeout_ms: generation.timeout_ms,
    idempotency: identity && idempotencyRecord(identity, keys, attachments),
    assistant: assistantJson === null ? null : JSON.parse(assistantJson),
    retry_reason: generation.retry_reason as GenerationRecord['retry_reason'],
    next_action: generation.next_action as GenerationRecord['next_action'],
    legal_holds: holds.map(({ id, subject_kind, subject_id, placed_at_ms }) => ({
      id,
      subject_kind: subject_kind as GenerationRecord['legal_holds'][number]['subject_kind'],
      subject_id,
      placed_at: isoTime(placed_at_ms),
    })),
    warnings: JSON.parse(generation.warnings_json),
    error: generation.error_json === null ? null : JSON.parse(generation.error_json),
  }
}

function idempotencyRecord(
  { fingerprint, delivery }: NonNullable<GenerationRows['identity']>,
  keys: GenerationRows['keys'],
  attachments: GenerationRows['attachments'],
): NonNullable<GenerationRecord['idempotency']> {
  return {
    keys,
    fingerprint,
    delivery: delivery as 'delivered' | 'left' | null,
    attached: attachments.map(({ attached_by, at_ms, request_id }) => ({
      attached_by: attached_by as 'shadow' | 'coalesced' | 'cache',
      at: isoTime(at_ms),
      request_id,
    })),
  }
}

/** Pictures were paid for, unless somebody made them by hand; a failure says of itself whether it was. */
function outcomeOf({ status, surface, error_json }: GenerationRow): GenerationRecord['outcome'] {
  if (status === 'completed') return surface === 'chatgpt' ? 'not_charged' : 'charged'
  if (status === 'outcome_unknown') return 'unknown'
  return error_json === null ? null : JSON.parse(error_json).outcome
}

function resolveBy(attempts: readonly AttemptRow[]): string | null {
  const unknown = attempts.find(({ state }) => state === 'unknown')
  return unknown ? isoTime(unknown.started_at_ms + RESOLVE_WITHIN_MS) : null
}

/** One piece of evidence as records and `GET /v2/unknowns` show it. */
export function evidenceRecord(row: UnknownEvidenceRow): OutcomeEvidence {
  return {
    at: isoTime(row.at_ms),
    attempt_id: row.attempt_id,
    step: row.step as OutcomeEvidence['step'],
    finding: row.finding as OutcomeEvidence['finding'],
    effect: row.effect as OutcomeEvidence['effect'],
    cost: row.nanos === null ? null : moneyJson(row.nanos),
    by: row.actor,
    evidence: JSON.parse(row.evidence_json),
  }
}

function imageRecordOf(image: FoundImage, { reviews, publicUrls }: RecordReviews): GenerationRecord['images'][number] {
  const { store, path } = image
  const kept = store !== null && path !== null && image.storage === 'stored' && image.deleted_at_ms === null
  return {
    id: image.id,
    sha256: image.sha256,
    width: image.width,
    height: image.height,
    format: image.format,
    bytes: image.bytes,
    storage: image.storage as 'stored' | 'not_stored',
    storage_pointer: kept
      ? {
          store,
          path,
          public_url: publicUrls.get(image.id) ?? null,
          delete_after: timeOrNull(image.delete_after_ms),
          deletion_policy: image.deletion_policy,
        }
      : null,
    evidence: evidenceOf(image),
    review: reviews.get(image.id) ?? null,
    process: image.process_json === null ? null : { ...JSON.parse(image.process_json), original_image_id: image.derived_from },
    drift: driftSummary(image),
    guard: image.guard_state === null ? null : { status: image.guard_state, overall: image.guard_overall },
    deleted_at: timeOrNull(image.deleted_at_ms),
  }
}

/** What was compared when the picture came, and what its content credentials say once they are read. */
function evidenceOf({ evidence_json, credentials_json }: FoundImage): GenerationRecord['images'][number]['evidence'] {
  const evidence = JSON.parse(evidence_json)
  return credentials_json === null ? evidence : { ...evidence, content_credentials: JSON.parse(credentials_json) }
}

/** The two figures that tell whether a report is worth opening; all of it is at `GET /v2/images/{id}/drift`. */
function driftSummary({ drift_state, drift_json }: FoundImage): GenerationRecord['images'][number]['drift'] {
  if (drift_state === null) return null
  const outside = drift_json === null ? null : JSON.parse(drift_json).outside
  return {
    status: drift_state as NonNullable<GenerationRecord['images'][number]['drift']>['status'],
    changed_fraction: outside?.changedFraction ?? null,
    ssim: outside?.ssim ?? null,
  }
}

function usageRecord({ usage_json, usage_source }: GenerationRow): GenerationRecord['usage'] {
  if (usage_json === null) return null
  return { main_model: null, web_search_calls: 0, ...JSON.parse(usage_json), source: usage_source }
}

/** `reserved` is what was set aside for the call and stays on record after it is released; what is set aside now, the ledger says. */
function costRecord(generation: GenerationRow): Omit<GenerationRecord['cost'], 'presumed'> {
  const { book, price_card, estimated_nanos, reserved_nanos, settled_nanos, held_unknown_nanos } = generation
  return {
    currency: 'USD',
    book: book as GenerationRecord['cost']['book'],
    estimated: formatUsd(estimated_nanos),
    estimated_nanos: String(estimated_nanos),
    reserved: formatUsd(reserved_nanos),
    reserved_nanos: String(reserved_nanos),
    settled: formatUsd(settled_nanos),
    settled_nanos: String(settled_nanos),
    held_unknown: formatUsd(held_unknown_nanos),
    held_unknown_nanos: String(held_unknown_nanos),
    price_card,
  }
}

function attemptRecord(attempt: AttemptRow): GenerationRecord['attempts'][number] {
  return {
    id: attempt.id,
    n: attempt.n,
    route_id: attempt.route_id,
    state: attempt.state,
    outcome: attempt.outcome,
    retry_reason: attempt.retry_reason as GenerationRecord['retry_reason'],
    http_status: attempt.http_status,
    request_id: attempt.upstream_request_id,
    started_at: isoTime(attempt.started_at_ms),
    first_byte_ms: attempt.first_byte_ms,
    total_ms: attempt.total_ms,
    cost: attempt.cost_nanos === null ? null : moneyJson(attempt.cost_nanos),
  }
}

const timeOrNull = (epochMs: number | null) => (epochMs === null ? null : isoTime(epochMs))
