import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Claim } from './claim.tsx'
import { DecidingBar } from './deciding-bar.tsx'
import { DecisionHistory } from './decision-history.tsx'
import { FiguresPanel } from './figures-panel.tsx'
import { Hindrance } from './hindrance.tsx'
import { PicturePanel } from './picture-panel.tsx'
import { PublicationPanel } from './publication-panel.tsx'
import styles from './review.module.css'
import { isUndecided, stateTones } from './review-state.ts'
import { SuccessorPanel } from './successor-panel.tsx'
import type { Asked } from './use-review-desk.ts'
import type { ReviewerHere } from './use-reviewer.ts'

/** One review: the picture, what is known of it, what is to be decided, what was decided. */
export function ReviewDetail({
  review,
  reviewer,
  hasRead,
  showKeys,
  onAsk,
}: {
  review: api.Review
  reviewer: ReviewerHere
  /** Whether this person had every part of it in sight at full size, here. */
  hasRead: boolean
  showKeys: boolean
  onAsk: (asked: Asked) => void
}) {
  const { t } = useTranslation('review')
  const format = useFormat()
  const approve = useRef<HTMLButtonElement>(null)
  const { state, reasons, overdue, due_at: dueAt, image, opened_at: openedAt } = review
  return (
    <article className={styles['detail']} aria-labelledby="review">
      <header className={styles['head']}>
        <h2 id="review">{reasons.map((reason) => t(`reasons.${reason}`)).join(', ')}</h2>
        <div className={styles['badges']}>
          <Badge tone={stateTones[state]}>{t(`states.${state}`)}</Badge>
          {overdue && <Badge tone="bad">{t('overdue')}</Badge>}
          {image.width !== null && (
            <Badge>
              {image.width}×{image.height}
            </Badge>
          )}
          {isUndecided(review) && <Claim review={review} reviewer={reviewer} />}
        </div>
        <p className={styles['quiet']}>
          {t('opened', { time: format.time(openedAt) })}
          {dueAt !== null && isUndecided(review) && ` · ${t('due', { time: format.time(dueAt) })}`}
        </p>
      </header>
      {isUndecided(review) && <Hindrance {...{ review, reviewer, hasRead }} onAllowed={() => approve.current?.focus()} />}
      <PicturePanel key={review.id} review={review} />
      {isUndecided(review) && <DecidingBar {...{ review, reviewer, hasRead, showKeys, onAsk, approve }} />}
      <PublicationPanel review={review} reviewer={reviewer} />
      <SuccessorPanel key={`${review.id} successor`} review={review} />
      <FiguresPanel review={review} />
      <DecisionHistory review={review} />
    </article>
  )
}
