import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { Page } from '../../shell/page.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'

/** Models that pictures can be made with. */
export function MakeScreen() {
  const { t } = useTranslation('make')
  const models = useQuery({ queryKey: ['models'], queryFn: ({ signal }) => darkroom.call('GET /v2/models', {}, { signal }) })
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={models}>
        {(found) => (
          <Table
            caption={t('models')}
            rows={found.models}
            keyOf={({ id }) => id}
            columns={[
              { key: 'id', head: t('model'), cell: ({ id }) => <code>{id}</code> },
              {
                key: 'state',
                head: t('state'),
                cell: ({ state }) => <Badge tone={state === 'current' ? 'good' : 'plain'}>{t(`states.${state}`)}</Badge>,
              },
            ]}
          />
        )}
      </Loaded>
    </Page>
  )
}
