import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Money } from '../../ui/money.tsx'
import styles from './jobs.module.css'

/** Asks whether a second charge is accepted: what the first cost or may have cost, and what the second will. */
export function DoubleCharge({
  cost,
  outcome,
  busy,
  error,
  onAccept,
  onClose,
}: {
  cost: api.Job['cost']
  outcome: 'not_charged' | 'charged' | 'unknown'
  busy: boolean
  error: unknown
  onAccept: () => void
  onClose: () => void
}) {
  const { t } = useTranslation('jobs')
  const isKnown = outcome === 'charged'
  return (
    <Dialog
      title={t('double.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('double.leave')}</Button>
          <Button tone="danger" busy={busy} onClick={onAccept}>
            {t('double.accept')}
          </Button>
        </>
      }
    >
      <p>{t(isKnown ? 'double.was' : 'double.may')}</p>
      <Facts>
        <Fact name={t(isKnown ? 'double.first' : 'double.first_held')}>
          <Money amount={isKnown ? cost.settled : cost.held_unknown} />
        </Fact>
        <Fact name={t('double.second')}>
          <Money amount={cost.estimated} />
        </Fact>
      </Facts>
      <p className={styles['quiet']}>{t('double.record')}</p>
      {error !== null && <ErrorPanel error={error} />}
    </Dialog>
  )
}
