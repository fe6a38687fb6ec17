import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import buttons from '../../ui/button.module.css'
import { Button } from '../../ui/button.tsx'
import { Picture } from '../../ui/picture.tsx'
import { DeletePicture } from './delete-picture.tsx'
import styles from './library.module.css'
import { forgetPicture } from './pictures-query.ts'
import { RecordPublication } from './record-publication.tsx'

/** The picture that is shown, its siblings, and what can be done with it. */
export function RecordPicture({
  record,
  image,
  onDeleted,
}: {
  record: api.GenerationRecord
  image: api.RecordedImage | undefined
  onDeleted: () => void
}) {
  const { t } = useTranslation('library')
  if (!image) return <p className={styles['missing']}>{t(record.completed_at === null ? 'record.under_way' : 'record.no_picture')}</p>
  const isThere = image.deleted_at === null && image.storage === 'stored'
  return (
    <div className={styles['shown']}>
      {isThere ? (
        <Picture
          src={darkroom.images.thumbnailUrl(image.id, 640)}
          alt={t('record.shown', { width: image.width ?? '?', height: image.height ?? '?' })}
          width={image.width ?? undefined}
          height={image.height ?? undefined}
        />
      ) : (
        <p className={styles['missing']}>{t(image.deleted_at === null ? 'record.not_stored' : 'record.deleted')}</p>
      )}
      {record.images.length > 1 && <Siblings record={record} shown={image} />}
      {isThere && <Actions image={image} onDeleted={onDeleted} />}
      {isThere && <RecordPublication image={image} />}
      <Keeping image={image} record={record} />
    </div>
  )
}

function Siblings({ record, shown }: { record: api.GenerationRecord; shown: api.RecordedImage }) {
  const { t } = useTranslation('library')
  return (
    <ul className={styles['others']} aria-label={t('record.set')}>
      {record.images.map(({ id, deleted_at, width, height }, place) => (
        <li key={id}>
          <Link
            to="/library/$id"
            params={{ id: record.id }}
            search={(search) => ({ ...search, image: id })}
            replace
            resetScroll={false}
            aria-current={id === shown.id}
            aria-label={t('record.of_set', { number: place + 1, width: width ?? '?', height: height ?? '?' })}
          >
            {deleted_at === null ? <Picture src={darkroom.images.thumbnailUrl(id, 160)} alt="" /> : '–'}
          </Link>
        </li>
      ))}
    </ul>
  )
}

function Actions({ image, onDeleted }: { image: api.RecordedImage; onDeleted: () => void }) {
  const { t } = useTranslation('library')
  const client = useQueryClient()
  const [isDeleting, setDeleting] = useState(false)
  const link = `${buttons['button']} ${buttons['plain'] ?? ''}`
  return (
    <div className={styles['row']}>
      <a className={link} href={darkroom.images.url(image.id)} download={`${image.id}.${image.format ?? 'bin'}`}>
        {t('record.download')}
      </a>
      <a className={link} href={darkroom.images.url(image.id)} target="_blank" rel="noreferrer">
        {t('record.full_size')}
      </a>
      <Link className={link} to="/edit" search={{ image: image.id }}>
        {t('record.edit')}
      </Link>
      <Button tone="danger" onClick={() => setDeleting(true)}>
        {t('delete.do')}
      </Button>
      {isDeleting && (
        <DeletePicture
          id={image.id}
          onClose={() => setDeleting(false)}
          onDeleted={(ids) => {
            forgetPicture(client, ids)
            void client.invalidateQueries({ queryKey: ['library', 'record'] })
            setDeleting(false)
            onDeleted()
          }}
        />
      )}
    </div>
  )
}

/** Until when it is kept, by which rule, and what holds it. */
function Keeping({ image, record }: { image: api.RecordedImage; record: api.GenerationRecord }) {
  const { t } = useTranslation('library')
  const format = useFormat()
  const { storage_pointer: pointer, deleted_at } = image
  return (
    <div className={styles['quiet']}>
      {deleted_at !== null && <p>{t('keeping.deleted', { time: format.time(deleted_at) })}</p>}
      {pointer !== null && (
        <p>
          {pointer.delete_after === null
            ? t('keeping.for_ever')
            : t('keeping.until', { time: format.time(pointer.delete_after), rule: pointer.deletion_policy })}
        </p>
      )}
      {record.legal_holds.length > 0 && <p>{t('keeping.held')}</p>}
    </div>
  )
}
