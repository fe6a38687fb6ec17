import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import type { DeskPicture } from '../inputs/desk-picture.ts'
import type { MaskDocument } from './mask-document.ts'
import styles from './mask-editor.module.css'
import type { MaskRaster } from './mask-raster.ts'
import { readMaskPicture } from './read-mask-picture.ts'
import { writeMaskPng } from './write-mask-png.ts'

/** What became of a file that was to be a mask. */
type Import = { kind: 'no_png' } | { kind: 'other_size'; raster: MaskRaster } | { kind: 'taken'; readAs: 'alpha' | 'luminance' }

/** Masks out of files and into files. One of another size is refused: where it should lie nobody but people know. */
export function MaskFiles({ mask, picture }: { mask: MaskDocument; picture: DeskPicture }) {
  const { t } = useTranslation('edit')
  const input = useRef<HTMLInputElement>(null)
  const [outcome, setOutcome] = useState<Import | null>(null)
  const take = async (file: File) => {
    setOutcome(null)
    const read = await readMaskPicture(file).catch(() => null)
    if (read === null) return setOutcome({ kind: 'no_png' })
    const { raster, readAs } = read
    if (raster.width !== mask.width || raster.height !== mask.height) return setOutcome({ kind: 'other_size', raster })
    mask.place(raster, { x: 0, y: 0 })
    setOutcome({ kind: 'taken', readAs })
  }
  const placeInMiddle = (raster: MaskRaster) => {
    mask.place(raster, { x: Math.floor((mask.width - raster.width) / 2), y: Math.floor((mask.height - raster.height) / 2) })
    setOutcome(null)
  }
  const save = async () => {
    const png = await writeMaskPng({ width: mask.width, height: mask.height, values: mask.raster.values })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(png)
    link.download = `${picture.name.replace(/\.[^.]*$/, '')}-mask.png`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  }
  return (
    <div className={styles['files']}>
      <div className={styles['group']}>
        <Button size="small" onClick={() => input.current?.click()}>
          {t('mask.import')}
        </Button>
        <Button size="small" onClick={() => void save()}>
          {t('mask.export')}
        </Button>
      </div>
      <input
        ref={input}
        type="file"
        accept="image/png"
        hidden
        aria-label={t('mask.import')}
        onChange={(event) => {
          const [file] = event.target.files ?? []
          event.target.value = ''
          if (file) void take(file)
        }}
      />
      <div role="status">
        {outcome?.kind === 'no_png' && <p className={styles['bad']}>{t('mask.no_png')}</p>}
        {outcome?.kind === 'taken' && <p>{t(`mask.taken_${outcome.readAs}`)}</p>}
        {outcome?.kind === 'other_size' && (
          <div className={styles['group']}>
            <p className={styles['bad']}>
              {t('mask.other_size', {
                found: `${outcome.raster.width}×${outcome.raster.height}`,
                expected: `${mask.width}×${mask.height}`,
              })}
            </p>
            <Button size="small" onClick={() => placeInMiddle(outcome.raster)}>
              {t('mask.place')}
            </Button>
          </div>
        )}
      </div>
    </div>
  )
}
