import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { classes } from '../../ui/classes.ts'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Money } from '../../ui/money.tsx'
import styles from './estimate-panel.module.css'
import type { DraftCheck } from './use-check.ts'

/** What the draft will cost, as it is typed, and the button beside it. */
export function EstimatePanel({ check, children }: { check: DraftCheck; children: ReactNode }) {
  const { t } = useTranslation('make')
  const { estimate, refusals, warnings, error, isStale, askAgain } = check
  return (
    <section className={styles['panel']} aria-label={t('estimate.title')} aria-busy={isStale}>
      {error !== null && <ErrorPanel error={error} onRetry={askAgain} />}
      {refusals.length > 0 && <Refusals refusals={refusals} />}
      {warnings.length > 0 && (
        <ul className={styles['warnings']}>
          {warnings.map(({ code, message }) => (
            <li key={code + message} lang="en">
              {message}
            </li>
          ))}
        </ul>
      )}
      {estimate !== null && <Breakdown estimate={estimate} />}
      {/* Always in sight: whoever changes something sees what it does to the price. */}
      <div className={styles['bar']}>
        <div className={classes(styles['sum'], isStale && styles['stale'])}>
          <Sum check={check} />
        </div>
        {children}
      </div>
    </section>
  )
}

function Sum({ check: { estimate, refusals, error } }: { check: DraftCheck }) {
  const { t } = useTranslation('make')
  if (refusals.length > 0) return <p className={styles['refused']}>{t('estimate.refused')}</p>
  if (estimate === null) return <p className={styles['range']}>{error === null && t('estimate.waiting')}</p>
  const { low, high, expected, promise } = estimate
  return (
    <>
      <p>
        <span className={styles['label']}>{t('estimate.expected')}</span>{' '}
        <strong className={styles['expected']}>
          <Money amount={expected} play={isPlay(estimate)} />
        </strong>
      </p>
      <p className={styles['range']}>
        {low.nanos === high.nanos ? (
          t('estimate.exactly')
        ) : (
          <>
            {t('estimate.from')} <Money amount={low} /> {t('estimate.to')} <Money amount={high} />
          </>
        )}
        {promise === 'none' && ` · ${t('estimate.no_promise')}`}
      </p>
    </>
  )
}

function Refusals({ refusals }: { refusals: readonly api.ErrorObject[] }) {
  const { t } = useTranslation('make')
  return (
    <div role="status" className={styles['refusals']}>
      <p>
        <strong>{t('estimate.refused')}</strong> {t('estimate.refused_free')}
      </p>
      <ul>
        {refusals.map(({ message, docs, next_action }) => (
          <li key={message}>
            <span lang="en">{message}</span> {t(`next_action.${next_action}`)}{' '}
            <a href={docs} target="_blank" rel="noreferrer">
              {t('estimate.explained')}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}

const buckets = ['text_in', 'text_cached_in', 'image_in', 'image_cached_in', 'image_out', 'text_out', 'partial_images', 'call'] as const
type Bucket = (typeof buckets)[number]
const isBucket = (name: string): name is Bucket => (buckets as readonly string[]).includes(name)

function Breakdown({ estimate }: { estimate: api.Estimate }) {
  const { t } = useTranslation('make')
  const { per_bucket, tokens, reserve, price_card, route_owner, assumptions } = estimate
  const tokensOf = (bucket: string) => (tokens as Record<string, number> | null)?.[bucket]
  return (
    <details className={styles['breakdown']}>
      <summary>{t('estimate.breakdown')}</summary>
      <table className={styles['table']} aria-label={t('estimate.breakdown')}>
        <thead className={styles['hidden']}>
          <tr>
            <th scope="col">{t('estimate.bucket')}</th>
            <th scope="col">{t('estimate.tokens_head')}</th>
            <th scope="col">{t('estimate.price')}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(per_bucket).map(([bucket, price]) => (
            <tr key={bucket}>
              <th scope="row">{isBucket(bucket) ? t(`buckets.${bucket}`) : bucket}</th>
              <td>{tokensOf(bucket) !== undefined && t('estimate.tokens', { count: tokensOf(bucket)! })}</td>
              <td>
                <Money amount={price} />
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">{t('estimate.reserve')}</th>
            <td />
            <td>
              <Money amount={reserve} />
            </td>
          </tr>
        </tbody>
      </table>
      <p className={styles['card']}>{t('estimate.card', { owner: route_owner, card: price_card.id, date: price_card.date })}</p>
      {assumptions.length > 0 && (
        <ul className={styles['assumptions']} lang="en">
          {assumptions.map((assumption) => (
            <li key={assumption}>{assumption}</li>
          ))}
        </ul>
      )}
    </details>
  )
}

/** Cards of the sandbox are charged in play money. */
export function isPlay({ route_id, price_card }: Pick<api.Estimate, 'route_id' | 'price_card'>): boolean {
  return route_id === 'sandbox' || price_card.id.startsWith('sandbox-')
}
