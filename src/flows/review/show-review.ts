import { failure } from '../../contract/failure.ts'
import { presentDecision } from '../../contract/present-decision.ts'
import type { PublicationReply, ReviewReply } from '../../contract/record.ts'
import type { PublicationRow, ReviewChangeRow, ReviewDecisionRow, ReviewReadRow } from '../../db/index.ts'
import { findDrift, findGuardVerdicts, summariseDrift } from '../../guard/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isId } from '../../primitives/ids.ts'
import {
  changesOf,
  decisionsOf,
  type FoundReview,
  findReview,
  isOverdue,
  listReviews,
  presentPublication,
  publicationsOf,
  type ReviewQuery,
  readsOf,
  stateOf,
} from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { openChange } from './change-words.ts'

/** A review as a caller names it. */
export interface ReviewAskedFor {
  id: string
  /** Null = the administrator. */
  projectId: string | null
}

/** @throws Failure `not_found` */
export async function requireReview({ database }: Pick<GatewayParts, 'database'>, { id, projectId }: ReviewAskedFor): Promise<FoundReview> {
  const found = isId('rev', id) ? await findReview(database, { id, projectId }) : null
  if (!found) throw failure('not_found', { param: 'id' })
  return found
}

/** One review, with everything that is on record of it. @throws Failure `not_found` */
export async function showReview(parts: GatewayParts, asked: ReviewAskedFor, baseUrl: string): Promise<ReviewReply> {
  const [shown] = await presentReviews(parts, [await requireReview(parts, asked)], baseUrl)
  return shown!
}

/** A page of reviews, the longest waiting first. */
export async function pageOfReviews(
  parts: GatewayParts,
  { limit, ...query }: Omit<ReviewQuery, 'nowMs'>,
  baseUrl: string,
): Promise<{ reviews: ReviewReply[]; next_cursor: string | null }> {
  const found = await listReviews(parts.database, { ...query, limit: limit + 1, nowMs: parts.clock.nowMs() })
  const page = found.slice(0, limit)
  return { reviews: await presentReviews(parts, page, baseUrl), next_cursor: found.length > limit ? page.at(-1)!.id : null }
}

/** Some reviews, in their order. */
export async function presentReviews(parts: GatewayParts, found: readonly FoundReview[], baseUrl: string): Promise<ReviewReply[]> {
  const { database } = parts
  const [ids, imageIds] = [found.map(({ id }) => id), found.map(({ image_id }) => image_id)]
  const [decisions, reads, changes, publications, verdicts] = await Promise.all([
    decisionsOf(database, ids),
    readsOf(database, ids),
    changesOf(database, ids),
    publicationsOf(database, imageIds),
    findGuardVerdicts(database, imageIds),
  ])
  return Promise.all(
    found.map(async (one) => {
      const isOf = ({ item_id }: { item_id: string }) => item_id === one.id
      const change = changes.find(isOf)
      const drift = await findDrift(database, one.image_id)
      return {
        ...presentReview(one, { decisions: decisions.filter(isOf), reads: reads.filter(isOf), nowMs: parts.clock.nowMs(), baseUrl }),
        change: change ? await presentChange(parts, change) : null,
        drift: drift && summariseDrift(drift),
        guard: guardOf(verdicts.get(one.image_id)),
        publication: latest(publications.filter(({ image_id }) => image_id === one.image_id)),
      }
    }),
  )
}

interface ReviewRows {
  decisions: readonly ReviewDecisionRow[]
  reads: readonly ReviewReadRow[]
  nowMs: number
  baseUrl: string
}

function presentReview(one: FoundReview, rows: ReviewRows): Omit<ReviewReply, 'change' | 'drift' | 'guard' | 'publication'> {
  const state = stateOf(one, rows.nowMs)
  return {
    id: one.id,
    project_id: one.project_id,
    generation_id: one.generation_id,
    state,
    reasons: JSON.parse(one.reasons_json),
    image: presentImage(one, rows.baseUrl),
    submitter: { kind: one.submitter_key_id === null ? 'admin' : 'key', key_id: one.submitter_key_id },
    checklist: JSON.parse(one.checklist_json),
    approvals: { needed: one.approvals_needed, given: one.approvals },
    opened_at: isoTime(one.opened_at_ms),
    due_at: timeOrNull(one.due_at_ms),
    overdue: isOverdue(one, rows.nowMs),
    claim: state === 'claimed' ? { name: one.claimed_name!, until: isoTime(one.claim_until_ms!) } : null,
    read_at_full_size_by: rows.reads.map(({ name }) => name),
    decisions: rows.decisions.map(presentDecision),
    closed_at: timeOrNull(one.closed_at_ms),
  }
}

function presentImage(one: FoundReview, baseUrl: string): ReviewReply['image'] {
  return {
    id: one.image_id,
    sha256: one.image_sha256,
    width: one.width,
    height: one.height,
    format: one.format,
    deleted_at: timeOrNull(one.image_deleted_at_ms),
    full_size_url: `${baseUrl}/v2/reviews/${one.id}/image`,
  }
}

async function presentChange(parts: GatewayParts, change: ReviewChangeRow): Promise<ReviewReply['change']> {
  return { text: await openChange(parts, change), asked_at: isoTime(change.asked_at_ms), generation_id: change.generation_id }
}

function guardOf(verdict: { state: string; overall: string | null } | undefined): ReviewReply['guard'] {
  return verdict ? { state: verdict.state as 'pending', overall: verdict.overall as 'adoptable' | null } : null
}

function latest(publications: readonly PublicationRow[]): PublicationReply | null {
  const last = publications.at(-1)
  return last ? presentPublication(last) : null
}

const timeOrNull = (atMs: number | null) => (atMs === null ? null : isoTime(atMs))
