import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Page } from '../../shell/page.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { BillSection } from './bill-section.tsx'
import { BudgetsSection } from './budgets-section.tsx'
import { lastDays } from './days.ts'
import { HeldSection } from './held-section.tsx'
import styles from './money.module.css'
import { callsQuery, ledgerQuery, routesQuery } from './money-queries.ts'
import { groups, type MoneySearch, spans } from './money-search.ts'
import { saveSpreadsheet } from './save-spreadsheet.ts'
import { billsOf, isOf, spentOf } from './spending.ts'
import { useGroupNames } from './use-group-names.ts'

/** What was spent, bill by bill: real money of each owner by itself, play money apart. Never one total. */
export function MoneyScreen() {
  const { t } = useTranslation('money')
  const { days = 30, group = 'model' } = useSearch({ from: '/shell/money' })
  const navigate = useNavigate()
  const look = (change: MoneySearch) => void navigate({ to: '/money', search: { days, group, ...change }, replace: true })
  const shown = lastDays(days, Date.now())
  const from = shown[0]!
  const ledger = useQuery(ledgerQuery(from, group === 'quality' ? 'model' : group))
  const calls = useQuery(callsQuery(from, group === 'quality' ? 'day,quality' : 'day'))
  const routes = useQuery(routesQuery)
  const nameOf = useGroupNames(group)
  const spent = ledger.data?.rows.map((row) => spentOf(row, group)) ?? []
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button
          disabled={ledger.data === undefined || calls.data === undefined}
          onClick={() => ledger.data && calls.data && saveSpreadsheet({ from, group, rows: ledger.data.rows, calls: calls.data.rows })}
        >
          {t('csv')}
        </Button>
      }
    >
      <div className={styles['filters']}>
        <SelectField
          label={t('span')}
          choices={spans.map((count) => ({ value: String(count), label: t('days', { count }) }))}
          value={String(days)}
          onChoose={(value) => look({ days: Number(value) as 30 })}
        />
        <SelectField
          label={t('group')}
          choices={groups.map((value) => ({ value, label: t(`groups.${value}`) }))}
          value={group}
          onChoose={(value) => look({ group: value })}
        />
      </div>
      <Loaded query={ledger}>
        {({ totals_by_owner }) =>
          totals_by_owner.length === 0 ? (
            <EmptyState title={t('none')}>{t('none_text', { count: days })}</EmptyState>
          ) : (
            billsOf(totals_by_owner, routes.data?.routes ?? []).map((bill) => (
              <BillSection
                key={`${bill.book} ${bill.owner}`}
                bill={bill}
                days={shown}
                group={group}
                nameOf={nameOf}
                spent={spent.filter(isOf(bill))}
                calls={calls.data?.rows.filter(({ route_owner, book }) => isOf(bill)({ owner: route_owner, book })) ?? null}
                callsError={calls.error}
              />
            ))
          )
        }
      </Loaded>
      <HeldSection />
      <BudgetsSection />
    </Page>
  )
}
