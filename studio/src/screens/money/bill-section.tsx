import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import { amountOf, dollarsOf } from './amount-of.ts'
import { DayChart } from './day-chart.tsx'
import { EstimateSection } from './estimate-section.tsx'
import { ForecastLine } from './forecast-line.tsx'
import styles from './money.module.css'
import type { MoneyGroup } from './money-search.ts'
import { type Bill, type Spent, sumBy, total } from './spending.ts'

const tones = { official: 'good', provider: 'warn', sandbox: 'plain' } as const

/** All that one owner charges in one book. */
export function BillSection({
  bill,
  days,
  group,
  nameOf,
  spent,
  calls,
  callsError,
}: {
  bill: Bill
  days: readonly string[]
  group: MoneyGroup
  nameOf: (name: string) => string
  spent: readonly Spent[]
  /** Null while it is read. */
  calls: readonly api.CallSums['rows'][number][] | null
  callsError: unknown
}) {
  const { t } = useTranslation('money')
  const format = useFormat()
  const heading = useId()
  const byDay = sumBy(
    spent,
    ({ day }) => day,
    ({ charged }) => charged,
  )
  const spentDays = days.toReversed().filter((day) => (byDay.get(day) ?? 0n) !== 0n)
  return (
    <section className={styles['bill']} aria-labelledby={heading} data-testid={`bill-${bill.book}-${bill.owner}`}>
      <header className={styles['head']}>
        <h2 id={heading}>{bill.owner}</h2>
        <Badge tone={tones[bill.kind]}>{t(`kinds.${bill.kind}`)}</Badge>
      </header>
      <dl className={styles['sums']}>
        <Sum name={t('charged')} strong>
          <Money amount={amountOf(total(spent, ({ charged }) => charged))} />
        </Sum>
        <Sum name={t('lost')} hint={t('lost_hint')}>
          <Money amount={amountOf(total(spent, ({ lost }) => lost))} />
        </Sum>
        <Sum name={t('presumed')} hint={t('presumed_hint')}>
          <Money amount={amountOf(total(spent, ({ presumed }) => presumed))} />
        </Sum>
        <Sum name={t('reserved')} hint={t('reserved_hint')}>
          <Money amount={amountOf(total(spent, ({ reserved }) => reserved))} />
        </Sum>
        <Sum name={t('held')} hint={t('held_hint')}>
          <Money amount={amountOf(total(spent, ({ held }) => held))} />
        </Sum>
        <Sum name={t('calls')}>{format.number(Number(total(spent, ({ calls: count }) => BigInt(count))))}</Sum>
      </dl>
      <div className={styles['beside']}>
        <div className={styles['column']}>
          <h3>{t('by_day')}</h3>
          <DayChart
            label={t('by_day_of', { owner: bill.owner })}
            days={days}
            series={[{ name: t('charged'), colour: '--accent', form: 'bars', values: days.map((day) => dollarsOf(byDay.get(day) ?? 0n)) }]}
          />
          <ForecastLine byDay={byDay} shownDays={days.length} />
        </div>
        <div className={styles['tall']}>
          <Table
            caption={t('by_day_of', { owner: bill.owner })}
            rows={spentDays}
            keyOf={(day) => day}
            columns={[
              { key: 'day', head: t('day'), cell: (day) => day },
              { key: 'charged', head: t('charged'), align: 'end', cell: (day) => <Money amount={amountOf(byDay.get(day)!)} /> },
            ]}
          />
        </div>
      </div>
      {group === 'quality' ? (
        calls && <GroupTable group={group} nameOf={nameOf} parts={calls.map(qualityPart)} />
      ) : (
        <GroupTable group={group} nameOf={nameOf} parts={spent} />
      )}
      {callsError !== null && <ErrorPanel error={callsError} />}
      {calls && <EstimateSection owner={bill.owner} days={days} calls={calls} />}
    </section>
  )
}

function Sum({ name, hint, strong = false, children }: { name: string; hint?: string; strong?: boolean; children: ReactNode }) {
  return (
    <div>
      <dt title={hint}>{name}</dt>
      <dd className={strong ? styles['strong'] : undefined}>{children}</dd>
    </div>
  )
}

type Part = Pick<Spent, 'name' | 'calls' | 'charged'>
const qualityPart = ({ quality, calls, settled }: api.CallSums['rows'][number]): Part => ({
  name: quality ?? '',
  calls,
  charged: BigInt(settled.nanos),
})

/** What a bill is made of, the dearest first. */
function GroupTable({ group, nameOf, parts }: { group: MoneyGroup; nameOf: (name: string) => string; parts: readonly Part[] }) {
  const { t } = useTranslation('money')
  const format = useFormat()
  const charged = sumBy(
    parts,
    ({ name }) => name,
    (part) => part.charged,
  )
  const calls = sumBy(
    parts,
    ({ name }) => name,
    (part) => BigInt(part.calls),
  )
  const all = total(parts, (part) => part.charged)
  const share = (name: string) => (all <= 0n ? 0 : Number((charged.get(name)! * 10_000n) / all) / 10_000)
  const names = [...charged.keys()].sort((one, other) => (charged.get(other)! > charged.get(one)! ? 1 : -1))
  return (
    <div className={styles['column']}>
      <h3>{t('by_group', { group: t(`groups.${group}`) })}</h3>
      {group === 'quality' && <p className={styles['quiet']}>{t('quality_note')}</p>}
      <Table
        caption={t('by_group', { group: t(`groups.${group}`) })}
        rows={names}
        keyOf={(name) => name}
        columns={[
          { key: 'name', head: t(`groups.${group}`), cell: nameOf },
          { key: 'calls', head: t('calls'), align: 'end', cell: (name) => format.number(Number(calls.get(name))) },
          { key: 'charged', head: t('charged'), align: 'end', cell: (name) => <Money amount={amountOf(charged.get(name)!)} /> },
          {
            key: 'share',
            head: t('share'),
            cell: (name) => (
              <span className={styles['share']}>
                <span className={styles['track']} aria-hidden="true">
                  <span style={{ width: `${Math.max(0, share(name)) * 100}%` }} />
                </span>
                {format.percent(share(name))}
              </span>
            ),
          },
        ]}
      />
    </div>
  )
}
