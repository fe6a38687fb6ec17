import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/use-format.ts'
import { Badge } from './badge.tsx'
import styles from './money.module.css'

/** An amount as the gateway tells it. */
export interface Amount {
  usd: string
  nanos: string
}

/** Money, shown to the digit that matters; its exact amount is in the title. Play money says so. */
export function Money({ amount, play = false }: { amount: Amount; play?: boolean }) {
  const { t } = useTranslation('ui')
  const format = useFormat()
  return (
    <span className={styles['money']} title={`${amount.usd} USD`}>
      {format.money(amount.nanos)}
      {play && <Badge>{t('play_money')}</Badge>}
    </span>
  )
}
