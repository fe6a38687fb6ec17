import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api, JobStep } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Picture } from '../../ui/picture.tsx'
import { JobActions } from './job-actions.tsx'
import { JobState, Progress } from './job-state.tsx'
import { JobCost } from './job-table.tsx'
import styles from './jobs.module.css'
import { jobQuery } from './queries.ts'
import { toldJobError } from './told-job-error.ts'

/** One job, followed to its end: what happened to it, what came of it, what it cost. */
export function JobDetails({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('jobs')
  const job = useQuery(jobQuery(id))
  const { steps, error } = useSteps(id)
  return (
    <Dialog wide title={t('job_title', { name: id.slice(-8) })} onClose={onClose}>
      <Loaded query={job}>{(found) => <Standing job={found} steps={steps} />}</Loaded>
      {error !== null && <ErrorPanel error={error} />}
    </Dialog>
  )
}

/** The steps of a job from its first, as they come; each has the record read anew. */
function useSteps(id: string): { steps: readonly JobStep[]; error: unknown } {
  const client = useQueryClient()
  const [steps, setSteps] = useState<readonly JobStep[]>([])
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    const left = new AbortController()
    const follow = async () => {
      for await (const step of darkroom.jobs.stream(id, { signal: left.signal })) {
        if (left.signal.aborted) return
        setSteps((before) => [...before.filter((known) => known.id !== step.id), step])
        void client.invalidateQueries({ queryKey: jobQuery(id).queryKey })
      }
    }
    setSteps([])
    setError(null)
    void follow().catch((failed: unknown) => left.signal.aborted || setError(failed))
    return () => left.abort()
  }, [client, id])
  return { steps, error }
}

function Standing({ job, steps }: { job: api.Job; steps: readonly JobStep[] }) {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  const facts: [string, React.ReactNode][] = [
    [t('model'), job.model],
    [t('cost'), <JobCost key="cost" cost={job.cost} />],
    [t('created'), format.time(job.createdAt)],
    [t('deadline'), format.time(job.deadline)],
    ...(job.resolve_by === null ? [] : [[t('resolve_by'), format.time(job.resolve_by)] satisfies [string, string]]),
    ...Object.entries(job.metadata ?? {}),
  ]
  const underWay = job.state === 'queued' || job.state === 'running'
  return (
    <>
      <div className={styles['bar']}>
        <div className={styles['standing']}>
          <JobState state={job.state} />
          {underWay && <Progress done={job.progress / 100} label={t('progress')} />}
        </div>
        <div className={styles['barEnd']}>
          <JobActions job={job} />
          {job.completedAt !== null && (
            <Link to="/library/$id" params={{ id: job.id }}>
              {t('record')}
            </Link>
          )}
        </div>
      </div>
      <Pictures job={job} steps={steps} />
      {job.error !== null && <ErrorPanel error={toldJobError(job)} />}
      <Facts>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </Facts>
      <Steps steps={steps} />
      <JobLinks job={job} />
    </>
  )
}

/** Results; until they are there, the last preview. */
function Pictures({ job, steps }: { job: api.Job; steps: readonly JobStep[] }) {
  const { t } = useTranslation('jobs')
  const preview = steps.findLast((step) => step.type === 'partial')
  const previews = job.results.length === 0 && preview && 'images' in preview ? (preview.images ?? []) : []
  if (job.results.length + previews.length === 0) return null
  return (
    <div className={styles['pictures']}>
      {job.results.map(({ image_id, width, height }, place) => (
        <Link key={image_id} to="/library/$id" params={{ id: job.id }} search={{ image: image_id }}>
          <Picture src={darkroom.images.thumbnailUrl(image_id, 640)} alt={t('result', { number: place + 1, width, height })} />
        </Link>
      ))}
      {previews.map(({ id, url }) => (
        <Picture key={id} src={ownAddress(url)} alt={t('preview')} />
      ))}
    </div>
  )
}

/** The policy of the page lets in pictures of this origin alone, whatever public address the gateway signed. */
const ownAddress = (url: string) => location.origin + new URL(url).pathname + new URL(url).search

function Steps({ steps }: { steps: readonly JobStep[] }) {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  return (
    <section>
      <h3>{t('steps')}</h3>
      <ol className={styles['steps']} aria-live="polite">
        {steps.map((step) => (
          <li key={step.id}>
            {t(`events.${step.type}`)}
            {'at' in step && (
              <time className={styles['quiet']} dateTime={step.at}>
                {format.time(step.at)}
              </time>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

function JobLinks({ job }: { job: api.Job }) {
  const { t } = useTranslation('jobs')
  const links = [
    ['retry_of', job.retryOf] as const,
    ['retried_by', job.retriedBy] as const,
    ...(job.children ?? []).map((child) => ['child', child] as const),
  ].filter((link): link is readonly ['retry_of' | 'retried_by' | 'child', string] => link[1] !== null)
  if (links.length === 0) return null
  return (
    <ul className={styles['links']}>
      {links.map(([what, id]) => (
        <li key={id}>
          <Link from="/jobs" to="/jobs" search={(search) => ({ ...search, job: id })} resetScroll={false}>
            {t(what, { name: id.slice(-8) })}
          </Link>
        </li>
      ))}
    </ul>
  )
}
