import { useTranslation } from 'react-i18next'
import { useFormat } from '../../../i18n/use-format.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { TextField } from '../../../ui/field.tsx'
import { CrossIcon } from '../../../ui/icons.tsx'
import { Picture } from '../../../ui/picture.tsx'
import { type DeskPicture, MOST_PICTURES } from './desk-picture.ts'
import styles from './inputs.module.css'

/** What can be done with the pictures of a desk. */
export interface PictureMoves {
  onMove: (key: string, to: number) => void
  onRemove: (key: string) => void
  onRights: (key: string, rights: string) => void
}

/** The pictures of an edit in the order in which the model sees them; the first is the one that is edited. */
export function PictureList({ pictures, onMove, onRemove, onRights }: { pictures: readonly DeskPicture[] } & PictureMoves) {
  const { t } = useTranslation('edit')
  const format = useFormat()
  return (
    <section className={styles['pictures']} aria-label={t('inputs.pictures')}>
      <h2>{t('inputs.pictures')}</h2>
      <p className={styles['hint']}>{t('inputs.count', { number: pictures.length, most: MOST_PICTURES })}</p>
      <ol>
        {pictures.map((picture, index) => (
          <li key={picture.key} className={styles['picture']}>
            <Picture src={picture.url} alt="" className={styles['thumb']} />
            <div className={styles['facts']}>
              <p className={styles['name']} title={picture.name}>
                {index === 0 ? (
                  <Badge tone="accent">{t('inputs.edited')}</Badge>
                ) : (
                  <Badge>{t('inputs.reference', { number: index })}</Badge>
                )}{' '}
                {picture.name.startsWith('img_') ? t('inputs.made_here') : picture.name}
              </p>
              <p className={styles['hint']}>
                {picture.width}×{picture.height} · {picture.format.toUpperCase()} · {format.bytes(picture.bytes)}
                {picture.isTurned && ` · ${t('inputs.turned')}`}
              </p>
              <TextField
                label={t('inputs.rights')}
                placeholder={t('inputs.rights_example')}
                maxLength={512}
                value={picture.rights}
                onChange={(event) => onRights(picture.key, event.target.value)}
              />
            </div>
            <div className={styles['moves']}>
              <Button
                tone="quiet"
                size="small"
                disabled={index === 0}
                aria-label={t('inputs.earlier', { name: picture.name })}
                onClick={() => onMove(picture.key, index - 1)}
              >
                ↑
              </Button>
              <Button
                tone="quiet"
                size="small"
                disabled={index === pictures.length - 1}
                aria-label={t('inputs.later', { name: picture.name })}
                onClick={() => onMove(picture.key, index + 1)}
              >
                ↓
              </Button>
              <Button
                tone="quiet"
                size="small"
                aria-label={t('inputs.remove', { name: picture.name })}
                onClick={() => onRemove(picture.key)}
              >
                <CrossIcon />
              </Button>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}
