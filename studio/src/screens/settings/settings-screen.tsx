import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Page } from '../../shell/page.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'

/** Projects that the caller may see. */
export function SettingsScreen() {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const projects = useQuery({ queryKey: ['projects'], queryFn: ({ signal }) => darkroom.call('GET /v2/projects', {}, { signal }) })
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={projects}>
        {(found) => (
          <Table
            caption={t('projects')}
            rows={found.projects}
            keyOf={({ id }) => id}
            columns={[
              { key: 'name', head: t('project'), cell: ({ name }) => name },
              { key: 'created', head: t('created'), cell: ({ created_at }) => format.day(created_at) },
            ]}
          />
        )}
      </Loaded>
    </Page>
  )
}
