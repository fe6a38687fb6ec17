import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { ContractFacts } from './contract-facts.tsx'
import { GateSection } from './gate-section.tsx'
import { RouteNow } from './route-now.tsx'
import styles from './routes.module.css'

const gradeTones = { production: 'good', fallback: 'warn', 'manual-test': 'warn', refused: 'bad' } as const

/** One route: what it may carry and why, how it goes now, what was promised, what its gate found. */
export function RouteCard({ route }: { route: api.RouteCard }) {
  const { t } = useTranslation('routes')
  const format = useFormat()
  const { standing } = route
  return (
    <article className={styles['card']} aria-labelledby={`route-${route.id}`}>
      <header className={styles['head']}>
        <div>
          <h2 id={`route-${route.id}`}>{route.id}</h2>
          <p className={styles['quiet']}>
            {route.owner} · {t(`kinds.${route.kind}`)} · <code>{route.base_url}</code>
          </p>
        </div>
        <Badge tone={gradeTones[route.grade]}>{t(`grades.${route.grade}`)}</Badge>
      </header>
      <p lang="en">{standing.why}</p>
      {standing.restrictions.length > 0 && (
        <ul className={styles['list']}>
          {standing.restrictions.map((restriction) => (
            <li key={restriction}>{t(`restrictions.${restriction}`)}</li>
          ))}
        </ul>
      )}
      {standing.granted && <p>{t('granted')}</p>}
      {standing.valid_until !== null && <p className={styles['quiet']}>{t('valid_until', { time: format.day(standing.valid_until) })}</p>}
      <RouteNow route={route} />
      <ContractFacts route={route} />
      <GateSection route={route} />
    </article>
  )
}
