import { useTranslation } from 'react-i18next'
import { Page } from '../../shell/page.tsx'

/** What decisions are made here; the queue comes from the gateway. */
export function ReviewScreen() {
  const { t } = useTranslation('review')
  return (
    <Page title={t('title')} lead={t('lead')}>
      <p>{t('text')}</p>
    </Page>
  )
}
