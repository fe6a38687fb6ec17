import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useSession } from '../../api/session.ts'
import { useChange } from '../../api/use-change.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import styles from './routes.module.css'

const breakerTones = { closed: 'good', half_open: 'warn', open: 'bad', disabled: 'bad' } as const
const rates = ['requests_per_minute', 'images_per_minute', 'tokens_per_minute'] as const

/** The breaker and the limits of a route, as they are at this moment. */
export function RouteNow({ route: { id, health } }: { route: api.RouteCard }) {
  const { t } = useTranslation('routes')
  const format = useFormat()
  const isAdmin = useSession().role === 'admin'
  const enable = useChange(['routes'], () => darkroom.routes.enable(id))
  return (
    <div className={styles['section']}>
      <h3>{t('now')}</h3>
      <p className={styles['chips']}>
        <Badge tone={breakerTones[health.state]}>{t(`breaker.${health.state}`)}</Badge>
        <span>{t('in_flight', { count: health.in_flight })}</span>
        {health.failures_in_window > 0 && <span>{t('failures', { count: health.failures_in_window })}</span>}
        {health.since !== null && <span className={styles['quiet']}>{t('since', { time: format.time(health.since) })}</span>}
        {health.retry_at !== null && <span className={styles['quiet']}>{t('retry_at', { time: format.time(health.retry_at) })}</span>}
      </p>
      {health.reason !== null && <p lang="en">{health.reason}</p>}
      <div className={styles['meters']}>
        <Limit label={t('limits.concurrency')} used={health.in_flight} limit={health.limits.concurrency} />
        {rates.map((rate) => (
          <Limit
            key={rate}
            label={t(`limits.${rate}`)}
            used={health.limits[rate]?.used ?? 0}
            limit={health.limits[rate]?.limit ?? null}
            source={health.limits[rate] && t(`limit_sources.${health.limits[rate].source}`)}
          />
        ))}
      </div>
      {isAdmin && health.state === 'disabled' && (
        <Button size="small" busy={enable.isPending} onClick={() => enable.mutate(undefined)}>
          {t('enable')}
        </Button>
      )}
      {enable.error !== null && <ErrorPanel error={enable.error} />}
    </div>
  )
}

function Limit({ label, used, limit, source }: { label: string; used: number; limit: number | null; source?: string | null }) {
  const { t } = useTranslation('routes')
  const format = useFormat()
  if (limit === null)
    return (
      <div>
        <span className={styles['term']}>{label}</span>
        <span className={styles['quiet']}>{t('no_limit')}</span>
      </div>
    )
  const said = t('of_limit', { used: format.number(Math.round(used)), limit: format.number(limit) })
  return (
    <div>
      <span className={styles['term']}>{label}</span>
      <meter min={0} max={limit} value={Math.min(used, limit)} aria-label={`${label}: ${said}`} />
      <span className={styles['quiet']}>
        {said}
        {source && ` · ${source}`}
      </span>
    </div>
  )
}
