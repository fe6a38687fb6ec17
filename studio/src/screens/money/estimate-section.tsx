import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import { amountOf, dollarsOf } from './amount-of.ts'
import { DayChart } from './day-chart.tsx'
import styles from './money.module.css'
import { sumBy, total } from './spending.ts'

type CallRow = api.CallSums['rows'][number]

const estimated = ({ compared }: CallRow) => BigInt(compared.estimated.nanos)
const settled = ({ compared }: CallRow) => BigInt(compared.settled.nanos)
const previews = (row: CallRow) => BigInt(row.previews.nanos)
const repeats = ({ repeats: again }: CallRow) => BigInt(again.settled.nanos)
const repeated = ({ repeats: again }: CallRow) => BigInt(again.calls)

/** What calls were expected to cost beside what they did, and what of it went into previews and into calls made again. */
export function EstimateSection({ owner, days, calls }: { owner: string; days: readonly string[]; calls: readonly CallRow[] }) {
  const { t } = useTranslation('money')
  const format = useFormat()
  const by = (amount: (row: CallRow) => bigint) => sumBy(calls, ({ day }) => day ?? '', amount)
  const [expected, real, ofPreviews, ofRepeats, again] = [by(estimated), by(settled), by(previews), by(repeats), by(repeated)]
  const made = days.toReversed().filter((day) => expected.has(day))
  const [allExpected, allReal] = [total(calls, estimated), total(calls, settled)]
  // Days without a call have no estimate, rather than one of nothing.
  const values = (sums: ReadonlyMap<string, bigint>) => days.map((day) => (sums.has(day) ? dollarsOf(sums.get(day)!) : null))
  const caption = t('estimates.of', { owner })
  return (
    <div className={styles['column']}>
      <h3>{t('estimates.title')}</h3>
      <p>
        {t('estimates.sum', { estimated: format.money(allExpected), settled: format.money(allReal) })}
        {allExpected > 0n &&
          ` (${difference(format.percent(Number(allReal - allExpected) / Number(allExpected)), allReal >= allExpected)})`}
        {' · '}
        {t('estimates.previews')} <Money amount={amountOf(total(calls, previews))} />
        {' · '}
        {t('estimates.repeats', { count: Number(total(calls, repeated)) })} <Money amount={amountOf(total(calls, repeats))} />
      </p>
      <div className={styles['beside']}>
        <DayChart
          label={caption}
          days={days}
          series={[
            { name: t('estimates.settled'), colour: '--accent', form: 'bars', values: values(real) },
            { name: t('estimates.estimated'), colour: '--ink-quiet', form: 'line', values: values(expected) },
          ]}
        />
        <div className={styles['tall']}>
          <Table
            caption={caption}
            rows={made}
            keyOf={(day) => day}
            columns={[
              { key: 'day', head: t('day'), cell: (day) => day },
              {
                key: 'estimated',
                head: t('estimates.estimated'),
                align: 'end',
                cell: (day) => <Money amount={amountOf(expected.get(day)!)} />,
              },
              { key: 'settled', head: t('estimates.settled'), align: 'end', cell: (day) => <Money amount={amountOf(real.get(day)!)} /> },
              {
                key: 'previews',
                head: t('estimates.previews_head'),
                align: 'end',
                cell: (day) => <Money amount={amountOf(ofPreviews.get(day)!)} />,
              },
              {
                key: 'repeats',
                head: t('estimates.repeats_head'),
                align: 'end',
                cell: (day) => (
                  <>
                    {format.number(Number(again.get(day)))} · <Money amount={amountOf(ofRepeats.get(day)!)} />
                  </>
                ),
              },
            ]}
          />
        </div>
      </div>
      <p className={styles['quiet']}>{t('estimates.note')}</p>
    </div>
  )
}

const difference = (percent: string, isMore: boolean) => (isMore ? `+${percent}` : percent)
