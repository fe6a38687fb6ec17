import { useTranslation } from 'react-i18next'
import { Spinner } from '../ui/spinner.tsx'

/** While a screen is on its way. */
export function WaitingScreen() {
  const { t } = useTranslation('ui')
  return <Spinner label={t('loading')} />
}
