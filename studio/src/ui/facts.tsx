import type { ReactNode } from 'react'
import styles from './facts.module.css'

/** What is known of something, name by name: in columns of one width, or as figures in a row. */
export function Facts({ layout = 'grid', children }: { layout?: 'grid' | 'row'; children: ReactNode }) {
  return <dl className={styles[layout]}>{children}</dl>
}

/** One of `Facts`. @param wide takes a row of figures for itself */
export function Fact({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? styles['wide'] : undefined}>
      <dt className={styles['name']}>{name}</dt>
      <dd className={styles['value']}>{children}</dd>
    </div>
  )
}
