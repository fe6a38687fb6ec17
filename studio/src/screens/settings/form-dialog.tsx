import { type FormEvent, type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import styles from './settings.module.css'

/** A question with fields, or without: what follows is said in it, and why the gateway refused. */
export function FormDialog({
  title,
  submit,
  onSubmit,
  onClose,
  busy,
  error,
  danger = false,
  wide = false,
  children,
}: {
  title: string
  /** What the button says that does it. */
  submit: string
  onSubmit: () => void
  onClose: () => void
  busy: boolean
  error: unknown
  danger?: boolean
  wide?: boolean
  children: ReactNode
}) {
  const { t } = useTranslation('settings')
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
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" form={form} tone={danger ? 'danger' : 'primary'} busy={busy}>
            {submit}
          </Button>
        </>
      }
    >
      <form id={form} className={styles['form']} onSubmit={send}>
        {children}
        {error !== null && <ErrorPanel error={error} />}
      </form>
    </Dialog>
  )
}
