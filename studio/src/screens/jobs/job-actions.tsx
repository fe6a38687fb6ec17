import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type api, DarkroomError } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { useToast } from '../../ui/toast.tsx'
import { DoubleCharge } from './double-charge.tsx'
import styles from './jobs.module.css'
import { readAnew } from './queries.ts'

/** What can be done about a job now: cancelled while it waits or is made, made again where it gave nothing. */
export function JobActions({ job }: { job: api.Job }) {
  const name = job.id.slice(-8)
  if (job.state === 'queued' || job.state === 'running') return job.cancelRequestedAt === null ? <CancelJob job={job} name={name} /> : null
  if (job.state === 'completed' || job.retriedBy !== null) return null
  return <RetryJob job={job} name={name} />
}

function CancelJob({ job, name }: { job: api.Job; name: string }) {
  const { t } = useTranslation('jobs')
  const client = useQueryClient()
  const say = useToast()
  const cancel = useMutation({
    mutationFn: () => darkroom.jobs.cancel(job.id),
    onSuccess: ({ cancel_requested }) => say(t(cancel_requested ? 'cancel.too_late' : 'cancel.done'), 'good'),
    onSettled: () => readAnew(client),
  })
  return (
    <>
      <Button size="small" busy={cancel.isPending} aria-label={t('cancel.label', { name })} onClick={() => cancel.mutate()}>
        {t('cancel.do')}
      </Button>
      {cancel.isError && <FailureDialog title={t('cancel.failed')} error={cancel.error} onClose={cancel.reset} />}
    </>
  )
}

/** One click where the first was free; where it was or may have been charged, a question first. */
function RetryJob({ job, name }: { job: api.Job; name: string }) {
  const { t } = useTranslation('jobs')
  const client = useQueryClient()
  const say = useToast()
  const [isAsked, setAsked] = useState(false)
  const retry = useMutation({
    mutationFn: (accept_double_charge: boolean) => darkroom.jobs.retry(job.id, { accept_double_charge }),
    onSuccess: ({ jobId }) => {
      setAsked(false)
      say(t('retry.done', { name: jobId.slice(-8) }), 'good')
    },
    // The gateway knows best whether the first may have been charged.
    onError: (error) => error instanceof DarkroomError && error.code === 'double_charge_not_accepted' && setAsked(true),
    onSettled: () => readAnew(client),
  })
  const isFree = job.outcome === 'not_charged' || job.state === 'cancelled'
  const isQuestion = retry.error instanceof DarkroomError && retry.error.code === 'double_charge_not_accepted'
  return (
    <>
      <Button
        size="small"
        busy={retry.isPending && !isAsked}
        aria-label={t('retry.label', { name })}
        onClick={() => (isFree ? retry.mutate(false) : setAsked(true))}
      >
        {t('retry.do')}
      </Button>
      {isAsked && (
        <DoubleCharge
          cost={job.cost}
          outcome={job.outcome ?? 'unknown'}
          busy={retry.isPending}
          error={isQuestion ? null : retry.error}
          onAccept={() => retry.mutate(true)}
          onClose={() => {
            setAsked(false)
            retry.reset()
          }}
        />
      )}
      {retry.isError && !isAsked && <FailureDialog title={t('retry.failed')} error={retry.error} onClose={retry.reset} />}
    </>
  )
}

function FailureDialog({ title, error, onClose }: { title: string; error: unknown; onClose: () => void }) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={styles['dialogText']}>
        <ErrorPanel error={error} />
      </div>
    </Dialog>
  )
}
