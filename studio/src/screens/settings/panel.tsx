import type { ReactNode } from 'react'
import styles from './settings.module.css'

/** What stands under a tab: what it is for, the one thing to do there, and the things themselves. */
export function Panel({ lead, action, children }: { lead: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles['panel']}>
      <div className={styles['head']}>
        <p className={styles['lead']}>{lead}</p>
        {action}
      </div>
      {children}
    </div>
  )
}
