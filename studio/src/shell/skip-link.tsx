import { useTranslation } from 'react-i18next'
import styles from './shell.module.css'

/** The first stop of the tab key: past the navigation. */
export function SkipLink() {
  const { t } = useTranslation()
  return (
    // biome-ignore lint/a11y/useValidAnchor: it leads to the content of this page, whose heading takes the focus
    <a
      href="#main"
      className={styles['skip']}
      onClick={(event) => {
        event.preventDefault()
        const main = document.getElementById('main')
        const heading = main?.querySelector('h1')
        ;(heading ?? main)?.focus()
        main?.scrollIntoView()
      }}
    >
      {t('skip')}
    </a>
  )
}
