import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { CheckField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { decideInSteps, MOST_AT_ONCE } from './decide-in-steps.ts'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'
import { useReviewChange } from './use-review-change.ts'
import type { ReviewerHere } from './use-reviewer.ts'
import { WhyField } from './why-field.tsx'

/** Decides reviews with one reason. Those that are done leave the list, so that what is left can be sent again where a step fails. */
export function BulkDialog({
  verdict,
  reviews,
  reviewer,
  onStep,
  onClose,
}: {
  verdict: 'approved' | 'rejected'
  reviews: readonly api.Review[]
  reviewer: ReviewerHere
  onStep: (results: api.ReviewDecisionResults['results']) => void
  onClose: () => void
}) {
  const { t } = useTranslation('review')
  const [why, setWhy] = useState('')
  const [isSure, setSure] = useState(false)
  const [faults, setFaults] = useState(false)
  const decide = useReviewChange((decisions: api.ReviewDecisions['decisions']) => decideInSteps(decisions, reviewer.body, onStep), onClose)
  const lacksLook = verdict === 'approved' && !isSure
  const count = reviews.length
  const submit = () => {
    setFaults(true)
    if (why.trim() === '' || lacksLook) return
    const answersOf = (review: api.Review) => (verdict === 'approved' ? allYes(review) : {})
    decide.mutate(reviews.map((review) => ({ id: review.id, decision: verdict, why: why.trim(), answers: answersOf(review) })))
  }
  return (
    <FormDialog
      title={t(`bulk.${verdict}`, { count })}
      submit={t(`decide.${verdict}`)}
      danger={verdict === 'rejected'}
      busy={decide.isPending}
      refusal={<Refusal error={decide.error} />}
      onSubmit={submit}
      onClose={onClose}
    >
      {count > MOST_AT_ONCE && <p>{t('bulk.steps', { most: MOST_AT_ONCE, steps: Math.ceil(count / MOST_AT_ONCE) })}</p>}
      {verdict === 'approved' && <CheckField label={t('bulk.sure')} hint={t('bulk.sure_hint')} checked={isSure} onCheck={setSure} />}
      {faults && lacksLook && (
        <p role="alert" className={styles['refused']}>
          {t('bulk.sure_missing')}
        </p>
      )}
      <WhyField why={why} onWhy={setWhy} isMissed={faults && why.trim() === ''} hint={t('decide.why_hint')} />
      <p className={styles['quiet']}>{t('decide.for_good')}</p>
    </FormDialog>
  )
}

const allYes = ({ checklist }: api.Review) => Object.fromEntries(checklist.map(({ id }) => [id, 'yes' as const]))
