import { type ReactNode, useEffect, useRef } from 'react'
import styles from './page.module.css'

/** True once a screen was shown: the first one leaves the focus where the browser puts it. */
let hasShownOne = false

/** A screen: its title is that of the tab too, and is focused when somebody comes here from another screen. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string
  /** One sentence on what the screen is for. */
  lead?: ReactNode
  /** At the end of the title's line. */
  actions?: ReactNode
  children: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (hasShownOne) heading.current?.focus()
    hasShownOne = true
  }, [])
  return (
    <div className={styles['page']}>
      <title>{`${title} · Darkroom`}</title>
      <header className={styles['head']}>
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p className={styles['lead']}>{lead}</p>}
        </div>
        {actions && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}
