import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { Picture } from '../../ui/picture.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { JobActions } from './job-actions.tsx'
import { JobState, Progress } from './job-state.tsx'
import styles from './jobs.module.css'
import { jobStates, jobsRouteApi } from './jobs-search.ts'
import { jobsQuery } from './queries.ts'

/** Jobs, the newest first, as they go on. */
export function JobTable({ isLive }: { isLive: boolean }) {
  const { t } = useTranslation('jobs')
  const { state } = jobsRouteApi.useSearch()
  const navigate = jobsRouteApi.useNavigate()
  const jobs = useInfiniteQuery(jobsQuery(state))
  const columns = useColumns()
  const choices = [{ value: 'all' as const, label: t('any_state') }, ...jobStates.map((value) => ({ value, label: t(`states.${value}`) }))]
  return (
    <div className={styles['stack']}>
      <div className={styles['bar']}>
        <SelectField
          label={t('state')}
          choices={choices}
          value={state ?? 'all'}
          onChoose={(chosen) => void navigate({ search: chosen === 'all' ? {} : { state: chosen } })}
        />
        <p className={styles['live']} role="status">
          <span className={isLive ? styles['lamp'] : styles['lampOff']} aria-hidden="true" />
          {t(isLive ? 'live' : 'not_live')}
        </p>
      </div>
      <Loaded query={jobs}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.jobs)
          if (rows.length === 0) return <EmptyState title={t(state === undefined ? 'none' : 'none_of_state')}>{t('none_hint')}</EmptyState>
          return (
            <>
              <Table caption={t('title')} rows={rows} keyOf={({ id }) => id} columns={columns} />
              {jobs.hasNextPage && (
                <Button busy={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
                  {t('more')}
                </Button>
              )}
            </>
          )
        }}
      </Loaded>
    </div>
  )
}

function useColumns(): Column<api.Job>[] {
  const { t } = useTranslation('jobs')
  return [
    { key: 'job', head: t('job'), cell: (job) => <JobName job={job} /> },
    { key: 'state', head: t('state'), cell: (job) => <JobStanding job={job} /> },
    { key: 'cost', head: t('cost'), align: 'end', cell: (job) => <JobCost cost={job.cost} /> },
    { key: 'act', head: t('actions'), align: 'end', cell: (job) => <JobActions job={job} /> },
  ]
}

function JobName({ job }: { job: api.Job }) {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  const [first] = job.results
  return (
    <div className={styles['jobName']}>
      {first ? (
        <Picture className={styles['small']} src={darkroom.images.thumbnailUrl(first.image_id, 160)} alt="" width={48} height={48} />
      ) : (
        <span className={styles['small']} aria-hidden="true" />
      )}
      <div>
        <Link
          from="/jobs"
          to="/jobs"
          search={(search) => ({ ...search, job: job.id })}
          resetScroll={false}
          aria-label={t('open_job', { id: job.id.slice(-8) })}
        >
          <code>{job.id.slice(-8)}</code>
        </Link>
        <p className={styles['quiet']}>
          {job.model} · {t(`operations.${job.operation}`)}
          {job.lane === 'economy' && ` · ${t('economy')}`}
        </p>
        <time className={styles['quiet']} dateTime={job.createdAt}>
          {format.time(job.createdAt)}
        </time>
      </div>
    </div>
  )
}

function JobStanding({ job }: { job: api.Job }) {
  const { t } = useTranslation('jobs')
  const isUnderWay = job.state === 'queued' || job.state === 'running'
  return (
    <div className={styles['standing']}>
      <JobState state={job.state} />
      {isUnderWay && job.cancelRequestedAt !== null && <Badge>{t('cancel_asked')}</Badge>}
      {job.state === 'running' && <Progress done={job.progress / 100} label={t('progress')} />}
    </div>
  )
}

/** What was charged; before that, what is set aside or held. */
export function JobCost({ cost }: { cost: api.Job['cost'] }) {
  const { t } = useTranslation('jobs')
  if (BigInt(cost.held_unknown.nanos) > 0n)
    return (
      <>
        <Money amount={cost.held_unknown} /> <span className={styles['quiet']}>{t('held')}</span>
      </>
    )
  if (BigInt(cost.reserved.nanos) > 0n)
    return (
      <>
        <Money amount={cost.reserved} /> <span className={styles['quiet']}>{t('set_aside')}</span>
      </>
    )
  return <Money amount={cost.settled} />
}
