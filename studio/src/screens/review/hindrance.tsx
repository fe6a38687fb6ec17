import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Button } from '../../ui/button.tsx'
import { approving } from './obstacle.ts'
import { OwnApprovalDialog } from './own-approval-dialog.tsx'
import styles from './review.module.css'
import type { ReviewerHere } from './use-reviewer.ts'

/** Where it stands, for the button that it is in the way of. */
export const hindranceId = 'hindrance'

/** Why this person cannot approve the picture, before they have looked at it in vain; and what they can do about that. */
export function Hindrance({
  review,
  reviewer,
  hasRead,
  onAllowed,
}: {
  review: api.Review
  reviewer: ReviewerHere
  hasRead: boolean
  /** Called once whoever works alone has said so, and may approve. */
  onAllowed: () => void
}) {
  const { t } = useTranslation('review')
  const obstacle = approving(review, reviewer, hasRead)
  const { needed, given } = review.approvals
  const alone = useAlone(obstacle === 'own_alone', onAllowed)
  return (
    <>
      {needed > 1 && <p>{t('two_persons', { given, needed })}</p>}
      {obstacle !== null && (
        <div className={styles['obstacle']}>
          <p id={hindranceId}>{t(`obstacle.${obstacle}`)}</p>
          {obstacle === 'own_alone' && <Button onClick={alone.open}>{t('alone.open')}</Button>}
        </div>
      )}
      {alone.isOpen && (
        <OwnApprovalDialog {...{ projectId: review.project_id, reviewer }} onAllowed={alone.allowed} onClose={alone.close} />
      )}
    </>
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
