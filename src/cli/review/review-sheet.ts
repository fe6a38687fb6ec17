import type { ReviewReply } from '../../contract/record.ts'
import { plainText, table } from '../layout.ts'

const toTheMinute = (time: string | null) => (time === null ? '' : `${time.slice(0, 'YYYY-MM-DDTHH:MM'.length)}Z`)

/** Reviews as a table, in the order in which they come. */
export function reviewTable(reviews: readonly ReviewReply[]): string {
  if (reviews.length === 0) return 'There are no such reviews.'
  const rows = reviews.map(({ id, state, reasons, claim, due_at, overdue, guard }) => [
    id,
    claim === null ? state : `${state} by ${claim.name}`,
    reasons.join(' '),
    guard?.overall ?? guard?.state ?? '',
    overdue ? `${toTheMinute(due_at)} overdue` : toTheMinute(due_at),
  ])
  return table([['id', 'state', 'why', 'guard', 'due'], ...rows])
}

/** What a reviewer is asked. */
export function checklistSheet({ checklist, image }: Pick<ReviewReply, 'checklist' | 'image'>): string {
  const lines = checklist.map(({ id, question }) => `  ${id.padEnd(12)} ${question}`)
  return [`Open it at full size: ${image.full_size_url}`, ...lines].join('\n')
}

/** What there is to know of a review, a line each. */
export function reviewSheet(review: ReviewReply): string {
  const { image, drift, guard, change, publication, approvals } = review
  const facts: [string, string][] = [
    ['state', review.claim === null ? review.state : `${review.state} by ${review.claim.name} until ${toTheMinute(review.claim.until)}`],
    ['why', review.reasons.join(', ')],
    [
      'picture',
      [image.id, image.width === null ? '' : `${image.width}x${image.height}`, image.deleted_at === null ? '' : 'deleted']
        .filter(Boolean)
        .join('  '),
    ],
    ['generation', review.generation_id],
    ['asked by', review.submitter.key_id ?? 'the administrator'],
    ['approvals', `${approvals.given} of ${approvals.needed}`],
    ['opened', toTheMinute(review.opened_at)],
    ['due', review.overdue ? `${toTheMinute(review.due_at)}, overdue` : toTheMinute(review.due_at)],
    [
      'drift',
      drift === null
        ? ''
        : `${drift.status}${drift.changed_fraction === null ? '' : `, ${(drift.changed_fraction * 100).toFixed(2)} % changed outside`}`,
    ],
    ['guard', guard === null ? '' : (guard.overall ?? guard.state)],
    ['read by', review.read_at_full_size_by.join(', ')],
    ...review.decisions.map(({ decision, by, at, why, own_approval: own }): [string, string] => [
      decision,
      `${by.name} (${by.kind})${own === null ? '' : `, their own, allowed by ${own.allowed_by}`}, ${toTheMinute(at)}: ${why}`,
    ]),
    [
      'change',
      change === null ? '' : `${change.text ?? '(its time is over)'}${change.generation_id === null ? '' : ` → ${change.generation_id}`}`,
    ],
    [
      'public',
      publication === null
        ? ''
        : publication.ended_at === null
          ? publication.url
          : `no more, ${publication.ended_how} ${toTheMinute(publication.ended_at)}`,
    ],
  ]
  const lines = facts.filter(([, text]) => text !== '').map(([name, text]) => `${name.padEnd(18)} ${plainText(text)}`)
  return review.closed_at === null ? `${lines.join('\n')}\n\n${checklistSheet(review)}` : lines.join('\n')
}
