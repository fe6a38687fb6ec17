import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { useToast } from '../../ui/toast.tsx'
import { DecisionHistory } from './decision-history.tsx'
import { FiguresPanel } from './figures-panel.tsx'
import { KeyHint } from './key-hint.tsx'
import { approving, deciding } from './obstacle.ts'
import { OwnApprovalDialog } from './own-approval-dialog.tsx'
import { PicturePanel } from './picture-panel.tsx'
import { PublicationPanel } from './publication-panel.tsx'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'
import { isUndecided, mustBeRead, stateTones } from './review-state.ts'
import { SuccessorPanel } from './successor-panel.tsx'
import { useReviewChange } from './use-review-change.ts'
import type { Asked } from './use-review-desk.ts'
import { isNameless, type ReviewerHere } from './use-reviewer.ts'
import type { Shortcut } from './use-shortcuts.ts'

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
  const { state, reasons, overdue, due_at: dueAt, image, opened_at: openedAt } = review
  return (
    <article className={styles['detail']} aria-labelledby="review">
      <header className={styles['head']}>
        <h2 id="review">{reasons.map((reason) => t(`reasons.${reason}`)).join(', ')}</h2>
        <p className={styles['badges']}>
          <Badge tone={stateTones[state]}>{t(`states.${state}`)}</Badge>
          {overdue && <Badge tone="bad">{t('overdue')}</Badge>}
          {image.width !== null && (
            <Badge>
              {image.width}×{image.height}
            </Badge>
          )}
        </p>
        <p className={styles['quiet']}>
          {t('opened', { time: format.time(openedAt) })}
          {dueAt !== null && isUndecided(review) && ` · ${t('due', { time: format.time(dueAt) })}`}
        </p>
      </header>
      <PicturePanel key={review.id} review={review} />
      {isUndecided(review) && <Deciding {...{ review, reviewer, hasRead, showKeys, onAsk }} />}
      <PublicationPanel review={review} reviewer={reviewer} />
      <SuccessorPanel key={`${review.id} successor`} review={review} />
      <FiguresPanel review={review} />
      <DecisionHistory review={review} />
    </article>
  )
}

function Deciding({ review, reviewer, hasRead, showKeys, onAsk }: Parameters<typeof ReviewDetail>[0]) {
  const { t } = useTranslation('review')
  const key = (name: Shortcut) => (showKeys ? <KeyHint of={name} /> : null)
  const isUnread = mustBeRead(review) && !hasRead
  const [none, noApproval] = [deciding(review, reviewer), approving(review, reviewer, hasRead)]
  const { needed, given } = review.approvals
  const approve = useRef<HTMLButtonElement>(null)
  const alone = useAlone(noApproval === 'own_alone', () => approve.current?.focus())
  return (
    <section className={styles['deciding']} aria-label={t('decide.title')}>
      {needed > 1 && <p>{t('two_persons', { given, needed })}</p>}
      {noApproval !== null && (
        <p id="obstacle" className={styles['obstacle']}>
          {t(`obstacle.${noApproval}`)}
        </p>
      )}
      {noApproval === 'own_alone' && (
        <p>
          <Button tone="primary" onClick={alone.open}>
            {t('alone.open')}
          </Button>
        </p>
      )}
      {alone.isOpen && (
        <OwnApprovalDialog {...{ projectId: review.project_id, reviewer }} onAllowed={alone.allowed} onClose={alone.close} />
      )}
      <div className={styles['actions']}>
        <Button tone={isUnread ? 'primary' : 'plain'} onClick={() => onAsk('read')}>
          {t('reader.open')} {key('read')}
        </Button>
        <Button
          ref={approve}
          tone={noApproval === null ? 'primary' : 'plain'}
          aria-disabled={noApproval !== null}
          aria-describedby={noApproval === null ? undefined : 'obstacle'}
          onClick={() => onAsk('approved')}
        >
          {t('decide.approved')} {key('approve')}
        </Button>
        <Button tone="danger" aria-disabled={none !== null} onClick={() => onAsk('rejected')}>
          {t('decide.rejected')} {key('reject')}
        </Button>
        <Button aria-disabled={none !== null} onClick={() => onAsk('changes_requested')}>
          {t('decide.changes_requested')} {key('ask')}
        </Button>
        <Claim review={review} reviewer={reviewer} />
      </div>
      {review.read_at_full_size_by.length > 0 && (
        <p className={styles['quiet']}>{t('read_by', { names: review.read_at_full_size_by.join(', ') })}</p>
      )}
    </section>
  )
}

/** The question whether somebody works alone. What asked it is gone once it is answered, so that the focus goes on to what is possible then. */
function useAlone(isAsked: boolean, goOn: () => void) {
  const [isOpen, setOpen] = useState(false)
  const wasAllowed = useRef(false)
  useEffect(() => {
    if (isAsked || !wasAllowed.current) return
    wasAllowed.current = false
    goOn()
  })
  return {
    isOpen,
    open: () => setOpen(true),
    close: () => setOpen(false),
    allowed: () => {
      wasAllowed.current = true
      setOpen(false)
    },
  }
}

function Claim({ review, reviewer }: { review: api.Review; reviewer: ReviewerHere }) {
  const { t } = useTranslation('review')
  const format = useFormat()
  const { claim } = review
  const say = useToast()
  const change = useReviewChange(
    (_: undefined) =>
      claim === null ? darkroom.reviews.claim(review.id, reviewer.body) : darkroom.reviews.release(review.id, reviewer.body),
    // Keys do not know what they are called, so that theirs may be somebody else's claim: that stays.
    (after) => claim !== null && after.claim !== null && say(t('claim.not_yours', { name: after.claim.name }), 'bad'),
  )
  const isOthers = deciding(review, reviewer) === 'claimed'
  return (
    <>
      {!isOthers && (
        <Button
          tone="quiet"
          busy={change.isPending}
          aria-disabled={isNameless(reviewer)}
          onClick={() => isNameless(reviewer) || change.mutate(undefined)}
        >
          {t(claim === null ? 'claim.take' : 'claim.release')}
        </Button>
      )}
      {claim !== null && <span className={styles['quiet']}>{t('claim.by', { name: claim.name, time: format.time(claim.until) })}</span>}
      <Refusal error={change.error} />
    </>
  )
}
