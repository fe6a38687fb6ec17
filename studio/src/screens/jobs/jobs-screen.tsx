import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Page } from '../../shell/page.tsx'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'

/** Jobs, the newest first. */
export function JobsScreen() {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  const jobs = useQuery({ queryKey: ['jobs'], queryFn: ({ signal }) => darkroom.call('GET /v2/jobs', {}, { signal }) })
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={jobs}>
        {(found) =>
          found.jobs.length === 0 ? (
            <EmptyState title={t('none')} />
          ) : (
            <Table
              caption={t('title')}
              rows={found.jobs}
              keyOf={({ id }) => id}
              columns={[
                { key: 'id', head: t('job'), cell: ({ id }) => <code>{id.slice(-8)}</code> },
                { key: 'state', head: t('state'), cell: ({ state }) => <Badge>{t(`states.${state}`)}</Badge> },
                { key: 'at', head: t('created'), cell: ({ createdAt }) => format.time(createdAt) },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
