import type { ReviewReply } from '../../contract/record.ts'
import { csvCell } from '../../primitives/csv-cell.ts'
import { listReviews } from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { presentReviews } from './show-review.ts'

const AT_A_TIME = 200

/** Which reviews are exported. */
export interface ReviewExport {
  /** Null = those of all projects. */
  projectId: string | null
  fromMs?: number | undefined
  toMs?: number | undefined
  baseUrl: string
}

/** Every review that was opened in a time, as one JSON document, written while it is read. What was to change is not among it: it is somebody's prompt. */
export async function* exportAsJson(parts: GatewayParts, asked: ReviewExport): AsyncGenerator<string> {
  let before = '{"reviews":['
  for await (const review of allReviews(parts, asked)) {
    yield `${before}${JSON.stringify(withoutWords(review))}`
    before = ',\n'
  }
  yield before.startsWith('{') ? `${before}]}\n` : ']}\n'
}

const columns = [
  ...[
    'review_id',
    'project_id',
    'generation_id',
    'image_id',
    'image_sha256',
    'state',
    'reasons',
    'submitter',
    'opened_at',
    'due_at',
    'closed_at',
  ],
  ...[
    'decision',
    'decided_by_kind',
    'decided_by',
    'decided_by_key',
    'decided_at',
    'why',
    'answers',
    'full_size_read_at',
    'own',
    'own_allowed_by',
    'own_allowed_at',
  ],
  ...['successor_generation_id', 'public_url', 'published_at', 'unpublished_at', 'image_deleted_at'],
]

/** The same as a table: one line for each decision, and for each review without one. No cell is taken for a formula. */
export async function* exportAsCsv(parts: GatewayParts, asked: ReviewExport): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`
  for await (const review of allReviews(parts, asked)) yield linesOf(review)
}

async function* allReviews(parts: GatewayParts, { baseUrl, ...query }: ReviewExport): AsyncGenerator<ReviewReply> {
  for (let after: string | null = null; ; ) {
    const found = await listReviews(parts.database, { ...query, after, limit: AT_A_TIME, nowMs: parts.clock.nowMs() })
    yield* await presentReviews(parts, found, baseUrl)
    if (found.length < AT_A_TIME) return
    after = found.at(-1)!.id
  }
}

function withoutWords({ change, ...review }: ReviewReply) {
  return { ...review, change: change && { asked_at: change.asked_at, generation_id: change.generation_id } }
}

function linesOf(review: ReviewReply): string {
  const { image, submitter, publication } = review
  const head = [
    ...[review.id, review.project_id, review.generation_id, image.id, image.sha256, review.state, review.reasons.join(' ')],
    ...[submitter.key_id ?? submitter.kind, review.opened_at, review.due_at, review.closed_at],
  ]
  const tail = [review.change?.generation_id, publication?.url, publication?.published_at, publication?.ended_at, image.deleted_at]
  const decisions = review.decisions.map(({ decision, by, at, why, answers, full_size_read_at, own, own_approval }) => [
    ...[decision, by.kind, by.name, by.key_id, at, why],
    ...[
      Object.entries(answers)
        .map(([id, answer]) => `${id}=${answer}`)
        .join(' '),
      ...[full_size_read_at, own === null ? null : String(own), own_approval?.allowed_by, own_approval?.at],
    ],
  ])
  const rows = decisions.length === 0 ? [Array<null>(11).fill(null)] : decisions
  return rows.map((row) => `${[...head, ...row, ...tail].map((cell) => csvCell(cell ?? '')).join(',')}\r\n`).join('')
}
