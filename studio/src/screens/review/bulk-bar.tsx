import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { BulkDialog } from './bulk-dialog.tsx'
import { refusalKey } from './refusal.tsx'
import styles from './review.module.css'
import { isNameless, type ReviewerHere } from './use-reviewer.ts'

type Results = api.ReviewDecisionResults['results']

/** Decides several reviews with one reason; each as if it came alone. */
export function BulkBar({
  listed,
  picked,
  reviewer,
  onPick,
  onUnpick,
  onHindered,
}: {
  /** Those that somebody can still decide. */
  listed: readonly api.Review[]
  picked: ReadonlySet<string>
  reviewer: ReviewerHere
  onPick: (ids: readonly string[]) => void
  onUnpick: (ids: readonly string[]) => void
  /** Told why nobody can decide here yet. */
  onHindered: (obstacle: 'no_name') => void
}) {
  const { t } = useTranslation('review')
  const [verdict, setVerdict] = useState<'approved' | 'rejected' | null>(null)
  const [results, setResults] = useState<Results | null>(null)
  const reviews = listed.filter(({ id }) => picked.has(id))
  const ask = (asked: 'approved' | 'rejected') => {
    if (isNameless(reviewer)) return onHindered('no_name')
    setResults(null)
    setVerdict(asked)
  }
  return (
    <section className={styles['bulk']} aria-label={t('bulk.title')}>
      {listed.length > 1 && (
        <div className={styles['actions']}>
          {reviews.length < listed.length && (
            <Button size="small" onClick={() => onPick(listed.map(({ id }) => id))}>
              {t('bulk.all', { count: listed.length })}
            </Button>
          )}
          {reviews.length > 0 && (
            <>
              <span>{t('bulk.picked', { count: reviews.length })}</span>
              <Button size="small" onClick={() => ask('approved')}>
                {t('bulk.approve')}
              </Button>
              <Button size="small" tone="danger" onClick={() => ask('rejected')}>
                {t('bulk.reject')}
              </Button>
              <Button size="small" tone="quiet" onClick={() => onUnpick(reviews.map(({ id }) => id))}>
                {t('bulk.none')}
              </Button>
            </>
          )}
        </div>
      )}
      <div role="status">{results !== null && <Outcome results={results} />}</div>
      {verdict !== null && (
        <BulkDialog
          verdict={verdict}
          reviews={reviews}
          reviewer={reviewer}
          onClose={() => setVerdict(null)}
          onStep={(step) => {
            setResults((before) => [...(before ?? []), ...step])
            onUnpick(step.map(({ id }) => id))
          }}
        />
      )}
    </section>
  )
}

/** How many were decided, and which were not, by reason. */
function Outcome({ results }: { results: Results }) {
  const { t } = useTranslation('review')
  const refused = results.filter(({ ok }) => !ok)
  const reasons = Map.groupBy(refused, ({ error }) => error?.code ?? null)
  return (
    <>
      <p>{t('bulk.done', { decided: results.length - refused.length, refused: refused.length })}</p>
      {[...reasons].map(([code, those]) => {
        const known = refusalKey(code)
        return (
          <details key={code} className={styles['refusals']}>
            <summary>
              {those.length} × {known === null ? <span lang="en">{those[0]!.error?.message}</span> : t(`refused.${known}`)}
            </summary>
            <ul className={styles['list']}>
              {those.map(({ id }) => (
                <li key={id}>
                  <Link to="/review" search={{ show: 'all', review: id }} className={classes(styles['link'])}>
                    {id}
                  </Link>
                </li>
              ))}
            </ul>
          </details>
        )
      })}
    </>
  )
}
