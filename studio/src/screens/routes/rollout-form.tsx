import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { RolloutSteps } from './rollout-steps.tsx'
import styles from './routes.module.css'

type Wish = Parameters<typeof darkroom.rollouts.plan>[0]
type Format = NonNullable<Wish['final']>['output_format']
const formats: readonly NonNullable<Format>[] = ['png', 'jpeg', 'webp']
const qualities = ['low', 'medium', 'high'] as const
const SECOND_MS = 1000

/** How the product will ask, what it may cost; then the plan with its price; then the walk. Nothing is sent before the last of them. */
export function RolloutForm({ lang, onBegun }: { lang: 'en' | 'ja' | 'zh-CN'; onBegun: (id: string) => void }) {
  const { t } = useTranslation('routes')
  const routes = useQuery({ queryKey: ['routes'], queryFn: ({ signal }) => darkroom.routes.list({ signal }) })
  const [typed, setTyped] = useState({
    route: '',
    size: '1536x1024',
    quality: 'medium',
    output_format: 'webp' as NonNullable<Format>,
    max_cost_usd: '0.10',
    seconds: '150',
    webhook_url: '',
    budget: '',
  })
  const set = (change: Partial<typeof typed>) => {
    setTyped((before) => ({ ...before, ...change }))
    if (!('budget' in change)) plan.reset()
  }
  const wish: Wish = {
    route: typed.route || (routes.data?.routes[0]?.id ?? ''),
    final: { size: typed.size, quality: typed.quality, output_format: typed.output_format },
    max_cost_usd: typed.max_cost_usd,
    max_latency_ms: Number(typed.seconds) * SECOND_MS,
    ...(typed.webhook_url.trim() === '' ? {} : { webhook_url: typed.webhook_url.trim() }),
  }
  const plan = useMutation({
    mutationFn: () => darkroom.rollouts.plan(wish, { lang }),
    onSuccess: ({ reserve }) => setTyped((before) => ({ ...before, budget: reserve.usd })),
  })
  const begin = useMutation({
    mutationFn: () => darkroom.rollouts.begin({ ...wish, budget_usd: typed.budget }, { lang }),
    onSuccess: ({ id }) => id !== null && onBegun(id),
  })
  const text = (name: 'size' | 'max_cost_usd' | 'seconds' | 'webhook_url') => ({
    value: typed[name],
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
  })
  return (
    <Loaded query={routes}>
      {(found) => (
        <form
          className={styles['card']}
          onSubmit={(event) => {
            event.preventDefault()
            if (plan.data) begin.mutate()
            else plan.mutate()
          }}
        >
          <h2>{t('rollout.new')}</h2>
          <div className={styles['fields']}>
            <SelectField
              label={t('rollout.route')}
              choices={found.routes.map(({ id, owner }) => ({ value: id, label: `${id} (${owner})` }))}
              value={wish.route}
              onChoose={(route) => set({ route })}
            />
            <TextField label={t('rollout.size')} hint={t('rollout.size_hint')} required {...text('size')} />
            <SelectField
              label={t('rollout.quality')}
              choices={qualities.map((value) => ({ value, label: value }))}
              value={typed.quality as 'low'}
              onChoose={(quality) => set({ quality })}
            />
            <SelectField
              label={t('rollout.format')}
              choices={formats.map((value) => ({ value, label: value }))}
              value={typed.output_format}
              onChoose={(output_format) => set({ output_format })}
            />
            <TextField label={t('rollout.max_cost')} inputMode="decimal" required {...text('max_cost_usd')} />
            <TextField label={t('rollout.max_seconds')} type="number" min={1} max={600} required {...text('seconds')} />
            <TextField label={t('rollout.webhook')} hint={t('rollout.webhook_hint')} type="url" {...text('webhook_url')} />
          </div>
          {plan.data && (
            <>
              <p>
                {t('rollout.planned')} <Money amount={plan.data.planned_cost} play={plan.data.play_money} /> · {t('rollout.reserve')}{' '}
                <Money amount={plan.data.reserve} />
              </p>
              <RolloutSteps rollout={plan.data} />
              <TextField
                label={t('rollout.budget')}
                hint={t(plan.data.play_money ? 'rollout.budget_play' : 'rollout.budget_hint')}
                inputMode="decimal"
                required
                value={typed.budget}
                onChange={(event) => set({ budget: event.target.value })}
              />
            </>
          )}
          {(begin.error ?? plan.error) !== null && <ErrorPanel error={begin.error ?? plan.error} />}
          <div>
            <Button type="submit" tone="primary" busy={plan.isPending || begin.isPending}>
              {plan.data ? t('rollout.begin', { usd: typed.budget }) : t('rollout.plan')}
            </Button>
          </div>
        </form>
      )}
    </Loaded>
  )
}
