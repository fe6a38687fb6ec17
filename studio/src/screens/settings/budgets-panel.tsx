import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { projectsQuery } from '../../api/projects-query.ts'
import { useSession } from '../../api/session.ts'
import { useChange } from '../../api/use-change.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import { MakeBudget } from './make-budget.tsx'
import { Panel } from './panel.tsx'
import { budgetsQuery } from './queries.ts'
import { readDollars } from './read-dollars.ts'
import styles from './settings.module.css'

type Asked = { what: 'make' } | { what: 'change' | 'end'; budget: api.Budget }

/** Budgets: how much, of whom, how long. How they burn down stands on the Money screen. */
export function BudgetsPanel() {
  const { t } = useTranslation('settings')
  const isAdmin = useSession().role === 'admin'
  const budgets = useQuery(budgetsQuery)
  const projects = useQuery(projectsQuery)
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = () => setAsked(null)
  const nameOf = (id: string) => projects.data?.projects.find((project) => project.id === id)?.name ?? id
  return (
    <Panel
      lead={
        <>
          {t('budgets.lead')} <Link to="/money">{t('budgets.to_money')}</Link>
        </>
      }
      action={
        isAdmin && (
          <Button tone="primary" onClick={() => setAsked({ what: 'make' })}>
            {t('budgets.make')}
          </Button>
        )
      }
    >
      <Loaded query={budgets}>
        {(found) =>
          found.budgets.length === 0 ? (
            <EmptyState title={t('budgets.none')}>{t('budgets.none_text')}</EmptyState>
          ) : (
            <Table
              caption={t('tabs.budgets')}
              rows={found.budgets}
              keyOf={({ id }) => id}
              columns={[
                { key: 'name', head: t('budgets.name'), cell: ({ name }) => name },
                {
                  key: 'of',
                  head: t('budgets.of'),
                  cell: ({ project_id, key_id }) => (
                    <>
                      {nameOf(project_id)}
                      {key_id !== null && ` · ${t('budgets.one_key')}`}
                    </>
                  ),
                },
                { key: 'period', head: t('budgets.period'), cell: ({ period }) => t(`budgets.periods.${period}`) },
                {
                  key: 'limit',
                  head: t('budgets.limit'),
                  align: 'end',
                  cell: ({ limit, book }) => <Money amount={limit} play={book === 'sandbox'} />,
                },
                { key: 'left', head: t('budgets.left'), align: 'end', cell: ({ left }) => <Money amount={left} /> },
                {
                  key: 'state',
                  head: t('state'),
                  cell: (budget) => <BudgetState budget={budget} />,
                },
                ...(isAdmin
                  ? [{ key: 'do', head: t('actions'), cell: (budget: api.Budget) => <BudgetActions budget={budget} onAsk={setAsked} /> }]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
      {asked?.what === 'make' && <MakeBudget projects={projects.data?.projects ?? []} onClose={close} />}
      {asked?.what === 'change' && <ChangeBudget budget={asked.budget} onClose={close} />}
      {asked?.what === 'end' && <EndBudget budget={asked.budget} onClose={close} />}
    </Panel>
  )
}

function BudgetState({ budget: { ended_at, left, alerts } }: { budget: api.Budget }) {
  const { t } = useTranslation('settings')
  if (ended_at !== null) return <Badge>{t('budgets.ended')}</Badge>
  if (BigInt(left.nanos) <= 0n) return <Badge tone="bad">{t('budgets.used_up')}</Badge>
  const percent = Math.max(0, ...alerts.map((alert) => alert.percent))
  if (percent > 0) return <Badge tone="warn">{t('budgets.alert', { percent })}</Badge>
  return <Badge tone="good">{t('budgets.holds')}</Badge>
}

function BudgetActions({ budget, onAsk }: { budget: api.Budget; onAsk: (asked: Asked) => void }) {
  const { t } = useTranslation('settings')
  if (budget.ended_at !== null) return null
  return (
    <div className={styles['actions']}>
      <Button size="small" aria-label={t('budgets.change_named', { name: budget.name })} onClick={() => onAsk({ what: 'change', budget })}>
        {t('change')}
      </Button>
      <Button
        size="small"
        tone="danger"
        aria-label={t('budgets.end_named', { name: budget.name })}
        onClick={() => onAsk({ what: 'end', budget })}
      >
        {t('budgets.end')}
      </Button>
    </div>
  )
}

function ChangeBudget({ budget, onClose }: { budget: api.Budget; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const [name, setName] = useState(budget.name)
  const [limit, setLimit] = useState(budget.limit.usd)
  const dollars = readDollars(limit)
  const change = useChange(budgetsQuery.queryKey, (body: api.BudgetChange) => darkroom.budgets.change(budget.id, body), onClose)
  return (
    <FormDialog
      title={t('budgets.change_named', { name: budget.name })}
      submit={t('save')}
      onSubmit={() => dollars !== null && change.mutate({ name, limit_usd: dollars })}
      onClose={onClose}
      busy={change.isPending}
      error={change.error}
    >
      <p>{t('budgets.change_text')}</p>
      <TextField label={t('budgets.name')} required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      <TextField
        label={t('budgets.limit_usd')}
        inputMode="decimal"
        required
        error={dollars === null ? t('dollars_error') : undefined}
        value={limit}
        onChange={(event) => setLimit(event.target.value)}
      />
    </FormDialog>
  )
}

function EndBudget({ budget, onClose }: { budget: api.Budget; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const end = useChange(budgetsQuery.queryKey, () => darkroom.budgets.end(budget.id), onClose)
  return (
    <FormDialog
      title={t('budgets.end_named', { name: budget.name })}
      submit={t('budgets.end')}
      danger
      onSubmit={() => end.mutate(undefined)}
      onClose={onClose}
      busy={end.isPending}
      error={end.error}
    >
      <p>{t('budgets.end_text')}</p>
    </FormDialog>
  )
}
