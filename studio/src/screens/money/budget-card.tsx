import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { projectsQuery } from '../../api/projects-query.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import { amountOf, dollarsOf } from './amount-of.ts'
import { burnDown, firstDayOf } from './burn-down.ts'
import { DayChart } from './day-chart.tsx'
import { dayOf } from './days.ts'
import { usedUpOn } from './forecast.ts'
import styles from './money.module.css'
import { ledgerQuery } from './money-queries.ts'

/** One budget in its period: what is spent, set aside, held and left, and how that came. */
export function BudgetCard({ budget }: { budget: api.Budget }) {
  const { t } = useTranslation('money')
  const format = useFormat()
  const projects = useQuery(projectsQuery)
  const project = projects.data?.projects.find(({ id }) => id === budget.project_id)?.name ?? budget.project_id
  const percent = percentOf(BigInt(budget.limit.nanos) - BigInt(budget.left.nanos), BigInt(budget.limit.nanos))
  return (
    <article className={styles['bill']} aria-label={budget.name}>
      <header className={styles['head']}>
        <div>
          <h3>{budget.name}</h3>
          <p className={styles['quiet']}>
            {[
              project,
              budget.key_id !== null && t('budgets.one_key'),
              budget.route_owner,
              t(`budgets.periods.${budget.period}`),
              budget.renews_at !== null && t('budgets.renews', { time: format.time(budget.renews_at) }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        <Badge tone={percent >= 100 ? 'bad' : percent >= 80 ? 'warn' : 'good'}>
          {t(percent >= 100 ? 'budgets.used_up' : 'budgets.used', { percent })}
        </Badge>
      </header>
      <Bar budget={budget} />
      <dl className={styles['sums']}>
        {(['limit', 'spent', 'reserved', 'held', 'left'] as const).map((name) => (
          <div key={name}>
            <dt>{t(`budgets.${name}`)}</dt>
            <dd className={name === 'left' ? styles['strong'] : undefined}>
              <Money amount={budget[name]} play={name === 'limit' && budget.book === 'sandbox'} />
            </dd>
          </div>
        ))}
      </dl>
      {budget.period === 'day' ? <p className={styles['quiet']}>{t('budgets.a_day')}</p> : <BurnDownChart budget={budget} />}
    </article>
  )
}

const percentOf = (part: bigint, of: bigint) => (of <= 0n ? 100 : Number((part * 100n) / of))

/** How much of it is gone, at a glance; the numbers stand below it. */
function Bar({ budget }: { budget: api.Budget }) {
  const limit = Math.max(1, Number(budget.limit.nanos))
  const width = (nanos: string) => ({ width: `${Math.min(100, (Number(nanos) / limit) * 100)}%` })
  return (
    <div className={styles['bar']} aria-hidden="true">
      <span className={styles['spent']} style={width(budget.spent.nanos)} />
      <span className={styles['reserved']} style={width(budget.reserved.nanos)} />
      <span className={styles['held']} style={width(budget.held.nanos)} />
    </div>
  )
}

function BurnDownChart({ budget }: { budget: api.Budget }) {
  const { t } = useTranslation('money')
  const ledger = useQuery(ledgerQuery(firstDayOf(budget), 'project,key'))
  const caption = t('budgets.burn_down', { name: budget.name })
  return (
    <Loaded query={ledger}>
      {({ rows }) => {
        const { days, left, even, pace } = burnDown(budget, rows, Date.now())
        const dollars = (nanos: bigint | null) => (nanos === null ? null : dollarsOf(nanos))
        return (
          <>
            <Outlook budget={budget} pace={pace} />
            <div className={styles['beside']}>
              <DayChart
                label={caption}
                days={days}
                series={[
                  { name: t('budgets.left'), colour: '--accent', form: 'line', values: left.map(dollars) },
                  ...(even === null
                    ? []
                    : [{ name: t('budgets.even'), colour: '--ink-quiet' as const, form: 'dashes' as const, values: even.map(dollarsOf) }]),
                ]}
              />
              <div className={styles['tall']}>
                <Table
                  caption={caption}
                  rows={days.flatMap((day, place) => (left[place] == null ? [] : [{ day, left: left[place] }])).toReversed()}
                  keyOf={({ day }) => day}
                  columns={[
                    { key: 'day', head: t('day'), cell: ({ day }) => day },
                    { key: 'left', head: t('budgets.left_then'), align: 'end', cell: (at) => <Money amount={amountOf(at.left)} /> },
                  ]}
                />
              </div>
            </div>
          </>
        )
      }}
    </Loaded>
  )
}

/** Whether it lasts at the pace of the last days. */
function Outlook({ budget, pace }: { budget: api.Budget; pace: bigint }) {
  const { t } = useTranslation('money')
  const format = useFormat()
  if (pace === 0n) return <p className={styles['quiet']}>{t('budgets.no_pace')}</p>
  const day = usedUpOn(BigInt(budget.left.nanos), pace, Date.now())
  const renews = budget.renews_at === null ? null : dayOf(Date.parse(budget.renews_at))
  const isEnough = day === null || (renews !== null && day >= renews)
  return (
    <p>
      <strong>{isEnough ? t('budgets.lasts') : t('budgets.used_up_on', { day })}</strong>{' '}
      <span className={styles['quiet']}>{t('budgets.pace', { pace: format.money(pace) })}</span>
    </p>
  )
}
