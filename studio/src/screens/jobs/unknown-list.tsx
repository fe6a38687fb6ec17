import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { DecideUnknown, type Decision } from './decide-unknown.tsx'
import styles from './jobs.module.css'
import { unknownsQuery } from './queries.ts'

/** Calls whose outcome nobody knows, the oldest first, with what may be decided about each. */
export function UnknownList() {
  const { t } = useTranslation('jobs')
  const unknowns = useQuery(unknownsQuery)
  const [asked, setAsked] = useState<{ unknown: api.UnknownOutcome; decision: Decision } | null>(null)
  return (
    <div className={styles['stack']}>
      <p className={styles['lead']}>{t('unknown.lead')}</p>
      <Loaded query={unknowns}>
        {({ unknowns: rows }) =>
          rows.length === 0 ? (
            <EmptyState title={t('unknown.none')} />
          ) : (
            <ul className={styles['cards']}>
              {rows.map((unknown) => (
                <UnknownCard key={unknown.attempt_id} unknown={unknown} onDecide={(decision) => setAsked({ unknown, decision })} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {asked && <DecideUnknown {...asked} onClose={() => setAsked(null)} />}
    </div>
  )
}

function UnknownCard({ unknown, onDecide }: { unknown: api.UnknownOutcome; onDecide: (decision: Decision) => void }) {
  const { t } = useTranslation('jobs')
  const format = useFormat()
  const name = unknown.generation_id.slice(-8)
  const facts: [string, React.ReactNode][] = [
    [t('unknown.held'), <Money key="held" amount={unknown.held} play={unknown.book === 'sandbox'} />],
    [t('unknown.owner'), unknown.route_owner],
    [t('unknown.sent'), format.time(unknown.sent_at)],
    [t('unknown.until'), format.time(unknown.resolve_by)],
    [t('unknown.cause'), unknown.cause ?? '–'],
    [t('unknown.quote'), <code key="quote">{unknown.client_request_id}</code>],
  ]
  const mayResolve = unknown.actions.includes('resolve')
  return (
    <li className={styles['card']}>
      <div className={styles['bar']}>
        <h2>
          <Link to="/library/$id" params={{ id: unknown.generation_id }}>
            <code>{name}</code>
          </Link>
        </h2>
        <span className={styles['quiet']}>
          {unknown.model} · {unknown.operation}
        </span>
      </div>
      <Facts>
        {facts.map(([fact, value]) => (
          <Fact key={fact} name={fact}>
            {value}
          </Fact>
        ))}
      </Facts>
      {unknown.evidence.length > 0 && (
        <ul className={styles['steps']}>
          {unknown.evidence.map(({ at, step, finding, by }) => (
            <li key={`${at} ${step}`}>
              {t(`unknown.findings.${finding}`)} <span className={styles['quiet']}>{`${step} · ${by} · ${format.time(at)}`}</span>
            </li>
          ))}
        </ul>
      )}
      <div className={styles['row']}>
        {mayResolve && (
          <>
            <Button onClick={() => onDecide('charged')} aria-label={t('unknown.charged_label', { name })}>
              {t('unknown.charged')}
            </Button>
            <Button onClick={() => onDecide('not_charged')} aria-label={t('unknown.free_label', { name })}>
              {t('unknown.free')}
            </Button>
          </>
        )}
        {unknown.actions.includes('run_again') && (
          <Button tone="danger" onClick={() => onDecide('run_again')} aria-label={t('unknown.again_label', { name })}>
            {t('unknown.again')}
          </Button>
        )}
      </div>
      {!mayResolve && <p className={styles['quiet']}>{t('unknown.admin_decides')}</p>}
    </li>
  )
}
