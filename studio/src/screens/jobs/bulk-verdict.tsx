import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import styles from './jobs.module.css'

/** What would become of a bulk: its price, and every item that would be refused. */
export function BulkVerdict({ verdict }: { verdict: api.BulkCheck }) {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  const { total, judged, unusable, refused, not_priced, estimate, route_owners, refusals } = verdict
  return (
    <section className={styles['stack']} aria-label={t('verdict.title')} aria-live="polite">
      <Facts>
        <Fact name={t('verdict.items')}>{format.number(total)}</Fact>
        <Fact name={t('verdict.expected')}>
          <Money amount={estimate.expected} />{' '}
          <span className={styles['quiet']}>
            (<Money amount={estimate.low} /> – <Money amount={estimate.high} />)
          </span>
        </Fact>
        <Fact name={t('verdict.refused')}>{format.number(refused)}</Fact>
        {route_owners.length > 0 && <Fact name={t('verdict.owner')}>{route_owners.join(', ')}</Fact>}
      </Facts>
      {judged < total && <p>{t('verdict.not_all', { judged: format.number(judged), total: format.number(total) })}</p>}
      {not_priced > 0 && <p>{t('verdict.edits', { count: not_priced })}</p>}
      {unusable > 0 ? <p role="alert">{t('verdict.unusable', { count: unusable })}</p> : refused > 0 && <p>{t('verdict.free')}</p>}
      {refusals.length > 0 && (
        <Table
          caption={t('verdict.refusals')}
          rows={refusals}
          keyOf={({ item, param }) => `${item} ${param}`}
          columns={[
            { key: 'item', head: t('bulk.item'), cell: ({ item }) => format.number(item) },
            { key: 'param', head: t('verdict.param'), cell: ({ param }) => param && <code>{param}</code> },
            { key: 'why', head: t('verdict.why'), cell: ({ message }) => <span lang="en">{message}</span> },
          ]}
        />
      )}
    </section>
  )
}
