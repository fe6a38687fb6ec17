import { classes } from './classes.ts'
import styles from './spinner.module.css'

/** Says that something is under way. With a label it tells screen readers; without, whatever it stands in does. */
export function Spinner({ label, size = 'normal' }: { label?: string; size?: 'small' | 'normal' }) {
  return (
    <span className={classes(styles['spinner'], label === undefined && styles['bare'])} role={label === undefined ? undefined : 'status'}>
      <span className={classes(styles['ring'], size === 'small' && styles['small'])} aria-hidden="true" />
      {label !== undefined && <span className={styles['label']}>{label}</span>}
    </span>
  )
}
