import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { Button } from '../../ui/button.tsx'
import { CheckField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'
import { useReviewChange } from './use-review-change.ts'
import type { ReviewerHere } from './use-reviewer.ts'
import { WhyField } from './why-field.tsx'

/** As many as the gateway takes at once. */
const MOST = 100

/** Decides several reviews with one reason; each as if it came alone. */
export function BulkBar({ reviews, reviewer, onDone }: { reviews: readonly api.Review[]; reviewer: ReviewerHere; onDone: () => void }) {
  const { t } = useTranslation('review')
  const [verdict, setVerdict] = useState<'approved' | 'rejected' | null>(null)
  const [results, setResults] = useState<api.ReviewDecisionResults['results'] | null>(null)
  const refused = results?.filter(({ ok }) => !ok) ?? []
  return (
    <section className={styles['bulk']} aria-label={t('bulk.title')}>
      {reviews.length > 0 && (
        <div className={styles['actions']}>
          <span>{t('bulk.picked', { count: reviews.length })}</span>
          <Button size="small" onClick={() => setVerdict('approved')}>
            {t('decide.approved')}
          </Button>
          <Button size="small" tone="danger" onClick={() => setVerdict('rejected')}>
            {t('decide.rejected')}
          </Button>
          <Button size="small" tone="quiet" onClick={onDone}>
            {t('bulk.none')}
          </Button>
        </div>
      )}
      <div role="status">
        {results !== null && (
          <>
            <p>{t('bulk.done', { decided: results.length - refused.length, refused: refused.length })}</p>
            {refused.length > 0 && (
              <ul className={styles['list']}>
                {refused.map(({ id, error }) => (
                  <li key={id}>
                    <code>{id}</code> <span lang="en">{error?.message}</span>
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </div>
      {verdict !== null && (
        <BulkDialog
          verdict={verdict}
          reviews={reviews.slice(0, MOST)}
          reviewer={reviewer}
          onClose={() => setVerdict(null)}
          onDecided={(decided) => {
            setVerdict(null)
            setResults(decided.results)
            onDone()
          }}
        />
      )}
    </section>
  )
}

function BulkDialog({
  verdict,
  reviews,
  reviewer,
  onDecided,
  onClose,
}: {
  verdict: 'approved' | 'rejected'
  reviews: readonly api.Review[]
  reviewer: ReviewerHere
  onDecided: (results: api.ReviewDecisionResults) => void
  onClose: () => void
}) {
  const { t } = useTranslation('review')
  const [why, setWhy] = useState('')
  const [isSure, setSure] = useState(false)
  const [faults, setFaults] = useState(false)
  const decide = useReviewChange((body: api.ReviewDecisions) => darkroom.reviews.decideAll(body), onDecided)
  const lacksLook = verdict === 'approved' && !isSure
  const submit = () => {
    setFaults(true)
    if (why.trim() === '' || lacksLook) return
    const decisions = reviews.map((review) => ({
      id: review.id,
      decision: verdict,
      why: why.trim(),
      answers: verdict === 'approved' ? allYes(review) : {},
    }))
    decide.mutate({ decisions, ...reviewer.body })
  }
  return (
    <FormDialog
      title={t(`bulk.${verdict}`, { count: reviews.length })}
      submit={t(`decide.${verdict}`)}
      danger={verdict === 'rejected'}
      busy={decide.isPending}
      refusal={<Refusal error={decide.error} />}
      onSubmit={submit}
      onClose={onClose}
    >
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
