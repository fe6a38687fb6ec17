import { useState } from 'react'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Refusal } from './refusal.tsx'
import { useReviewChange } from './use-review-change.ts'
import { WhyField } from './why-field.tsx'

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
  const [why, setWhy] = useState('')
  const [fault, setFault] = useState(false)
  const change = useReviewChange(act, onClose)
  const submit = () => {
    setFault(why.trim() === '')
    if (why.trim() !== '') change.mutate(why.trim())
  }
  return (
    <FormDialog
      title={title}
      submit={title}
      danger
      busy={change.isPending}
      refusal={<Refusal error={change.error} />}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{hint}</p>
      <WhyField why={why} onWhy={setWhy} isMissed={fault} />
    </FormDialog>
  )
}
