import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { BudgetCard } from './budget-card.tsx'
import styles from './money.module.css'
import { budgetsQuery } from './money-queries.ts'

/** Budgets that hold, each with its burn-down. */
export function BudgetsSection() {
  const { t } = useTranslation('money')
  const budgets = useQuery(budgetsQuery)
  return (
    <section className={styles['column']} aria-label={t('budgets.title')}>
      <h2>{t('budgets.title')}</h2>
      <Loaded query={budgets}>
        {(found) => {
          const open = found.budgets.filter(({ ended_at }) => ended_at === null)
          if (open.length === 0)
            return (
              <EmptyState
                title={t('budgets.none')}
                action={
                  <Link to="/settings" search={{ tab: 'budgets' }}>
                    {t('budgets.make')}
                  </Link>
                }
              />
            )
          return (
            <div className={styles['budgets']}>
              {open.map((budget) => (
                <BudgetCard key={budget.id} budget={budget} />
              ))}
            </div>
          )
        }}
      </Loaded>
    </section>
  )
}
