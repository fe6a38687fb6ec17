import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { CrossIcon } from '../../../ui/icons.tsx'
import type { DeskPicture } from '../inputs/desk-picture.ts'
import type { Box } from '../mask/mask-raster.ts'
import styles from './wishes.module.css'

/** Boxes that the edit must leave as they are: measured after it, also where the mask is open. */
export function ProtectList({
  boxes,
  picture,
  onChange,
}: {
  boxes: readonly Box[]
  picture: DeskPicture | undefined
  onChange: (boxes: readonly Box[]) => void
}) {
  const { t } = useTranslation('edit')
  if (picture === undefined || boxes.length === 0) return null
  return (
    <section className={styles['list']} aria-label={t('protect.title')}>
      <h2>{t('protect.title')}</h2>
      <p className={styles['hint']}>{t('protect.hint')}</p>
      <ol className={styles['boxes']}>
        {boxes.map((box, index) => (
          <li key={`${box.x}-${box.y}-${box.width}-${box.height}`}>
            <span>{t('protect.box', { x: box.x, y: box.y, width: box.width, height: box.height })}</span>
            <Button
              tone="quiet"
              size="small"
              aria-label={t('protect.remove', { number: index + 1 })}
              onClick={() => onChange(boxes.filter((other) => other !== box))}
            >
              <CrossIcon />
            </Button>
          </li>
        ))}
      </ol>
    </section>
  )
}
