import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useSession } from '../../api/session.ts'
import { useChange } from '../../api/use-change.ts'
import { SelectField, TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { budgetsQuery, keysQuery } from './queries.ts'
import { readDollars } from './read-dollars.ts'
import styles from './settings.module.css'

const periods = ['day', 'month', 'total'] as const
const books = ['provider', 'sandbox'] as const

/** A new budget, of a project or of one key of it. */
export function MakeBudget({ projects, onClose }: { projects: readonly api.Project[]; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const { play_money } = useSession()
  const keys = useQuery(keysQuery)
  const [name, setName] = useState('')
  const [project, setProject] = useState(projects[0]?.id ?? '')
  const [key, setKey] = useState('')
  const [period, setPeriod] = useState<(typeof periods)[number]>('month')
  const [book, setBook] = useState<(typeof books)[number]>(play_money ? 'sandbox' : 'provider')
  const [limit, setLimit] = useState('')
  const [owner, setOwner] = useState('')
  const dollars = readDollars(limit)
  const make = useChange(budgetsQuery.queryKey, (body: api.NewBudget) => darkroom.budgets.create(body), onClose)
  const ofProject = keys.data?.keys.filter(({ project_id, revoked_at }) => project_id === project && revoked_at === null) ?? []
  const submit = () => {
    if (dollars === null) return
    const whose = key === '' ? { project_id: project } : { key_id: key }
    make.mutate({ name, ...whose, period, book, limit_usd: dollars, ...(owner.trim() === '' ? {} : { route_owner: owner.trim() }) })
  }
  return (
    <FormDialog
      title={t('budgets.make')}
      submit={t('budgets.make')}
      onSubmit={submit}
      onClose={onClose}
      busy={make.isPending}
      error={make.error}
    >
      <p>{t('budgets.make_text')}</p>
      <TextField label={t('budgets.name')} required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      <div className={styles['pair']}>
        <SelectField
          label={t('project')}
          choices={projects.filter(({ archived_at }) => archived_at === null).map(({ id, name: label }) => ({ value: id, label }))}
          value={project}
          onChoose={(chosen) => {
            setProject(chosen)
            setKey('')
          }}
        />
        <SelectField
          label={t('budgets.key')}
          choices={[
            { value: '', label: t('budgets.all_keys') },
            ...ofProject.map(({ id, name: label, last4 }) => ({ value: id, label: `${label} (…${last4})` })),
          ]}
          value={key}
          onChoose={setKey}
        />
        <TextField
          label={t('budgets.limit_usd')}
          inputMode="decimal"
          required
          error={limit !== '' && dollars === null ? t('dollars_error') : undefined}
          value={limit}
          onChange={(event) => setLimit(event.target.value)}
        />
        <SelectField
          label={t('budgets.period')}
          choices={periods.map((value) => ({ value, label: t(`budgets.periods.${value}`) }))}
          value={period}
          onChoose={setPeriod}
        />
        <SelectField
          label={t('budgets.book')}
          choices={books.map((value) => ({ value, label: t(`budgets.books.${value}`) }))}
          value={book}
          onChoose={setBook}
        />
        <TextField
          label={t('budgets.owner')}
          hint={t('budgets.owner_hint')}
          maxLength={100}
          value={owner}
          onChange={(event) => setOwner(event.target.value)}
        />
      </div>
    </FormDialog>
  )
}
