import type { OwnApproval } from '../contract/review-policy.ts'
import type { Database, ReviewDecisionRow, ReviewReadRow, Statement, StatementContext } from '../db/index.ts'
import type { Answer } from './checklist.ts'

/** Who decides. */
export interface DecidingPerson {
  kind: 'key' | 'admin' | 'policy'
  keyId: string | null
  name: string
  /** Who they count as. */
  person: string
}

/** A decision about to be put on record. */
export interface NewDecision {
  itemId: string
  projectId: string
  decision: 'approved' | 'rejected' | 'changes_requested' | 'revoked'
  by: DecidingPerson
  why: string
  answers: Readonly<Record<string, Answer>>
  imageSha256: string
  readAtMs: number | null
  /** Whether they had asked for the picture. */
  isOwn: boolean
  /** Who had allowed it; given with an approval of one's own, and with nothing else. */
  ownApproval: OwnApproval | null
}

/** Puts a decision on record, for good. */
export function recordDecision({ sql, newId, nowMs }: StatementContext, decision: NewDecision): Statement {
  const { by } = decision
  return {
    query: sql.insertInto('review_decisions').values({
      id: newId('dec'),
      item_id: decision.itemId,
      project_id: decision.projectId,
      decision: decision.decision,
      by_kind: by.kind,
      by_key_id: by.keyId,
      by_name: by.name,
      person: by.person,
      at_ms: nowMs,
      why: decision.why,
      answers_json: JSON.stringify(decision.answers),
      image_sha256: decision.imageSha256,
      read_at_ms: decision.readAtMs,
      own: decision.isOwn ? 1 : 0,
      own_allowed_by: decision.ownApproval?.allowedBy ?? null,
      own_allowed_at_ms: decision.ownApproval?.atMs ?? null,
    }),
  }
}

/** What was decided about some pictures, oldest first. */
export function decisionsOf(db: Database, itemIds: readonly string[]): Promise<ReviewDecisionRow[]> {
  if (itemIds.length === 0) return Promise.resolve([])
  return db.read(db.sql.selectFrom('review_decisions').selectAll().where('item_id', 'in', itemIds).orderBy('at_ms').orderBy('id'))
}

/** Who opened some pictures at full size. */
export function readsOf(db: Database, itemIds: readonly string[]): Promise<ReviewReadRow[]> {
  if (itemIds.length === 0) return Promise.resolve([])
  return db.read(db.sql.selectFrom('review_reads').selectAll().where('item_id', 'in', itemIds).orderBy('first_at_ms').orderBy('person'))
}
