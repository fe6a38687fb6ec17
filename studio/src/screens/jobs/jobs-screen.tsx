import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../api/session.ts'
import { Page } from '../../shell/page.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { type Tab, Tabs } from '../../ui/tabs.tsx'
import { BulkDetails } from './bulk-details.tsx'
import { BulkImport } from './bulk-import.tsx'
import { BulkList } from './bulk-list.tsx'
import { DeadLetters } from './dead-letters.tsx'
import { JobDetails } from './job-details.tsx'
import { JobTable } from './job-table.tsx'
import styles from './jobs.module.css'
import { type JobTab, jobsRouteApi } from './jobs-search.ts'
import { unknownsQuery } from './queries.ts'
import { UnknownList } from './unknown-list.tsx'
import { useJobNews } from './use-job-news.ts'

/** Jobs as they happen, bulks, calls whose outcome nobody knows, and jobs that were put aside. */
export function JobsScreen() {
  const { t } = useTranslation('jobs')
  const { role } = useSession()
  const { tab = 'jobs', job, bulk } = jobsRouteApi.useSearch()
  const navigate = jobsRouteApi.useNavigate()
  const [isImporting, setImporting] = useState(false)
  const isLive = useJobNews()
  const unknowns = useQuery(unknownsQuery)
  const open = unknowns.data?.totals.count ?? 0
  const aside: Tab<JobTab>[] = role === 'admin' ? [{ id: 'aside', label: t('tabs.aside'), content: () => <DeadLetters /> }] : []
  const tabs: Tab<JobTab>[] = [
    { id: 'jobs', label: t('tabs.jobs'), content: () => <JobTable isLive={isLive} /> },
    { id: 'bulks', label: t('tabs.bulks'), content: () => (bulk === undefined ? <BulkList /> : <BulkDetails key={bulk} id={bulk} />) },
    {
      id: 'unknown',
      label: (
        <span className={styles['tabLabel']}>
          {t('tabs.unknown')} {open > 0 && <Badge tone="warn">{open}</Badge>}
        </span>
      ),
      content: () => <UnknownList />,
    },
    ...aside,
  ]
  return (
    <Page title={t('title')} lead={t('lead')} actions={<Button onClick={() => setImporting(true)}>{t('import.open')}</Button>}>
      <Tabs label={t('title')} tabs={tabs} chosen={tab} onChoose={(chosen) => void navigate({ search: { tab: chosen } })} />
      {job !== undefined && (
        <JobDetails key={job} id={job} onClose={() => void navigate({ search: ({ job: _, ...rest }) => rest, resetScroll: false })} />
      )}
      {isImporting && (
        <BulkImport
          onClose={() => setImporting(false)}
          onSubmitted={(id) => {
            setImporting(false)
            void navigate({ search: { tab: 'bulks', bulk: id } })
          }}
        />
      )}
    </Page>
  )
}
