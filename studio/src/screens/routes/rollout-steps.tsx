import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Badge } from '../../ui/badge.tsx'
import { Money } from '../../ui/money.tsx'
import { Picture } from '../../ui/picture.tsx'
import { stateTones } from './rollout-state-tones.ts'
import styles from './routes.module.css'

type Step = api.Rollout['steps'][number]
const resultTones = { pass: 'good', fail: 'bad', left_out: 'plain' } as const

/** The five steps, each with what was looked at and what shows that it was so. */
export function RolloutSteps({ rollout }: { rollout: api.Rollout }) {
  return (
    <ol className={styles['steps']}>
      {rollout.steps.map((step) => (
        <StepItem key={step.n} step={step} isPlan={rollout.id === null} />
      ))}
    </ol>
  )
}

function StepItem({ step, isPlan }: { step: Step; isPlan: boolean }) {
  const { t } = useTranslation('routes')
  return (
    <li className={styles['step']} aria-current={step.state === 'running' ? 'step' : undefined} data-state={step.state}>
      <header className={styles['head']}>
        <h3>
          {step.n}. {step.title}
        </h3>
        <span className={styles['chips']}>
          <Money amount={isPlan || step.state === 'pending' ? step.planned_cost : step.cost} />
          {!isPlan && <Badge tone={stateTones[step.state]}>{t(`rollout.states.${step.state}`)}</Badge>}
        </span>
      </header>
      {step.checks.length > 0 && (
        <ul className={styles['checks']}>
          {step.checks.map(({ code, result, text }) => (
            <li key={code}>
              <Badge tone={resultTones[result]}>{t(`rollout.results.${result}`)}</Badge> {text}
            </li>
          ))}
        </ul>
      )}
      {step.evidence.length > 0 && <Evidence evidence={step.evidence} />}
    </li>
  )
}

function Evidence({ evidence }: { evidence: Step['evidence'] }) {
  const { t } = useTranslation('routes')
  const images = evidence.filter(({ kind }) => kind === 'image')
  return (
    <>
      {images.length > 0 && (
        <div className={styles['pictures']}>
          {images.map(({ value }) => (
            <Picture key={value} src={`/v2/images/${value}`} alt={t('rollout.picture')} width={96} height={96} />
          ))}
        </div>
      )}
      <ul className={styles['evidence']}>
        {evidence
          .filter(({ value }) => value !== '')
          .map(({ kind, value }) => (
            <li key={`${kind} ${value}`}>
              {t(`rollout.evidence.${kind}`)}{' '}
              {kind === 'review' ? (
                <Link to="/review" search={{ review: value }}>
                  {value}
                </Link>
              ) : (
                <code>{value}</code>
              )}
            </li>
          ))}
      </ul>
    </>
  )
}
