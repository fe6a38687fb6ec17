import { type ReactNode, useEffect, useId, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from './button.tsx'
import styles from './dialog.module.css'
import { CrossIcon } from './icons.tsx'

/** What a dialog is about. */
export interface DialogProps {
  title: ReactNode
  /** Called when it is to close, by the button, Escape or a click beside it. */
  onClose: () => void
  children: ReactNode
  /** Buttons below; the one that does what the dialog is for comes last. */
  actions?: ReactNode
  wide?: boolean
}

/** What is asked for first, where the dialog is a form. */
const FIRST_FIELD = ':scope > * > form :is(input, select, textarea):enabled'

/**
 * A modal dialog, shown while it is rendered. The platform's own: it keeps the focus in and gives it back. Whoever opens one stands at its first field,
 * or where it asks for nothing at its title, from which it is read on.
 */
export function Dialog({ title, onClose, children, actions, wide = false }: DialogProps) {
  const { t } = useTranslation('ui')
  const titleId = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const shown = dialog.current!
    const opener = document.activeElement
    shown.showModal()
    ;(shown.querySelector<HTMLElement>(FIRST_FIELD) ?? heading.current)?.focus()
    return () => {
      shown.close()
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has Escape
    <dialog
      ref={dialog}
      className={wide ? `${styles['dialog']} ${styles['wide']}` : styles['dialog']}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className={styles['body']}>
        <header className={styles['head']}>
          <h2 ref={heading} id={titleId} tabIndex={-1}>
            {title}
          </h2>
          <Button tone="quiet" size="small" onClick={onClose} aria-label={t('close')}>
            <CrossIcon />
          </Button>
        </header>
        {children}
        {actions && <footer className={styles['actions']}>{actions}</footer>}
      </div>
    </dialog>
  )
}
