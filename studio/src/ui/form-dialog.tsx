import { type FormEvent, type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorPanel } from './error-panel.tsx'
import styles from './form-dialog.module.css'

/** A question with fields, or without: what follows is said in it, and why the gateway refused. */
export function FormDialog({
  title,
  submit,
  leave,
  onSubmit,
  onClose,
  busy,
  error = null,
  refusal = error === null ? null : <ErrorPanel error={error} />,
  danger = false,
  wide = false,
  children,
}: {
  title: string
  /** What the button says that does it. */
  submit: string
  /** What the other one says. @default Cancel */
  leave?: string
  onSubmit: () => void
  onClose: () => void
  busy: boolean
  error?: unknown
  /** Where a screen explains it in words of its own. */
  refusal?: ReactNode
  danger?: boolean
  wide?: boolean
  children: ReactNode
}) {
  const { t } = useTranslation('ui')
  const form = useId()
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (!busy) onSubmit()
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      wide={wide}
      actions={
        <>
          <Button onClick={onClose}>{leave ?? t('cancel')}</Button>
          <Button type="submit" form={form} tone={danger ? 'danger' : 'primary'} busy={busy}>
            {submit}
          </Button>
        </>
      }
    >
      <form id={form} className={styles['form']} onSubmit={send}>
        {children}
        {refusal}
      </form>
    </Dialog>
  )
}
