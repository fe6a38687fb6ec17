import { useTranslation } from 'react-i18next'
import { useFormat } from '../../i18n/use-format.ts'
import { forecast } from './forecast.ts'
import styles from './money.module.css'

/** Where the month leads, and how that is said. Days before the ones that are shown are not known here. */
export function ForecastLine({ byDay, shownDays }: { byDay: ReadonlyMap<string, bigint>; shownDays: number }) {
  const { t } = useTranslation('money')
  const format = useFormat()
  const now = Date.now()
  if (shownDays < 30) return <p className={styles['quiet']}>{t('forecast.too_few')}</p>
  const { pace, paceDays, spentThisMonth, monthEnd } = forecast(byDay, now)
  if (paceDays === 0) return <p className={styles['quiet']}>{t('forecast.nothing_before')}</p>
  return (
    <p>
      <strong>{t('forecast.month', { amount: format.money(monthEnd) })}</strong>{' '}
      <span className={styles['quiet']}>
        {t('forecast.how', { spent: format.money(spentThisMonth), pace: format.money(pace), count: paceDays })}
      </span>
    </p>
  )
}
