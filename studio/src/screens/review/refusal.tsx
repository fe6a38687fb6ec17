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
const isExplained = (code: string | null): code is (typeof explained)[number] => (explained as readonly (string | null)[]).includes(code)

/** Why the gateway refused, in the language of whoever reads; in its own words below. */
export function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation('review')
  if (error === null) return null
  const code = error instanceof DarkroomError ? error.code : null
  return (
    <>
      {isExplained(code) && <p className={styles['refused']}>{t(`refused.${code}`)}</p>}
      <ErrorPanel error={error} />
    </>
  )
}
