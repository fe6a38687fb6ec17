import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'
import { useToast } from '../../ui/toast.tsx'
import styles from './jobs.module.css'
import { deadLettersQuery, readAnew } from './queries.ts'

/** Jobs that the queue put aside, to be put back once the fault is mended. */
export function DeadLetters() {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  const client = useQueryClient()
  const say = useToast()
  const letters = useQuery(deadLettersQuery)
  const redrive = useMutation({
    mutationFn: (ids: string[] | undefined) => darkroom.call('POST /v2/dead-letters/redrive', { body: ids === undefined ? {} : { ids } }),
    onSuccess: ({ redriven }) => say(t('aside.done', { count: redriven }), 'good'),
    onSettled: () => readAnew(client),
  })
  return (
    <div className={styles['stack']}>
      <p className={styles['lead']}>{t('aside.lead')}</p>
      {redrive.isError && <ErrorPanel error={redrive.error} />}
      <Loaded query={letters}>
        {({ dead_letters: rows }) =>
          rows.length === 0 ? (
            <EmptyState title={t('aside.none')} />
          ) : (
            <>
              <Table
                caption={t('tabs.aside')}
                rows={rows}
                keyOf={({ id }) => id}
                columns={[
                  { key: 'job', head: t('job'), cell: ({ job_id }) => <code>{job_id.slice(-8)}</code> },
                  { key: 'why', head: t('aside.why'), cell: ({ why }) => <span lang="en">{why}</span> },
                  { key: 'since', head: t('aside.since'), cell: ({ since }) => format.time(since) },
                  { key: 'deadline', head: t('deadline'), cell: ({ deadline }) => format.time(deadline) },
                  {
                    key: 'act',
                    head: t('actions'),
                    align: 'end',
                    cell: ({ id, job_id }) => (
                      <Button
                        size="small"
                        aria-label={t('aside.back_label', { name: job_id.slice(-8) })}
                        onClick={() => redrive.mutate([id])}
                      >
                        {t('aside.back')}
                      </Button>
                    ),
                  },
                ]}
              />
              <Button busy={redrive.isPending} onClick={() => redrive.mutate(undefined)}>
                {t('aside.all')}
              </Button>
            </>
          )
        }
      </Loaded>
    </div>
  )
}
