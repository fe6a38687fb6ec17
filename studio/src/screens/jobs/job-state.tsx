import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Badge } from '../../ui/badge.tsx'
import styles from './jobs.module.css'

const tones = {
  waiting: 'plain',
  queued: 'plain',
  running: 'accent',
  completed: 'good',
  failed: 'bad',
  refused: 'bad',
  cancelled: 'plain',
  outcome_unknown: 'warn',
} as const satisfies Record<api.BulkItem['state'], string>

/** How a job, or an item of a bulk, stands, in a word. */
export function JobState({ state }: { state: api.BulkItem['state'] }) {
  const { t } = useTranslation('jobs')
  return <Badge tone={tones[state]}>{t(`states.${state}`)}</Badge>
}

/** How far something is. @param done from 0 to 1 */
export function Progress({ done, label }: { done: number; label: string }) {
  return <progress className={styles['progress']} max={1} value={done} aria-label={label} />
}
