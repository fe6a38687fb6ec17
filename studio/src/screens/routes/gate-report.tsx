import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import styles from './routes.module.css'

const resultTones = { pass: 'good', fail: 'bad', missing: 'warn' } as const
const signalTones = { for: 'good', against: 'bad', none: 'plain' } as const

/** What a run found: the five gates, and every signal of every probe with the record it is from. */
export function GateReport({ report, configNow }: { report: api.GateReport; configNow: string }) {
  const { t } = useTranslation('routes')
  const format = useFormat()
  return (
    <div className={styles['panel']} data-testid="gate-report">
      {report.config_sha256 !== configNow && <p className={styles['missing']}>{t('gate.older_config')}</p>}
      <p className={styles['chips']}>
        <strong>{t('gate.verdict')}</strong>
        <Badge tone={report.verdict === 'production' ? 'good' : report.verdict === 'refused' ? 'bad' : 'warn'}>
          {t(`verdicts.${report.verdict}`)}
        </Badge>
        <span>
          {t('gate.cost')} <Money amount={report.cost} />
        </span>
        <span className={styles['quiet']}>{t('gate.holds_until', { time: format.day(report.valid_until) })}</span>
      </p>
      <p lang="en">{report.next_action}</p>
      <Table
        caption={t('gate.five')}
        captionHidden={false}
        rows={report.gates}
        keyOf={({ name }) => name}
        columns={[
          { key: 'name', head: t('gate.gate'), cell: ({ name }) => t(`gates.${name}`) },
          {
            key: 'result',
            head: t('gate.result'),
            cell: ({ result }) => <Badge tone={resultTones[result]}>{t(`results.${result}`)}</Badge>,
          },
          { key: 'why', head: t('gate.why'), cell: ({ why }) => <span lang="en">{why}</span> },
        ]}
      />
      {report.signatures.length > 0 && (
        <p className={styles['missing']}>
          <strong>{t('gate.patterns')}</strong> <span lang="en">{report.signatures.map(({ words }) => words).join('; ')}</span>
        </p>
      )}
      <Table
        caption={t('gate.signals')}
        captionHidden={false}
        rows={report.probes}
        keyOf={(line) => `${line.name} ${line.generation_id} ${line.detail}`}
        columns={[
          { key: 'name', head: t('gate.probe'), cell: ({ name }) => <code>{name}</code> },
          { key: 'asked', head: t('gate.asks'), cell: ({ asked }) => <span lang="en">{asked}</span> },
          { key: 'got', head: t('gate.got'), cell: ({ got }) => <span lang="en">{got}</span> },
          {
            key: 'signal',
            head: t('gate.signal'),
            cell: ({ signal, weight }) => (
              <Badge tone={signalTones[signal]}>
                {t(`signals.${signal}`)} {weight > 0 ? `+${weight}` : weight}
              </Badge>
            ),
          },
          { key: 'detail', head: t('gate.detail'), cell: ({ detail }) => <span lang="en">{detail}</span> },
          {
            key: 'record',
            head: t('gate.record'),
            cell: ({ generation_id }) => (generation_id === null ? '–' : <code>{generation_id}</code>),
          },
        ]}
      />
      {report.skipped.length > 0 && (
        <ul className={styles['list']}>
          {report.skipped.map(({ name, reason }) => (
            <li key={name}>
              <code>{name}</code> <span lang="en">{reason}</span>
            </li>
          ))}
        </ul>
      )}
      <div className={styles['quiet']} lang="en">
        {report.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </div>
    </div>
  )
}
