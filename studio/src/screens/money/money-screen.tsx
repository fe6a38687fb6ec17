import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Page } from '../../shell/page.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'

/** What was spent, by route owner. */
export function MoneyScreen() {
  const { t } = useTranslation('money')
  const format = useFormat()
  const sums = useQuery({ queryKey: ['ledger', 'owner'], queryFn: ({ signal }) => darkroom.ledger.sum({ group: 'owner' }, { signal }) })
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={sums}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState title={t('none')} />
          ) : (
            <Table
              caption={t('title')}
              rows={rows}
              keyOf={({ route_owner, book }) => `${book} ${route_owner}`}
              columns={[
                { key: 'owner', head: t('owner'), cell: ({ route_owner }) => route_owner },
                { key: 'calls', head: t('calls'), align: 'end', cell: ({ calls }) => format.number(calls) },
                {
                  key: 'charged',
                  head: t('charged'),
                  align: 'end',
                  cell: ({ charged, book }) => <Money amount={charged} play={book === 'sandbox'} />,
                },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
