import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'
import { Progress } from './job-state.tsx'
import { JobCost } from './job-table.tsx'
import styles from './jobs.module.css'
import { bulksQuery } from './queries.ts'

/** Bulks, the newest first. */
export function BulkList() {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  const bulks = useQuery(bulksQuery)
  return (
    <Loaded query={bulks}>
      {({ bulks: rows }) =>
        rows.length === 0 ? (
          <EmptyState title={t('bulk.none')}>{t('bulk.none_hint')}</EmptyState>
        ) : (
          <Table
            caption={t('tabs.bulks')}
            rows={rows}
            keyOf={({ id }) => id}
            columns={[
              {
                key: 'name',
                head: t('bulk.name'),
                cell: (bulk) => (
                  <>
                    <Link to="/jobs" search={{ tab: 'bulks', bulk: bulk.id }}>
                      {bulk.name ?? bulk.id.slice(-8)}
                    </Link>
                    <p className={styles['quiet']}>{format.time(bulk.created_at)}</p>
                  </>
                ),
              },
              { key: 'state', head: t('state'), cell: (bulk) => <BulkState bulk={bulk} /> },
              {
                key: 'done',
                head: t('progress'),
                cell: (bulk) => (
                  <div className={styles['standing']}>
                    <span>{t('bulk.done_of', { done: format.percent(bulk.done), total: format.number(bulk.total) })}</span>
                    <Progress done={bulk.done} label={t('progress')} />
                  </div>
                ),
              },
              { key: 'cost', head: t('cost'), align: 'end', cell: ({ cost }) => <JobCost cost={cost} /> },
            ]}
          />
        )
      }
    </Loaded>
  )
}

const tones = { running: 'accent', paused: 'warn', cancelled: 'plain', ended: 'good' } as const

/** How a bulk stands, in a word; why it paused by itself, where it did. */
export function BulkState({ bulk }: { bulk: api.Bulk }) {
  const { t } = useTranslation('jobs')
  return (
    <div className={styles['standing']}>
      <Badge tone={tones[bulk.state]}>{t(`bulk.states.${bulk.state}`)}</Badge>
      {bulk.pause_reason !== null && <code className={styles['quiet']}>{bulk.pause_reason}</code>}
    </div>
  )
}
