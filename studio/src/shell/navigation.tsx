import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../ui/dialog.tsx'
import { MoreIcon } from '../ui/icons.tsx'
import { AccountPanel } from './account-panel.tsx'
import { linksOnPhone, type ScreenLink, screenLinks } from './screens.ts'
import styles from './shell.module.css'

/** Every screen, at the side. */
export function SideNavigation() {
  const { t } = useTranslation()
  return (
    <nav className={styles['sideNavigation']} aria-label={t('nav.label')}>
      <ScreenList links={screenLinks} />
    </nav>
  )
}

/** The first screens and a way to all others, at the bottom of a phone. */
export function PhoneBar() {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  return (
    <nav className={styles['phoneBar']} aria-label={t('nav.label')}>
      <ScreenList links={screenLinks.slice(0, linksOnPhone)} isBar />
      <button type="button" className={styles['phoneLink']} aria-haspopup="dialog" aria-expanded={isOpen} onClick={() => setOpen(true)}>
        <MoreIcon />
        <span>{t('nav.more')}</span>
      </button>
      {isOpen && (
        <Dialog title={t('nav.more')} onClose={() => setOpen(false)}>
          <div className={styles['sheet']}>
            <ScreenList links={screenLinks.slice(linksOnPhone)} onFollow={() => setOpen(false)} />
            <AccountPanel />
          </div>
        </Dialog>
      )}
    </nav>
  )
}

function ScreenList({ links, isBar = false, onFollow }: { links: readonly ScreenLink[]; isBar?: boolean; onFollow?: () => void }) {
  const { t } = useTranslation()
  return (
    <ul className={styles[isBar ? 'phoneLinks' : 'links']}>
      {links.map(({ name, Sign }) => (
        <li key={name}>
          <Link
            to={`/${name}`}
            className={styles[isBar ? 'phoneLink' : 'link']}
            activeProps={{ 'aria-current': 'page' }}
            {...(onFollow ? { onClick: onFollow } : {})}
          >
            <Sign />
            <span>{t(`nav.${name}`)}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
