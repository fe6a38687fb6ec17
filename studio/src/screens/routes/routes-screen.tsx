import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { Page } from '../../shell/page.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'

/** Ways to the models, and how each stands. */
export function RoutesScreen() {
  const { t } = useTranslation('routes')
  const routes = useQuery({ queryKey: ['routes'], queryFn: ({ signal }) => darkroom.call('GET /v2/routes', {}, { signal }) })
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={routes}>
        {(found) => (
          <Table
            caption={t('title')}
            rows={found.routes}
            keyOf={({ id }) => id}
            columns={[
              { key: 'id', head: t('route'), cell: ({ id }) => <code>{id}</code> },
              { key: 'owner', head: t('owner'), cell: ({ owner }) => owner },
              { key: 'kind', head: t('kind'), cell: ({ kind }) => <Badge>{kind}</Badge> },
            ]}
          />
        )}
      </Loaded>
    </Page>
  )
}
