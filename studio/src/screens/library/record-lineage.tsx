import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Picture } from '../../ui/picture.tsx'
import styles from './library.module.css'

/** What a picture was made from, and what was made from it. */
export function RecordLineage({ image }: { record: api.GenerationRecord; image: api.RecordedImage | undefined }) {
  const { t } = useTranslation('library')
  const lineage = useQuery({
    queryKey: ['library', 'lineage', image?.id],
    queryFn: ({ signal }) => darkroom.images.lineage(image!.id, { signal }),
    enabled: image !== undefined,
  })
  if (!image) return <p>{t('record.no_picture')}</p>
  return <Loaded query={lineage}>{(found) => <Family lineage={found} />}</Loaded>
}

function Family({ lineage: { version_of, made_from, taken_up_by } }: { lineage: api.Lineage }) {
  const { t } = useTranslation('library')
  const format = useFormat()
  return (
    <div className={styles['sections']}>
      <section className={styles['lineage']}>
        <h3>{t('lineage.from')}</h3>
        {version_of !== null && <p>{t('lineage.version')}</p>}
        {made_from.length === 0 && <p className={styles['quiet']}>{t('lineage.from_nothing')}</p>}
        <ul className={styles['others']}>
          {made_from.map(({ input_id, role, image, width, height, deleted_at }) => (
            <li key={input_id}>
              {image ? (
                <Relative
                  generationId={image.generation_id}
                  imageId={image.id}
                  label={t('lineage.input', { role: t(`lineage.roles.${role}`), width, height })}
                />
              ) : (
                <span className={styles['quiet']}>
                  {t('lineage.input', { role: t(`lineage.roles.${role}`), width, height })}
                  {deleted_at === null ? '' : ` · ${t('lineage.gone')}`}
                </span>
              )}
            </li>
          ))}
        </ul>
      </section>
      <section className={styles['lineage']}>
        <h3>{t('lineage.into')}</h3>
        {taken_up_by.length === 0 && <p className={styles['quiet']}>{t('lineage.into_nothing')}</p>}
        {taken_up_by.map(({ generation_id, created_at, operation, images }) => (
          <div key={generation_id}>
            <p>
              <Link to="/library/$id" params={{ id: generation_id }} search={({ image: _, ...rest }) => rest} resetScroll={false}>
                {t(`operations.${operation}`)} · {format.time(created_at)}
              </Link>
            </p>
            <ul className={styles['others']}>
              {images.map((id, place) => (
                <li key={id}>
                  <Relative generationId={generation_id} imageId={id} label={t('lineage.made', { number: place + 1 })} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </section>
    </div>
  )
}

function Relative({ generationId, imageId, label }: { generationId: string; imageId: string; label: string }) {
  return (
    <Link
      to="/library/$id"
      params={{ id: generationId }}
      search={(search) => ({ ...search, image: imageId })}
      resetScroll={false}
      aria-label={label}
    >
      <Picture src={darkroom.images.thumbnailUrl(imageId, 160)} alt="" />
    </Link>
  )
}
