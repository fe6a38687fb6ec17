import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Button } from '../../ui/button.tsx'
import { useToast } from '../../ui/toast.tsx'
import { deciding } from './obstacle.ts'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'
import { useReviewChange } from './use-review-change.ts'
import { isNameless, type ReviewerHere } from './use-reviewer.ts'

/** Keeps others away while somebody works on a review, until its time is over or they release it. */
export function Claim({ review, reviewer }: { review: api.Review; reviewer: ReviewerHere }) {
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
          size="small"
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
