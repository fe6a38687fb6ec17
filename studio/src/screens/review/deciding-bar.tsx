import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Button } from '../../ui/button.tsx'
import { hindranceId } from './hindrance.tsx'
import { KeyHint } from './key-hint.tsx'
import { approving, deciding } from './obstacle.ts'
import styles from './review.module.css'
import { mustBeRead } from './review-state.ts'
import type { Asked } from './use-review-desk.ts'
import type { ReviewerHere } from './use-reviewer.ts'
import { type Shortcut, shortcuts } from './use-shortcuts.ts'

/** What can be done about a picture that nobody has decided on, or only one of two. */
export function DecidingBar({
  review,
  reviewer,
  hasRead,
  showKeys,
  onAsk,
  approve,
}: {
  review: api.Review
  reviewer: ReviewerHere
  hasRead: boolean
  showKeys: boolean
  onAsk: (asked: Asked) => void
  /** The button that leads to an approval. */
  approve: RefObject<HTMLButtonElement | null>
}) {
  const { t } = useTranslation('review')
  const key = (name: Shortcut) => (showKeys ? <KeyHint of={name} /> : null)
  const pressed = (name: Shortcut) => (showKeys ? shortcuts[name] : undefined)
  const isUnread = mustBeRead(review) && !hasRead
  const [none, noApproval] = [deciding(review, reviewer), approving(review, reviewer, hasRead)]
  return (
    <section className={styles['deciding']} aria-label={t('decide.title')}>
      <div className={styles['actions']}>
        <Button tone={isUnread ? 'primary' : 'plain'} aria-keyshortcuts={pressed('read')} onClick={() => onAsk('read')}>
          {t('reader.open')} {key('read')}
        </Button>
        <Button
          ref={approve}
          tone={noApproval === null ? 'primary' : 'plain'}
          aria-disabled={noApproval !== null}
          aria-describedby={noApproval === null ? undefined : hindranceId}
          aria-keyshortcuts={pressed('approve')}
          onClick={() => onAsk('approved')}
        >
          {t('decide.approved')} {key('approve')}
        </Button>
        <Button tone="danger" aria-disabled={none !== null} aria-keyshortcuts={pressed('reject')} onClick={() => onAsk('rejected')}>
          {t('decide.rejected')} {key('reject')}
        </Button>
        <Button aria-disabled={none !== null} aria-keyshortcuts={pressed('ask')} onClick={() => onAsk('changes_requested')}>
          {t('decide.changes_requested')} {key('ask')}
        </Button>
      </div>
      {review.read_at_full_size_by.length > 0 && (
        <p className={styles['quiet']}>{t('read_by', { names: review.read_at_full_size_by.join(', ') })}</p>
      )}
    </section>
  )
}
