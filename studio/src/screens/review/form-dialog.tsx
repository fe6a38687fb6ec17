import { type FormEvent, type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'

/** A form that decides something, with why the gateway refused it. */
export function FormDialog({
  title,
  submit,
  danger = false,
  busy,
  error,
  onSubmit,
  onClose,
  children,
}: {
  title: string
  /** What the button says that does it. */
  submit: string
  danger?: boolean
  busy: boolean
  error: unknown
  onSubmit: () => void
  onClose: () => void
  children: ReactNode
}) {
  const { t } = useTranslation('review')
  const form = useId()
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (!busy) onSubmit()
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form={form} tone={danger ? 'danger' : 'primary'} busy={busy}>
            {submit}
          </Button>
        </>
      }
    >
      <form id={form} className={styles['form']} onSubmit={send}>
        {children}
        <Refusal error={error} />
      </form>
    </Dialog>
  )
}
