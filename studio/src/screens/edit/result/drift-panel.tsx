import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../../api/darkroom.ts'
import { useFormat } from '../../../i18n/use-format.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Fact, Facts } from '../../../ui/facts.tsx'
import { Loaded } from '../../../ui/loaded.tsx'
import { Picture } from '../../../ui/picture.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { Table } from '../../../ui/table.tsx'
import styles from './result.module.css'

/** How often a measurement that is under way is asked for. */
const AGAIN_MS = 1000

/** What an edit changed where it should have changed nothing: figures and a map. They judge nothing; people do. */
export function DriftPanel({ imageId }: { imageId: string }) {
  const { t } = useTranslation('edit')
  const drift = useQuery({
    queryKey: ['drift', imageId],
    queryFn: ({ signal }) => darkroom.images.drift(imageId, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? AGAIN_MS : false),
  })
  return (
    <Loaded query={drift}>
      {(found) => {
        if (found.status === 'pending') return <Spinner label={t('drift.pending')} />
        if (found.status !== 'measured') return <p>{t(`drift.not.${found.status}`)}</p>
        return <Measured drift={found} imageId={imageId} />
      }}
    </Loaded>
  )
}

function Measured({ drift: { outside, inside, boxes, heat_map_url: map }, imageId }: { drift: api.Drift; imageId: string }) {
  const { t } = useTranslation('edit')
  const format = useFormat()
  const figures: readonly (readonly [string, string])[] = [
    ...(outside === null
      ? []
      : [[t('drift.outside'), format.percent(outside.changed_fraction)] as const, [t('drift.ssim'), format.number(outside.ssim)] as const]),
    ...(inside === null ? [] : [[t('drift.inside'), format.percent(inside.changed_fraction)] as const]),
  ]
  return (
    <div className={styles['drift']}>
      <Facts layout="row">
        {figures.map(([name, figure]) => (
          <Fact key={name} name={name}>
            {figure}
          </Fact>
        ))}
      </Facts>
      {boxes.length > 0 && (
        <Table
          caption={t('drift.boxes')}
          rows={boxes.map((box, index) => ({ box, number: index + 1 }))}
          keyOf={({ number }) => String(number)}
          columns={[
            { key: 'box', head: t('drift.box'), cell: ({ number }) => number },
            {
              key: 'changed',
              head: t('drift.changed'),
              align: 'end',
              cell: ({ box }) => (box === null ? '–' : format.percent(box.changed_fraction)),
            },
            {
              key: 'verdict',
              head: t('drift.verdict'),
              cell: ({ box }) =>
                box === null ? (
                  t('drift.beyond')
                ) : (
                  <Badge tone={box.changed_fraction === 0 ? 'good' : 'warn'}>
                    {t(box.changed_fraction === 0 ? 'drift.kept' : 'drift.moved')}
                  </Badge>
                ),
            },
          ]}
        />
      )}
      {map !== null && (
        <figure className={styles['map']}>
          <Picture src={`/v2/images/${imageId}/drift/heat-map`} alt={t('drift.map')} />
          <figcaption className={styles['hint']}>{t('drift.legend')}</figcaption>
        </figure>
      )}
    </div>
  )
}
