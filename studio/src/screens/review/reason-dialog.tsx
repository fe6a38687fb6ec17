import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../ui/field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { useReviewChange } from './use-review-change.ts'

/** Something that is done with a reason, which stays on record. */
export function ReasonDialog({
  title,
  hint,
  act,
  onClose,
}: {
  title: string
  /** What follows. */
  hint: string
  act: (why: string) => Promise<unknown>
  onClose: () => void
}) {
  const { t } = useTranslation('review')
  const [why, setWhy] = useState('')
  const [fault, setFault] = useState(false)
  const change = useReviewChange(act, onClose)
  const submit = () => {
    setFault(why.trim() === '')
    if (why.trim() !== '') change.mutate(why.trim())
  }
  return (
    <FormDialog title={title} submit={title} danger busy={change.isPending} error={change.error} onSubmit={submit} onClose={onClose}>
      <p>{hint}</p>
      <TextField
        label={t('decide.why')}
        error={fault && t('decide.why_missing')}
        maxLength={1000}
        autoComplete="off"
        value={why}
        onChange={({ target }) => setWhy(target.value)}
      />
    </FormDialog>
  )
}
