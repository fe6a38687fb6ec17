import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useSession } from '../../api/session.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { GateReport } from './gate-report.tsx'
import { GateRun } from './gate-run.tsx'
import { GrantDialog } from './grant-dialog.tsx'
import styles from './routes.module.css'

const verdictTones = { production: 'good', fallback: 'warn', 'manual-test': 'warn', refused: 'bad', unknown: 'plain' } as const

/** The latest run of a route's gate, and the next one. */
export function GateSection({ route }: { route: api.RouteCard }) {
  const { t } = useTranslation('routes')
  const format = useFormat()
  const isAdmin = useSession().role === 'admin'
  const [shown, setShown] = useState<'report' | 'run' | 'grant' | null>(null)
  const verdict = route.standing.gate_verdict
  const report = useQuery({
    queryKey: ['gate', route.id, route.config_sha256],
    queryFn: ({ signal }) => darkroom.routes.gateReport(route.id, { signal }) as Promise<api.GateReport>,
    // What never ran has no report.
    enabled: verdict !== null,
  })
  return (
    <div className={styles['section']}>
      <h3>{t('gate.title')}</h3>
      <p className={styles['chips']}>
        {verdict === null ? (
          <span>{t(route.kind === 'sandbox' || route.kind === 'official' ? 'gate.not_needed' : 'gate.never_ran')}</span>
        ) : (
          <Badge tone={verdictTones[verdict]}>{t(`verdicts.${verdict}`)}</Badge>
        )}
        {report.data && <span className={styles['quiet']}>{t('gate.ran_at', { time: format.time(report.data.ran_at) })}</span>}
      </p>
      <div className={styles['chips']}>
        {isAdmin && (
          <Button size="small" onClick={() => setShown('run')} aria-label={`${t('gate.run')} ${route.id}`}>
            {t('gate.run')}
          </Button>
        )}
        {report.data && (
          <Button size="small" aria-expanded={shown === 'report'} onClick={() => setShown(shown === 'report' ? null : 'report')}>
            {t('gate.evidence')}
          </Button>
        )}
        {isAdmin && route.grade === 'refused' && (
          <Button size="small" onClick={() => setShown('grant')}>
            {t('gate.grant')}
          </Button>
        )}
      </div>
      {shown === 'report' && report.data && <GateReport report={report.data} configNow={route.config_sha256} />}
      {shown === 'run' && <GateRun route={route} onClose={() => setShown('report')} />}
      {shown === 'grant' && <GrantDialog routeId={route.id} onClose={() => setShown(null)} />}
    </div>
  )
}
