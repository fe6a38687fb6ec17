import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import styles from './review.module.css'
import { stateTones } from './review-state.ts'

/** Every decision, for good: there is nothing here to change them by. */
export function DecisionHistory({ review: { decisions, checklist } }: { review: api.Review }) {
  const { t } = useTranslation('review')
  return (
    <section className={styles['section']} aria-labelledby="history">
      <h3 id="history">{t('history.title')}</h3>
      {decisions.length === 0 ? (
        <p className={styles['quiet']}>{t('history.none')}</p>
      ) : (
        <>
          <p className={styles['quiet']}>{t('history.for_good')}</p>
          <ol className={styles['history']}>
            {decisions.map((decision) => (
              <li key={`${decision.at} ${decision.decision}`}>
                <Decision decision={decision} checklist={checklist} />
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  )
}

function Decision({ decision, checklist }: { decision: api.ReviewDecision; checklist: api.Review['checklist'] }) {
  const { t } = useTranslation('review')
  const format = useFormat()
  const { by, at, why, answers, image_sha256: hash, full_size_read_at: readAt, own, own_approval: allowed } = decision
  const named = checklist.filter(({ id }) => answers[id] !== undefined)
  return (
    <>
      <p>
        <Badge tone={stateTones[decision.decision]}>{t(`states.${decision.decision}`)}</Badge> <strong>{by.name}</strong>
        {by.kind !== 'key' && <span className={styles['quiet']}> ({t(`history.kind.${by.kind}`)})</span>} ·{' '}
        <time dateTime={at}>{format.time(at)}</time>
      </p>
      <p>{why}</p>
      {own === true && (
        <p className={styles['quiet']}>
          {allowed === null ? t('history.own') : t('history.own_allowed', { name: allowed.allowed_by, time: format.time(allowed.at) })}
        </p>
      )}
      <p className={styles['quiet']}>
        {named
          .map(({ id, kind, lang }) => `${t(`checks.short.${kind}`)}${lang === null ? '' : ` ${lang}`}: ${t(`answers.${answers[id]!}`)}`)
          .join(' · ')}
        {readAt !== null && ` · ${t('history.read', { time: format.time(readAt) })}`}
        {' · '}
        <span title={hash}>{t('history.hash', { hash: hash.slice(0, 12) })}</span>
      </p>
    </>
  )
}
