import styles from './review.module.css'
import { type Shortcut, shortcuts } from './use-shortcuts.ts'

/** The key that does what a button does, for eyes; screen readers have `aria-keyshortcuts`. */
export function KeyHint({ of }: { of: Shortcut }) {
  return (
    <span className={styles['key']} aria-hidden="true">
      {shortcuts[of].toUpperCase()}
    </span>
  )
}
