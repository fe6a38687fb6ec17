import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { GuardPanel } from '../../ui/guard-panel.tsx'
import styles from './review.module.css'

/** What was measured of an edit, and what the guard makes of it. People decide. */
export function FiguresPanel({ review: { drift, guard, image } }: { review: api.Review }) {
  const { t } = useTranslation('review')
  const format = useFormat()
  return (
    <section className={styles['section']} aria-labelledby="figures">
      <h3 id="figures">{t('figures.title')}</h3>
      {drift !== null && (
        <Facts layout="row">
          <Fact name={t('figures.drift')}>
            {drift.changed_fraction === null
              ? t(drift.status === 'pending' ? 'figures.pending' : 'figures.not_compared')
              : t('figures.changed', { share: format.percent(drift.changed_fraction) })}
            {drift.ssim !== null && ` · ${t('figures.likeness', { ssim: format.number(Math.round(drift.ssim * 1000) / 1000) })}`}
          </Fact>
        </Facts>
      )}
      {guard === null || image.deleted_at !== null ? (
        <p className={styles['quiet']}>{t('figures.not_compared')}</p>
      ) : (
        <GuardPanel key={image.id} imageId={image.id} />
      )}
    </section>
  )
}
