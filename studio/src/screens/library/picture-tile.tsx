import { memo, useEffect, useRef, useState } from 'react'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import styles from './library.module.css'

const MOST_TRIES = 4
const AGAIN_AFTER_MS = 2000
/** What is on the page for less while it is scrolled passes by: nobody sees it, and a library of ten thousand is not loaded on the way to its end. */
const PASSES_BY_MS = 250

/** A small picture that leads to its record. A plain link that subscribes to nothing: hundreds of them pass by. */
export const PictureTile = memo(function PictureTile({
  picture,
  labelOf,
  place,
  isActive,
  isScrolled,
}: {
  picture: api.FoundPicture
  /** What it is called; like the other function the same while the language is. */
  labelOf: (picture: api.FoundPicture) => string
  place: number
  isActive: boolean
  /** Whether the page is being scrolled now. */
  isScrolled: () => boolean
}) {
  const image = useSmallPicture(picture.id, isScrolled)
  return (
    // biome-ignore lint/a11y/useSemanticElements: of a grid that is no table
    // biome-ignore lint/a11y/useFocusableInteractive: its link has the focus
    <div role="gridcell" className={styles['cell']}>
      <a
        href={`/library/${picture.generation_id}?image=${picture.id}`}
        data-place={place}
        tabIndex={isActive ? 0 : -1}
        className={styles['tile']}
        aria-label={labelOf(picture)}
      >
        <img ref={image} alt="" decoding="async" className={styles['tilePicture']} />
      </a>
    </div>
  )
})

/** Loads while it is on the page: what is scrolled past is not loaded, or not waited for. Where too many wait to be made it asks again a little later. */
function useSmallPicture(id: string, isScrolled: () => boolean) {
  const image = useRef<HTMLImageElement>(null)
  const [tries, setTries] = useState(0)
  useEffect(() => {
    const element = image.current!
    const load = () => {
      element.src = darkroom.images.thumbnailUrl(id)
    }
    let timer = setTimeout(load, isScrolled() ? PASSES_BY_MS : 0)
    const again = () => {
      if (tries < MOST_TRIES) timer = setTimeout(() => setTries(tries + 1), AGAIN_AFTER_MS * (tries + 1))
    }
    element.addEventListener('error', again)
    return () => {
      clearTimeout(timer)
      element.removeEventListener('error', again)
      element.removeAttribute('src')
    }
  }, [id, tries, isScrolled])
  return image
}
