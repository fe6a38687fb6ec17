import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { Badge } from '../../ui/badge.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { stateTones } from './rollout-state-tones.ts'
import { RolloutSteps } from './rollout-steps.tsx'
import styles from './routes.module.css'

const RUNNING_MS = 1000
/** Reading the report looks whether the person it waits for has decided. */
const WAITING_MS = 5000

/** One walk, followed as it goes. */
export function RolloutWalk({ id, lang }: { id: string; lang: 'en' | 'ja' | 'zh-CN' }) {
  const { t } = useTranslation('routes')
  const walk = useQuery({
    queryKey: ['rollout', id, lang],
    queryFn: ({ signal }) => darkroom.rollouts.get(id, { lang, signal }),
    refetchInterval: ({ state: { data } }) => (data?.state === 'running' ? RUNNING_MS : data?.state === 'waiting' ? WAITING_MS : false),
  })
  return (
    <Loaded query={walk}>
      {(rollout) => (
        <article className={styles['card']} aria-label={t('rollout.of', { route: rollout.route_id })} data-testid="rollout">
          <header className={styles['head']}>
            <div>
              <h2>{t('rollout.of', { route: rollout.route_id })}</h2>
              <p className={styles['quiet']}>
                {rollout.route_owner} · {rollout.model} · {rollout.final.size} {rollout.final.quality} {rollout.final.output_format}
              </p>
            </div>
            <Badge tone={stateTones[rollout.state]}>{t(`rollout.states.${rollout.state}`)}</Badge>
          </header>
          <p role="status">{rollout.summary}</p>
          <p>
            {t('rollout.spent')} <Money amount={rollout.cost} play={rollout.play_money} />
            {rollout.budget !== null && (
              <>
                {' '}
                {t('rollout.of_budget')} <Money amount={rollout.budget} />
              </>
            )}
          </p>
          <p className={styles['next']}>
            <strong>{t('rollout.next')}</strong> {rollout.next_action.text}{' '}
            {rollout.next_action.code === 'decide_review' && <ToReview rollout={rollout} />}
          </p>
          <RolloutSteps rollout={rollout} />
        </article>
      )}
    </Loaded>
  )
}

function ToReview({ rollout }: { rollout: api.Rollout }) {
  const { t } = useTranslation('routes')
  const review = rollout.steps.flatMap(({ evidence }) => evidence).find(({ kind }) => kind === 'review')
  return (
    <Link to="/review" search={review === undefined ? {} : { review: review.value }}>
      {t('rollout.to_review')}
    </Link>
  )
}
