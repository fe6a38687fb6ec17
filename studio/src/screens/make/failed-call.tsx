import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { BudgetError } from '#sdk'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel, toldFailure } from '../../ui/error-panel.tsx'
import styles from './failed-call.module.css'
import { making } from './making.ts'

/** A call that made nothing: what happened, whether it cost money, and the ways on from there. */
export function FailedCall({ error }: { error: unknown }) {
  const { t } = useTranslation('make')
  const { outcome, nextAction } = toldFailure(error)
  const mayRepeat = outcome === 'not_charged' && nextAction === 'retry'
  return (
    <div className={styles['failed']}>
      <ErrorPanel error={error} {...(mayRepeat ? { onRetry: () => making.repeat() } : {})} />
      <ul className={styles['ways']}>
        {error instanceof BudgetError && (
          <li>
            <Link to="/money">{t('failed.budgets')}</Link>
          </li>
        )}
        {outcome === 'unknown' && (
          <li>
            <Link to="/jobs">{t('failed.unknown')}</Link>
          </li>
        )}
      </ul>
      <Button size="small" onClick={() => making.clear()}>
        {t('result.leave')}
      </Button>
    </div>
  )
}
