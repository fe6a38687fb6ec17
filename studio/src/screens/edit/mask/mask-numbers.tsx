import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { TextField } from '../../../ui/field.tsx'
import { WIDEST_FEATHER } from '../wishes/edit-wishes.ts'
import type { MaskDocument } from './mask-document.ts'
import styles from './mask-editor.module.css'
import { type Box, clipBox } from './mask-raster.ts'

const sides = ['x', 'y', 'width', 'height'] as const

/** The mask by numbers: exact rectangles, and the soft edge. */
export function MaskNumbers({
  mask,
  featherPx,
  onFeather,
  onProtect,
}: {
  mask: MaskDocument
  featherPx: number
  onFeather: (px: number) => void
  onProtect: (box: Box) => void
}) {
  const { t } = useTranslation('edit')
  const [box, setBox] = useState<Box>(() => ({
    x: Math.round(mask.width / 4),
    y: Math.round(mask.height / 4),
    width: Math.round(mask.width / 2),
    height: Math.round(mask.height / 2),
  }))
  const inside = clipBox(mask, box)
  const isWhole = sides.every((side) => Number.isInteger(box[side]) && box[side] >= 0)
  const usable = isWhole ? inside : null
  return (
    <div className={styles['numbers']}>
      <fieldset className={styles['box']}>
        <legend>{t('mask.box')}</legend>
        {sides.map((side) => (
          <TextField
            key={side}
            label={t(`mask.side.${side}`)}
            type="number"
            min={0}
            max={side === 'x' || side === 'width' ? mask.width : mask.height}
            value={box[side]}
            onChange={(event) => setBox({ ...box, [side]: Number(event.target.value) })}
          />
        ))}
      </fieldset>
      <div className={styles['group']}>
        <Button size="small" disabled={usable === null} onClick={() => mask.fillBox(usable!, 255)}>
          {t('mask.box_open')}
        </Button>
        <Button size="small" disabled={usable === null} onClick={() => mask.fillBox(usable!, 0)}>
          {t('mask.box_close')}
        </Button>
        <Button size="small" disabled={usable === null} onClick={() => onProtect(usable!)}>
          {t('mask.box_protect')}
        </Button>
      </div>
      <TextField
        label={t('mask.feather')}
        hint={t('mask.feather_hint')}
        type="number"
        min={0}
        max={WIDEST_FEATHER}
        value={featherPx}
        onChange={(event) => onFeather(Math.min(WIDEST_FEATHER, Math.max(0, Math.round(Number(event.target.value)))))}
      />
    </div>
  )
}
