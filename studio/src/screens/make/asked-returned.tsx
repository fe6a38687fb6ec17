import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Badge } from '../../ui/badge.tsx'
import { Table } from '../../ui/table.tsx'
import styles from './asked-returned.module.css'

interface Row {
  key: 'model' | 'size' | 'quality' | 'format' | 'compression' | 'background' | 'n' | 'partials'
  asked: string
  /** Null where nothing says what it was. */
  returned: string | null
  /** What was left to the model cannot differ from what it chose. */
  isFree?: boolean
}

/** Every parameter as it was asked for beside what came; where both differ it says so. */
export function AskedReturned({ record }: { record: api.GenerationRecord }) {
  const { t } = useTranslation('make')
  return (
    <section className={styles['compared']}>
      <h3>{t('compared.title')}</h3>
      <Table
        caption={t('compared.title')}
        rows={rowsOf(record)}
        keyOf={({ key }) => key}
        columns={[
          { key: 'name', head: t('compared.parameter'), cell: ({ key }) => t(`compared.${key}`) },
          { key: 'asked', head: t('compared.asked'), cell: ({ asked }) => asked },
          {
            key: 'returned',
            head: t('compared.returned'),
            cell: ({ asked, returned, isFree = asked === 'auto' }) => (
              <span className={styles['returned']}>
                {returned ?? t('compared.not_told')}
                {returned !== null && !isFree && returned !== asked && <Badge tone="warn">{t('compared.differs')}</Badge>}
              </span>
            ),
          },
        ]}
      />
    </section>
  )
}

function rowsOf({ request_shape: asked, model_mapping: model, images, previews }: api.GenerationRecord): Row[] {
  const [first] = images
  const got = (first?.evidence['got'] ?? {}) as Record<string, unknown>
  const told = (name: string) => (typeof got[name] === 'string' ? got[name] : null)
  const pixels = first?.width && first.height ? `${first.width}x${first.height}` : null
  return [
    { key: 'model', asked: model.requested, returned: model.reported ?? model.sent },
    { key: 'size', asked: asked.size, returned: pixels },
    { key: 'quality', asked: asked.quality, returned: told('quality') },
    { key: 'format', asked: asked.output_format, returned: first?.format ?? null },
    ...(asked.output_compression === null ? [] : [{ key: 'compression' as const, asked: `${asked.output_compression} %`, returned: null }]),
    { key: 'background', asked: asked.background, returned: told('background') },
    { key: 'n', asked: String(asked.n), returned: String(images.length) },
    { key: 'partials', asked: String(previews.asked), returned: String(previews.received) },
  ]
}
