import { memo, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import styles from './library.module.css'

const MOST_TRIES = 4
const AGAIN_AFTER_MS = 2000
/** Who is on the page for less passes by: nobody sees it, and a library of ten thousand is not loaded on the way to its end. */
const PASSES_BY_MS = 120

/** A small picture that leads to its record. A plain link: hundreds of them pass by. */
export const PictureTile = memo(function PictureTile({
  picture,
  place,
  isActive,
}: {
  picture: api.FoundPicture
  place: number
  isActive: boolean
}) {
  const { t } = useTranslation('library')
  const format = useFormat()
  const image = useSmallPicture(picture.id)
  const { width, height, model, created_at } = picture
  return (
    // biome-ignore lint/a11y/useSemanticElements: of a grid that is no table
    // biome-ignore lint/a11y/useFocusableInteractive: its link has the focus
    <div role="gridcell" className={styles['cell']}>
      <a
        href={`/library/${picture.generation_id}?image=${picture.id}`}
        data-place={place}
        tabIndex={isActive ? 0 : -1}
        className={styles['tile']}
        aria-label={t('picture', { width: width ?? '?', height: height ?? '?', model, time: format.time(created_at) })}
      >
        <img ref={image} alt="" decoding="async" className={styles['tilePicture']} />
      </a>
    </div>
  )
})

/** Loads while it is on the page: what is scrolled past is not loaded, or not waited for. Where too many wait to be made it asks again a little later. */
function useSmallPicture(id: string) {
  const image = useRef<HTMLImageElement>(null)
  const [tries, setTries] = useState(0)
  useEffect(() => {
    const element = image.current!
    const load = () => {
      element.src = darkroom.images.thumbnailUrl(id)
    }
    let timer = setTimeout(load, PASSES_BY_MS)
    const again = () => {
      if (tries < MOST_TRIES) timer = setTimeout(() => setTries(tries + 1), AGAIN_AFTER_MS * (tries + 1))
    }
    element.addEventListener('error', again)
    return () => {
      clearTimeout(timer)
      element.removeEventListener('error', again)
      element.removeAttribute('src')
    }
  }, [id, tries])
  return image
}
