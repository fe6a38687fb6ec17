import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../ui/empty-state.tsx'
import { Page } from './page.tsx'

/** For an address that is none. */
export function MissingScreen() {
  const { t } = useTranslation()
  return (
    <Page title={t('missing.title')}>
      <EmptyState title={t('missing.text')} action={<Link to="/make">{t('missing.home')}</Link>} />
    </Page>
  )
}
