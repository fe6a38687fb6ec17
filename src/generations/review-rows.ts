import { presentDecision } from '../contract/present-decision.ts'
import type { GenerationRecord } from '../contract/record.ts'
import type { Database, PublicationRow, ReviewDecisionRow, ReviewItemRow } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'

type RecordedReview = NonNullable<GenerationRecord['images'][number]['review']>

type ReviewRow = Pick<ReviewItemRow, 'id' | 'image_id' | 'state' | 'reasons_json' | 'opened_at_ms' | 'due_at_ms' | 'closed_at_ms'>
type PublicAddress = Pick<PublicationRow, 'id' | 'image_id' | 'base_url'>

/** What people decided about the pictures of a generation, and where it comes from. */
export interface RecordReviews {
  /** By the ids of the pictures. */
  reviews: ReadonlyMap<string, RecordedReview>
  /** The public addresses that pictures have now, by their ids. */
  publicUrls: ReadonlyMap<string, string>
  parent: GenerationRecord['parent']
  /** Name of the key that asked; null where the administrator did. */
  submitterName: string | null
}

/** Of a generation whose pictures nobody looks at. */
export const nothingReviewed: RecordReviews = { reviews: new Map(), publicUrls: new Map(), parent: null, submitterName: null }

/** Finds what people decided about the pictures of a generation. */
export async function findRecordReviews(db: Database, id: string): Promise<RecordReviews> {
  const [reviews, decisions, addresses, [parent], [submitter]] = await db.readAll<
    [ReviewRow, ReviewDecisionRow, PublicAddress, NonNullable<GenerationRecord['parent']>, { name: string }]
  >([
    db.sql
      .selectFrom('review_items')
      .select(['id', 'image_id', 'state', 'reasons_json', 'opened_at_ms', 'due_at_ms', 'closed_at_ms'])
      .where('generation_id', '=', id),
    db.sql
      .selectFrom('review_decisions')
      .innerJoin('review_items', 'review_items.id', 'review_decisions.item_id')
      .selectAll('review_decisions')
      .where('review_items.generation_id', '=', id)
      .orderBy('review_decisions.at_ms')
      .orderBy('review_decisions.id'),
    db.sql
      .selectFrom('publications')
      .innerJoin('images', 'images.id', 'publications.image_id')
      .select(['publications.id', 'publications.image_id', 'publications.base_url'])
      .where('images.generation_id', '=', id)
      .where('publications.ended_at_ms', 'is', null),
    db.sql
      .selectFrom('review_changes')
      .innerJoin('review_items', 'review_items.id', 'review_changes.item_id')
      .select(['review_items.generation_id', 'review_items.image_id', 'review_items.id as review_id'])
      .where('review_changes.generation_id', '=', id),
    db.sql
      .selectFrom('generations')
      .innerJoin('api_keys', 'api_keys.id', 'generations.key_id')
      .select('api_keys.name')
      .where('generations.id', '=', id),
  ])
  return {
    reviews: new Map(reviews.map((review) => [review.image_id, recordedReview(review, decisions)])),
    publicUrls: new Map(addresses.map((one) => [one.image_id, `${one.base_url}/p/${one.id}`])),
    parent: parent ?? null,
    submitterName: submitter?.name ?? null,
  }
}

/** A review as the record of its picture shows it. A claim is nobody's business there: it reads as open. */
function recordedReview(review: ReviewRow, decisions: readonly ReviewDecisionRow[]): RecordedReview {
  return {
    id: review.id,
    state: (review.state === 'claimed' ? 'open' : review.state) as RecordedReview['state'],
    reasons: JSON.parse(review.reasons_json),
    opened_at: isoTime(review.opened_at_ms),
    due_at: timeOrNull(review.due_at_ms),
    closed_at: timeOrNull(review.closed_at_ms),
    decisions: decisions.filter(({ item_id }) => item_id === review.id).map(presentDecision),
  }
}

const timeOrNull = (atMs: number | null) => (atMs === null ? null : isoTime(atMs))
