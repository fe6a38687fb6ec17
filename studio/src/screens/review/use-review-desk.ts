import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useToast } from '../../ui/toast.tsx'
import type { Verdict } from './decision-dialog.tsx'
import { approving, deciding } from './obstacle.ts'
import { isUndecided } from './review-state.ts'
import { useReviewSearch } from './use-review-search.ts'
import { isNameless, type ReviewerHere } from './use-reviewer.ts'
import type { Shortcut } from './use-shortcuts.ts'

/** What is open over the screen: the picture at full size, or the form of a decision. */
export type Asked = 'read' | Verdict

/** The place in the queue: which review is open, which comes next, what is asked about it. */
export function useReviewDesk(reviews: readonly api.Review[], reviewer: ReviewerHere) {
  const { t } = useTranslation('review')
  const { search, go } = useReviewSearch()
  const say = useToast()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [read, setRead] = useState<ReadonlySet<string>>(new Set())
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const lastPlace = useRef(0)
  const chosen = search.review ?? reviews[0]?.id ?? null
  const place = reviews.findIndex(({ id }) => id === chosen)
  if (place >= 0) lastPlace.current = place
  const choose = (id: string) => {
    setAsked(null)
    go({ review: id })
  }
  /** A review that was decided has left the queue: what stands in its place now is the next. */
  const step = (by: 1 | -1) => {
    const from = place >= 0 ? place + by : lastPlace.current + (by === 1 ? 0 : -1)
    const next = reviews[Math.min(Math.max(from, 0), reviews.length - 1)]
    if (next === undefined || next.id === chosen) say(t(by === 1 ? 'queue.last' : 'queue.first'))
    else choose(next.id)
  }
  const pick = (id: string) => setPicked(toggled(picked, id))
  /** Opens what was asked for, or says why not. */
  const ask = (review: api.Review, what: Asked) => {
    if (!isUndecided(review)) return
    const hasRead = read.has(keyOf(review, reviewer))
    const nameless = isNameless(reviewer) ? 'no_name' : null
    const obstacle = what === 'approved' ? approving(review, reviewer, hasRead) : what === 'read' ? nameless : deciding(review, reviewer)
    if (obstacle === null) setAsked(what)
    else say(t(`obstacle.${obstacle}`), 'bad')
  }
  const press = (shortcut: Shortcut, review: api.Review | undefined) => {
    if (shortcut === 'next') step(1)
    else if (shortcut === 'previous') step(-1)
    else if (review === undefined) return
    else if (shortcut === 'select') isUndecided(review) && pick(review.id)
    else ask(review, askedBy[shortcut])
  }
  return {
    chosen,
    choose,
    step,
    asked,
    ask,
    close: () => setAsked(null),
    /** It stays open, to be published or to lead on, though it has left the queue. */
    decided: ({ id }: api.Review) => choose(id),
    picked,
    pick,
    pickAll: (ids: readonly string[]) => setPicked((before) => new Set([...before, ...ids])),
    unpick: (ids: readonly string[]) => setPicked((before) => new Set([...before].filter((id) => !ids.includes(id)))),
    hasRead: (review: api.Review) => read.has(keyOf(review, reviewer)),
    markRead: (review: api.Review) => setRead(new Set([...read, keyOf(review, reviewer)])),
    press,
  }
}

const askedBy = { read: 'read', approve: 'approved', reject: 'rejected', ask: 'changes_requested' } as const

/** Whoever says another name is somebody else, who has read nothing yet. */
const keyOf = ({ id }: api.Review, { body }: ReviewerHere) => `${id} ${body.reviewer ?? ''}`

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(id)) next.add(id)
  return next
}
