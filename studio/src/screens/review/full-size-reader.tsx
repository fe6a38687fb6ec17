import { useQuery } from '@tanstack/react-query'
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import styles from './full-size-reader.module.css'
import { PARTS, partsInSight } from './seen-parts.ts'
import type { ReviewerHere } from './use-reviewer.ts'

const zooms = [1, 1.5, 2, 3, 4] as const

/** The stored bytes, a pixel of the picture for each of the page or larger, never smaller. That they were opened is on the gateway's record. */
export function FullSizeReader({
  review,
  reviewer,
  onRead,
  onClose,
}: {
  review: api.Review
  reviewer: ReviewerHere
  /** Called once every part of it was in sight. */
  onRead: () => void
  onClose: () => void
}) {
  const { t } = useTranslation('review')
  const format = useFormat()
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set())
  const share = seen.size / PARTS ** 2
  const bytes = useQuery({
    queryKey: ['review-image', review.id, reviewer.body.reviewer ?? null],
    queryFn: ({ signal }) => darkroom.reviews.image(review.id, reviewer.body, { signal }),
    // Opened anew each time: what counts is that this person opened it.
    staleTime: 0,
    gcTime: 0,
  })
  const see = (parts: readonly number[]) => {
    const all = new Set([...seen, ...parts])
    if (all.size === seen.size) return
    setSeen(all)
    if (all.size === PARTS ** 2) onRead()
  }
  const [zoom, setZoom] = useState(0)
  return (
    <Dialog
      title={t('reader.title')}
      wide
      onClose={onClose}
      actions={
        <Button tone="primary" onClick={onClose}>
          {t('reader.close')}
        </Button>
      }
    >
      <div className={styles['tools']}>
        <Button size="small" aria-disabled={zoom === 0} aria-label={t('reader.smaller')} onClick={() => setZoom(Math.max(0, zoom - 1))}>
          −
        </Button>
        <output aria-label={t('reader.zoom')}>{format.percent(zooms[zoom]!)}</output>
        <Button
          size="small"
          aria-disabled={zoom === zooms.length - 1}
          aria-label={t('reader.larger')}
          onClick={() => setZoom(Math.min(zooms.length - 1, zoom + 1))}
        >
          +
        </Button>
        <span role="status" className={share === 1 ? styles['done'] : styles['quiet']}>
          {share === 1 ? t('reader.all_seen') : t('reader.seen', { share: format.percent(Math.round(share * 100) / 100) })}
        </span>
      </div>
      <Loaded query={bytes}>{(blob) => <Pan blob={blob} zoom={zooms[zoom]!} onSight={see} />}</Loaded>
      <p className={styles['quiet']}>{t('reader.how')}</p>
    </Dialog>
  )
}

/** Scrolls by wheel, arrows and finger like anything else; a mouse can drag it. */
function Pan({ blob, zoom, onSight }: { blob: Blob; zoom: number; onSight: (parts: number[]) => void }) {
  const { t } = useTranslation('review')
  const url = useObjectUrl(blob)
  const pane = useRef<HTMLElement>(null)
  const [size, setSize] = useState<{ width: number; height: number } | null>(null)
  const look = () => {
    const { scrollLeft: left, scrollTop: top, clientWidth: width, clientHeight: height } = pane.current!
    if (size !== null)
      onSight(partsInSight({ left, top, width, height, pictureWidth: size.width * zoom, pictureHeight: size.height * zoom }))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is in sight changes with these alone; scrolling tells of itself
  useEffect(() => {
    if (size === null) return
    pane.current?.focus({ preventScroll: true })
    look()
  }, [size, zoom])
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.pointerType !== 'mouse' || event.buttons !== 1) return
    event.currentTarget.scrollBy(-event.movementX, -event.movementY)
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={pane} className={styles['pane']} tabIndex={0} aria-label={t('reader.pane')} onScroll={look} onPointerMove={drag}>
      {url !== null && (
        <img
          src={url}
          alt={t('picture')}
          draggable={false}
          style={size === null ? undefined : { width: size.width * zoom, height: size.height * zoom }}
          onLoad={({ currentTarget }) => setSize({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })}
        />
      )}
    </section>
  )
}

function useObjectUrl(blob: Blob): string | null {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}
