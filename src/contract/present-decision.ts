import { isoTime } from '../primitives/clock.ts'
import { presentOwnApproval } from './review-policy.ts'
import type { ReviewDecision } from './review-replies.ts'

/** What of a decision on record is shown, under the names that the record has for it. */
export interface DecisionOnRecord {
  /** `approved | rejected | changes_requested | revoked`. */
  decision: string
  /** `key | admin | policy`. */
  by_kind: string
  by_key_id: string | null
  by_name: string
  at_ms: number
  why: string
  answers_json: string
  image_sha256: string
  read_at_ms: number | null
  own: number | null
  own_allowed_by: string | null
  own_allowed_at_ms: number | null
}

/** A decision as it is shown: by its review, and by the record of its picture. */
export function presentDecision(row: DecisionOnRecord): ReviewDecision {
  return {
    decision: row.decision as ReviewDecision['decision'],
    by: { kind: row.by_kind as ReviewDecision['by']['kind'], key_id: row.by_key_id, name: row.by_name },
    at: isoTime(row.at_ms),
    why: row.why,
    answers: JSON.parse(row.answers_json),
    image_sha256: row.image_sha256,
    full_size_read_at: row.read_at_ms === null ? null : isoTime(row.read_at_ms),
    own: row.own === null ? null : row.own === 1,
    own_approval: row.own_allowed_by === null ? null : presentOwnApproval({ allowedBy: row.own_allowed_by, atMs: row.own_allowed_at_ms! }),
  }
}
