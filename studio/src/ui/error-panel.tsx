import { useTranslation } from 'react-i18next'
import { ConnectionError, DarkroomError, type NextAction, type Outcome } from '#sdk'
import { Button } from './button.tsx'
import styles from './error-panel.module.css'

const tones = { not_charged: 'free', charged: 'paid', unknown: 'unknown' } as const satisfies Record<Outcome, string>

/** What a panel says of a failure. A failure of the page itself costs nothing: no call was made, or the call said so. */
export interface ToldFailure {
  message: string
  outcome: Outcome
  nextAction: NextAction
  docs: string | null
  generationId: string | null
  requestId: string | null
}

/** Reads a failure of any origin. */
export function toldFailure(error: unknown): ToldFailure {
  if (error instanceof DarkroomError) return error
  const message = error instanceof Error ? error.message : String(error)
  return { message, outcome: 'not_charged', nextAction: 'human', docs: null, generationId: null, requestId: null }
}

/** A failure: what happened, whether it cost money, what to do. */
export function ErrorPanel({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation('ui')
  const { message, outcome, nextAction, docs, generationId, requestId } = toldFailure(error)
  const isUnreached = error instanceof ConnectionError
  return (
    <section className={styles['panel']} role="alert">
      <h2 className={styles['title']}>{t(isUnreached ? 'error.unreached' : 'error.title')}</h2>
      <p lang="en">{message}</p>
      <dl className={styles['facts']}>
        <div>
          <dt>{t('error.money')}</dt>
          <dd className={styles[tones[outcome]]}>{t(`error.outcome.${outcome}`)}</dd>
        </div>
        <div>
          <dt>{t('error.next')}</dt>
          <dd>{t(`error.next_action.${nextAction}`)}</dd>
        </div>
        {(generationId ?? requestId) !== null && (
          <div>
            <dt>{t('error.reference')}</dt>
            <dd>
              <code>{generationId ?? requestId}</code>
            </dd>
          </div>
        )}
      </dl>
      <div className={styles['actions']}>
        {onRetry && (
          <Button size="small" onClick={onRetry}>
            {t('error.try_again')}
          </Button>
        )}
        {docs !== null && (
          <a href={docs} target="_blank" rel="noreferrer">
            {t('error.explained')}
          </a>
        )}
      </div>
    </section>
  )
}
