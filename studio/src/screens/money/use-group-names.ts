import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { projectsQuery } from '../../api/projects-query.ts'
import { useSession } from '../../api/session.ts'
import type { MoneyGroup } from './money-search.ts'

/** What people call a project or key; whatever else is called as the ledger has it. */
export function useGroupNames(group: MoneyGroup): (name: string) => string {
  const { t } = useTranslation('money')
  const { role } = useSession()
  const projects = useQuery({ ...projectsQuery, enabled: group === 'project' })
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => darkroom.keys.list({ signal }),
    // Which keys there are is for the administrator.
    enabled: group === 'key' && role === 'admin',
  })
  return (name) => {
    if (group === 'key' && name === '') return t('admin_calls')
    if (name === '') return t('no_group')
    const key = keys.data?.keys.find(({ id }) => id === name)
    if (key) return `${key.name} (…${key.last4})`
    return projects.data?.projects.find(({ id }) => id === name)?.name ?? name
  }
}
