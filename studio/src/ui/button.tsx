import type { ComponentProps } from 'react'
import styles from './button.module.css'
import { classes } from './classes.ts'
import { Spinner } from './spinner.tsx'

/** What every button takes beside what the platform's does. */
export interface ButtonProps extends ComponentProps<'button'> {
  /** `primary` is for the one thing a screen is there for. @default plain */
  tone?: 'primary' | 'plain' | 'quiet' | 'danger'
  /** While true it says that it is at work and does nothing; it keeps the focus. */
  busy?: boolean
  size?: 'small' | 'normal'
}

/** A button; `type` is `button` unless it says otherwise. */
export function Button({ tone = 'plain', busy = false, size = 'normal', className, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes(styles['button'], styles[tone], size === 'small' && styles['small'], className)}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest['aria-disabled'] || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    >
      {busy && <Spinner size="small" />}
      {children}
    </button>
  )
}
