import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../../i18n/use-format.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import styles from './money.module.css'
import { unknownsQuery } from './money-queries.ts'

/** What is held for calls of which nobody knows whether they were charged. */
export function HeldSection() {
  const { t } = useTranslation('money')
  const format = useFormat()
  const unknowns = useQuery(unknownsQuery)
  return (
    <div className={styles['column']}>
      <h2>{t('unknown.title')}</h2>
      <Loaded query={unknowns}>
        {({ unknowns: open, totals }) =>
          totals.count === 0 ? (
            <p className={styles['quiet']}>{t('unknown.none')}</p>
          ) : (
            <>
              <p>
                {t('unknown.lead', { count: totals.count })} <Link to="/jobs">{t('unknown.decide')}</Link>
              </p>
              <Table
                caption={t('unknown.title')}
                rows={open}
                keyOf={({ attempt_id }) => attempt_id}
                columns={[
                  { key: 'id', head: t('unknown.call'), cell: ({ generation_id }) => <code>{generation_id}</code> },
                  { key: 'owner', head: t('owner'), cell: ({ route_owner }) => route_owner },
                  {
                    key: 'held',
                    head: t('held'),
                    align: 'end',
                    cell: ({ held, book }) => <Money amount={held} play={book === 'sandbox'} />,
                  },
                  { key: 'sent', head: t('unknown.sent'), cell: ({ sent_at }) => format.time(sent_at) },
                  { key: 'until', head: t('unknown.until'), cell: ({ resolve_by }) => format.time(resolve_by) },
                ]}
              />
            </>
          )
        }
      </Loaded>
    </div>
  )
}
