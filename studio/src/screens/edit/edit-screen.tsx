import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Page } from '../../shell/page.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'

/** Pictures that were kept for edits. */
export function EditScreen() {
  const { t } = useTranslation('edit')
  const format = useFormat()
  const files = useQuery({ queryKey: ['files'], queryFn: ({ signal }) => darkroom.files.list({}, { signal }) })
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={files}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState title={t('none')} />
          ) : (
            <Table
              caption={t('files')}
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                { key: 'name', head: t('file'), cell: ({ filename }) => filename },
                { key: 'bytes', head: t('size'), align: 'end', cell: ({ bytes }) => format.bytes(bytes) },
              ]}
            />
          )
        }
      </Loaded>
    </Page>
  )
}
