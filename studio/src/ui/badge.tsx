import type { ReactNode } from 'react'
import styles from './badge.module.css'
import { classes } from './classes.ts'

/** A word on how something stands. The word says it; the colour only repeats it. */
export function Badge({ tone = 'plain', children }: { tone?: 'plain' | 'good' | 'warn' | 'bad' | 'accent'; children: ReactNode }) {
  return <span className={classes(styles['badge'], styles[tone])}>{children}</span>
}
