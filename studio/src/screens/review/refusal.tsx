import { useTranslation } from 'react-i18next'
import { DarkroomError } from '#sdk'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import styles from './review.module.css'

const explained = [
  'review_own_submission',
  'review_same_person',
  'not_a_reviewer',
  'review_decided',
  'review_claimed',
  'checklist_incomplete',
  'full_size_unread',
  'publishing_off',
] as const
type Explained = (typeof explained)[number]

/** The code, where this screen has words of its own for it. */
export function refusalKey(code: string | null): Explained | null {
  return (explained as readonly (string | null)[]).includes(code) ? (code as Explained) : null
}

/** Why the gateway refused, in the language of whoever reads; in its own words below. */
export function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation('review')
  if (error === null) return null
  const code = refusalKey(error instanceof DarkroomError ? error.code : null)
  return (
    <>
      {code !== null && <p className={styles['refused']}>{t(`refused.${code}`)}</p>}
      <ErrorPanel error={error} />
    </>
  )
}
