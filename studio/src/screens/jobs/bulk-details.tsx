import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { Picture } from '../../ui/picture.tsx'
import { Table } from '../../ui/table.tsx'
import { BulkState } from './bulk-list.tsx'
import { JobState, Progress } from './job-state.tsx'
import styles from './jobs.module.css'
import { bulkItemsQuery, bulkQuery, bulksQuery } from './queries.ts'
import { toldItemError } from './told-job-error.ts'

/** A bulk as it goes on: how far, at what price, and what came of each item. */
export function BulkDetails({ id }: { id: string }) {
  const { t } = useTranslation('jobs')
  const bulk = useQuery(bulkQuery(id))
  return (
    <div className={styles['stack']}>
      <p>
        <Link to="/jobs" search={{ tab: 'bulks' }}>
          {t('bulk.all')}
        </Link>
      </p>
      <Loaded query={bulk}>
        {(found) => (
          <>
            <Summary bulk={found} />
            <Items bulk={found} />
          </>
        )}
      </Loaded>
    </div>
  )
}

const states = ['waiting', 'queued', 'running', 'completed', 'failed', 'refused', 'cancelled', 'outcome_unknown'] as const

function Summary({ bulk }: { bulk: api.Bulk }) {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  const present = states.filter((state) => bulk.counts[state] > 0)
  return (
    <section className={styles['stack']} aria-label={t('bulk.summary')}>
      <div className={styles['bar']}>
        <h2>{bulk.name ?? bulk.id.slice(-8)}</h2>
        <BulkState bulk={bulk} />
        <Steering bulk={bulk} />
      </div>
      {bulk.pause_reason !== null && <p role="status">{t('bulk.paused_because', { reason: bulk.pause_reason })}</p>}
      <Progress done={bulk.done} label={t('progress')} />
      <ul className={styles['counts']}>
        {present.map((state) => (
          <li key={state}>
            <JobState state={state} /> {format.number(bulk.counts[state])}
          </li>
        ))}
      </ul>
      <Facts>
        <Fact name={t('bulk.charged')}>
          <Money amount={bulk.cost.settled} />
        </Fact>
        <Fact name={t('bulk.reserved')}>
          <Money amount={bulk.cost.reserved} />
        </Fact>
        {BigInt(bulk.cost.held_unknown.nanos) > 0n && (
          <Fact name={t('bulk.held')}>
            <Money amount={bulk.cost.held_unknown} />
          </Fact>
        )}
        {bulk.per_minute !== null && <Fact name={t('bulk.pace')}>{format.number(Math.round(bulk.per_minute))}</Fact>}
        {bulk.eta !== null && <Fact name={t('bulk.eta')}>{format.time(bulk.eta)}</Fact>}
      </Facts>
      <p className={styles['links']}>
        <a href={bulk.manifest} download>
          {t('bulk.manifest')}
        </a>
        <a href={bulk.archive} download>
          {t('bulk.archive')}
        </a>
      </p>
    </section>
  )
}

/** Pausing and going on show at once: they cost nothing and can be taken back. Cancelling asks first. */
function Steering({ bulk }: { bulk: api.Bulk }) {
  const { t } = useTranslation('jobs')
  const client = useQueryClient()
  const [isCancelling, setCancelling] = useState(false)
  const { queryKey } = bulkQuery(bulk.id)
  const steer = useMutation({
    mutationFn: (what: 'pause' | 'resume' | 'cancel') => darkroom.jobs.openBulk(bulk.id)[what](),
    onMutate: async (what) => {
      await client.cancelQueries({ queryKey, exact: true })
      const state = what === 'pause' ? 'paused' : 'running'
      if (what !== 'cancel') client.setQueryData(queryKey, { ...bulk, state, pause_reason: null })
      return bulk
    },
    onSuccess: (now) => {
      setCancelling(false)
      client.setQueryData(queryKey, now)
    },
    onError: (_, __, before) => client.setQueryData(queryKey, before),
    onSettled: () => Promise.all([queryKey, bulksQuery.queryKey].map((of) => client.invalidateQueries({ queryKey: of }))),
  })
  const isOver = bulk.state === 'ended' || bulk.state === 'cancelled'
  return (
    <div className={styles['barEnd']}>
      {bulk.state === 'running' && <Button onClick={() => steer.mutate('pause')}>{t('bulk.pause')}</Button>}
      {bulk.state === 'paused' && <Button onClick={() => steer.mutate('resume')}>{t('bulk.resume')}</Button>}
      {!isOver && (
        <Button tone="danger" onClick={() => setCancelling(true)}>
          {t('bulk.cancel')}
        </Button>
      )}
      {steer.isError && !isCancelling && <ErrorPanel error={steer.error} />}
      {isCancelling && (
        <Dialog
          title={t('bulk.cancel_title')}
          onClose={() => setCancelling(false)}
          actions={
            <>
              <Button onClick={() => setCancelling(false)}>{t('bulk.keep_on')}</Button>
              <Button tone="danger" busy={steer.isPending} onClick={() => steer.mutate('cancel')}>
                {t('bulk.cancel')}
              </Button>
            </>
          }
        >
          <p>{t('bulk.cancel_text', { count: bulk.counts.waiting + bulk.counts.queued })}</p>
          {steer.isError && <ErrorPanel error={steer.error} />}
        </Dialog>
      )}
    </div>
  )
}

function Items({ bulk }: { bulk: api.Bulk }) {
  const { t } = useTranslation('jobs')
  const [state, setState] = useState<api.BulkItem['state'] | 'all'>('all')
  const items = useInfiniteQuery(bulkItemsQuery(bulk.id, state === 'all' ? undefined : state))
  const choices = [{ value: 'all' as const, label: t('any_state') }, ...states.map((value) => ({ value, label: t(`states.${value}`) }))]
  // What is over has changed: the items are read again.
  const over = bulk.counts.completed + bulk.counts.failed + bulk.counts.refused + bulk.counts.cancelled + bulk.counts.outcome_unknown
  const { refetch } = items
  // biome-ignore lint/correctness/useExhaustiveDependencies: by it, and not of it
  useEffect(() => void refetch(), [over, refetch])
  return (
    <>
      <div className={styles['bar']}>
        <SelectField label={t('state')} choices={choices} value={state} onChoose={setState} />
      </div>
      <Loaded query={items}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items)
          if (rows.length === 0) return <EmptyState title={t('none_of_state')} />
          return (
            <>
              <Table
                caption={t('bulk.items')}
                rows={rows}
                keyOf={({ item }) => String(item)}
                columns={[
                  { key: 'item', head: t('bulk.item'), cell: (item) => <ItemName item={item} /> },
                  { key: 'state', head: t('state'), cell: (item) => <JobState state={item.state} /> },
                  { key: 'what', head: t('bulk.outcome'), cell: (item) => <ItemOutcome item={item} /> },
                  { key: 'cost', head: t('cost'), align: 'end', cell: ({ cost }) => cost && <Money amount={cost} /> },
                ]}
              />
              {items.hasNextPage && (
                <Button busy={items.isFetchingNextPage} onClick={() => void items.fetchNextPage()}>
                  {t('more')}
                </Button>
              )}
            </>
          )
        }}
      </Loaded>
    </>
  )
}

function ItemName({ item: { item, custom_id, job_id } }: { item: api.BulkItem }) {
  const { t } = useTranslation('jobs')
  const name = custom_id ?? t('bulk.item_number', { number: item })
  if (job_id === null) return name
  return (
    <Link from="/jobs" to="/jobs" search={(search) => ({ ...search, job: job_id })} resetScroll={false}>
      {name}
    </Link>
  )
}

function ItemOutcome({ item }: { item: api.BulkItem }) {
  const { t } = useTranslation('jobs')
  if (item.error !== null) return <span lang="en">{toldItemError(item).message}</span>
  return (
    <div className={styles['row']}>
      {item.images.map(({ id }, place) => (
        <Picture
          key={id}
          className={styles['small']}
          src={darkroom.images.thumbnailUrl(id, 160)}
          alt={t('bulk.picture', { number: place + 1, item: item.custom_id ?? item.item })}
          width={48}
          height={48}
        />
      ))}
    </div>
  )
}
