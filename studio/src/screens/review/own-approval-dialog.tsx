import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { projectsQuery } from '../../api/projects-query.ts'
import { useChange } from '../../api/use-change.ts'
import { TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'
import type { ReviewerHere } from './use-reviewer.ts'

/** Whoever works alone says so, by name: from then on the administrator may approve their own pictures in a project. */
export function OwnApprovalDialog({
  projectId,
  reviewer,
  onAllowed,
  onClose,
}: {
  projectId: string
  reviewer: ReviewerHere
  onAllowed: () => void
  onClose: () => void
}) {
  const { t } = useTranslation('review')
  const [name, setName] = useState(reviewer.name)
  const [isMissed, setMissed] = useState(false)
  const allow = useChange(
    projectsQuery.queryKey,
    (allowedBy: string) => allowOwnApproval(projectId, allowedBy),
    () => {
      reviewer.sayName(name)
      onAllowed()
    },
  )
  const submit = () => {
    setMissed(name.trim() === '')
    if (name.trim() !== '') allow.mutate(name.trim())
  }
  return (
    <FormDialog
      title={t('alone.title')}
      submit={t('alone.allow')}
      busy={allow.isPending}
      refusal={<Refusal error={allow.error} />}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{t('alone.what')}</p>
      <TextField
        label={t('name')}
        hint={t('name_hint')}
        error={isMissed && t('alone.name_missing')}
        autoComplete="name"
        maxLength={100}
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <p className={styles['quiet']}>{t('alone.back')}</p>
    </FormDialog>
  )
}

/** The other rules stay as they are now, not as this page saw them. */
async function allowOwnApproval(projectId: string, allowedBy: string): Promise<void> {
  const { settings } = await darkroom.projects.get(projectId)
  await darkroom.projects.change(projectId, { settings: { review: { ...settings.review, own_approval: { allowed_by: allowedBy } } } })
}
