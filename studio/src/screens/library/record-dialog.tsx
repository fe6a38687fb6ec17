import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import styles from './library.module.css'
import { libraryRouteApi, recordRouteApi } from './library-search.ts'
import { RecordFacts } from './record-facts.tsx'
import { RecordLineage } from './record-lineage.tsx'
import { RecordPicture } from './record-picture.tsx'
import { RecordWhole } from './record-whole.tsx'

/** The record of a generation over the pictures, as long as its address is open. */
export function RecordDialog() {
  const { t } = useTranslation('library')
  const { id } = recordRouteApi.useParams()
  const navigate = libraryRouteApi.useNavigate()
  const isImage = id.startsWith('img_')
  useGenerationOf(isImage ? id : null)
  const record = useQuery({
    queryKey: ['library', 'record', id],
    queryFn: ({ signal }) => darkroom.generations.get(id, { signal }),
    enabled: !isImage,
  })
  const close = () => void navigate({ to: '/library', search: ({ image: _, view: __, ...rest }) => rest, resetScroll: false })
  return (
    <Dialog wide title={t('record.title', { name: id.slice(-8) })} onClose={close}>
      <Loaded query={record}>{(found) => <RecordView key={found.id} record={found} onDeleted={close} />}</Loaded>
    </Dialog>
  )
}

/** A link may name a picture alone: it leads to the record of the call that made it. */
function useGenerationOf(imageId: string | null): void {
  const navigate = libraryRouteApi.useNavigate()
  const lineage = useQuery({
    queryKey: ['library', 'lineage', imageId],
    queryFn: ({ signal }) => darkroom.images.lineage(imageId!, { signal }),
    enabled: imageId !== null,
  })
  const generation = lineage.data?.generation_id
  useEffect(() => {
    if (imageId === null || generation === undefined) return
    const search = (before: object) => ({ ...before, image: imageId })
    void navigate({ to: '/library/$id', params: { id: generation }, search, replace: true, resetScroll: false })
  }, [imageId, generation, navigate])
  if (lineage.isError) throw lineage.error
}

const views = ['facts', 'lineage', 'whole'] as const

function RecordView({ record, onDeleted }: { record: api.GenerationRecord; onDeleted: () => void }) {
  const { t } = useTranslation('library')
  const { image: wished, view = 'facts' } = libraryRouteApi.useSearch()
  const navigate = recordRouteApi.useNavigate()
  const image = record.images.find(({ id }) => id === wished) ?? record.images[0]
  const contents = {
    facts: () => <RecordFacts record={record} image={image} />,
    lineage: () => <RecordLineage record={record} image={image} />,
    whole: () => <RecordWhole record={record} />,
  }
  return (
    <div className={styles['record']}>
      <RecordPicture record={record} image={image} onDeleted={onDeleted} />
      <Tabs
        label={t('record.views')}
        chosen={view}
        onChoose={(chosen) => void navigate({ search: (search) => ({ ...search, view: chosen }), replace: true, resetScroll: false })}
        tabs={views.map((id) => ({ id, label: t(`record.view.${id}`), content: contents[id] }))}
      />
    </div>
  )
}
