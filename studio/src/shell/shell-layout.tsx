import { Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useSession } from '../api/session.ts'
import { Badge } from '../ui/badge.tsx'
import { AccountPanel } from './account-panel.tsx'
import { PhoneBar, SideNavigation } from './navigation.tsx'
import styles from './shell.module.css'
import { SkipLink } from './skip-link.tsx'

/** The frame around every screen: navigation at the side, on phones at the bottom. */
export function ShellLayout() {
  const { t } = useTranslation()
  const session = useSession()
  return (
    <div className={styles['frame']}>
      <SkipLink />
      <header className={styles['side']}>
        <div className={styles['brand']}>
          <span className={styles['name']}>Darkroom</span>
          <Badge tone={session.play_money ? 'plain' : 'warn'}>{t(session.play_money ? 'play_money' : 'real_money')}</Badge>
        </div>
        <SideNavigation />
        <div className={styles['account']}>
          <AccountPanel />
        </div>
      </header>
      <main id="main" className={styles['main']} tabIndex={-1}>
        <Outlet />
      </main>
      <PhoneBar />
    </div>
  )
}
