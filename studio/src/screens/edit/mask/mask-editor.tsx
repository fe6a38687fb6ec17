import { type RefObject, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../../../i18n/use-format.ts'
import type { DeskPicture } from '../inputs/desk-picture.ts'
import type { MaskDocument } from './mask-document.ts'
import styles from './mask-editor.module.css'
import { MaskFiles } from './mask-files.tsx'
import { MaskNumbers } from './mask-numbers.tsx'
import type { Box } from './mask-raster.ts'
import { MaskStage } from './mask-stage.tsx'
import type { ToolSettings } from './mask-tool.ts'
import { MaskToolbar } from './mask-toolbar.tsx'
import { type Extent, fitView, panView, showInView, type View, zoomView } from './mask-view.ts'
import { useMaskVersion } from './use-mask.ts'
import { useMaskKeys } from './use-mask-keys.ts'
import { useMaskPointer } from './use-mask-pointer.ts'

/** What a mask is drawn for. */
export interface MaskEditorProps {
  picture: DeskPicture
  mask: MaskDocument
  featherPx: number
  onFeather: (px: number) => void
  protect: readonly Box[]
  onProtect: (box: Box) => void
}

/** Part of the height of the screen that a picture takes at most: fingers need room beside it to move the page. */
const TALLEST = 0.62

/** A picture on which people show what may change. */
export function MaskEditor({ picture, mask, featherPx, onFeather, protect, onProtect }: MaskEditorProps) {
  const { t } = useTranslation('edit')
  const format = useFormat()
  const helpId = useId()
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLDivElement>(null)
  const [settings, setSettings] = useState<ToolSettings>(() => ({ tool: 'brush', brushPx: firstBrush(picture), isTakingAway: false }))
  const { extent, view, change } = useView(frame, picture)
  useMaskVersion(mask)
  const set = (wish: Partial<ToolSettings>) => setSettings((before) => ({ ...before, ...wish }))
  const middle = { x: extent.width / 2, y: extent.height / 2 }
  const zoom = (factor: number | 'fit', at = middle) =>
    change((now) => (factor === 'fit' ? fitView(extent, picture) : zoomView(now, factor, at, extent, picture)))
  const pointer = useMaskPointer({
    window: canvas,
    mask,
    settings,
    view,
    onProtect,
    onPan: (by) => change((now) => panView(now, by, extent, picture)),
    onZoom: zoom,
  })
  const keys = useMaskKeys({
    mask,
    settings,
    view,
    onSettings: set,
    onProtect,
    onZoom: (factor, at) => zoom(factor, at === null ? middle : { x: view.x + at.x * view.scale, y: view.y + at.y * view.scale }),
    onMoved: (at) => change((now) => showInView(now, at, extent, picture)),
  })
  useWheel(canvas, (factor, at) => zoom(factor, at))
  const [isFocused, setFocused] = useState(false)
  const isPainting = settings.tool === 'brush' || settings.tool === 'eraser'
  const brushAt = isFocused && keys.cursor ? { x: keys.cursor.x + 0.5, y: keys.cursor.y + 0.5 } : pointer.hover
  return (
    <div className={styles['editor']}>
      <MaskToolbar mask={mask} settings={settings} onSettings={set} onZoom={zoom} widest={picture} />
      <div ref={frame} className={styles['frame']} style={{ height: extent.height }}>
        <div
          ref={canvas}
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a drawing surface has the keys of an application
          tabIndex={0}
          aria-label={t('mask.surface', { name: picture.name })}
          aria-describedby={helpId}
          className={styles['surface']}
          data-tool={settings.tool}
          {...pointer.handlers}
          onKeyDown={keys.onKeyDown}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false)
            keys.onBlur()
          }}
        >
          {extent.width > 0 && (
            <MaskStage
              extent={extent}
              view={view}
              pictureUrl={picture.url}
              mask={mask}
              featherPx={featherPx}
              protect={protect}
              draft={pointer.draft ?? keys.draft}
              brush={isPainting && brushAt ? { at: brushAt, px: settings.brushPx } : null}
              cursor={isFocused && keys.cursor ? { x: keys.cursor.x + 0.5, y: keys.cursor.y + 0.5 } : null}
            />
          )}
        </div>
      </div>
      <p className={styles['status']}>
        <span>{mask.openShare === 0 ? t('mask.open_none') : t('mask.open', { share: format.percent(mask.openShare) })}</span>
        <span role="status">
          {isFocused && keys.cursor !== null && t(keys.isDown ? 'mask.at_down' : 'mask.at', { x: keys.at.x, y: keys.at.y })}
        </span>
      </p>
      <details className={styles['more']}>
        <summary>{t('mask.numbers')}</summary>
        <MaskNumbers mask={mask} featherPx={featherPx} onFeather={onFeather} onProtect={onProtect} />
      </details>
      <details className={styles['more']}>
        <summary>{t('mask.keys')}</summary>
        <p id={helpId} className={styles['help']}>
          {t('mask.help')}
        </p>
      </details>
      <MaskFiles mask={mask} picture={picture} />
    </div>
  )
}

/** A twentieth of the picture: what most people paint with first. */
function firstBrush({ width, height }: Extent): number {
  return Math.max(4, Math.round(Math.max(width, height) / 20))
}

/** The window of a picture: as broad as there is room, as tall as the picture wants, within bounds; with the picture fitted in anew when either changes. */
function useView(frame: RefObject<HTMLElement | null>, picture: Extent) {
  const [extent, setExtent] = useState<Extent>({ width: 0, height: 320 })
  const [view, change] = useState<View>({ scale: 1, x: 0, y: 0 })
  const { width, height } = picture
  useLayoutEffect(() => {
    const measure = () => {
      const across = frame.current!.clientWidth
      const down = Math.round(Math.min((across * height) / width, window.innerHeight * TALLEST))
      const next = { width: across, height: Math.max(220, down) }
      setExtent((before) => (before.width === next.width && before.height === next.height ? before : next))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(frame.current!)
    return () => observer.disconnect()
  }, [frame, width, height])
  useLayoutEffect(() => {
    if (extent.width > 0) change(fitView(extent, { width, height }))
  }, [extent, width, height])
  return { extent, view, change }
}

/** Ctrl and the wheel, which is what pinching a trackpad is too; the wheel alone moves the page. Not by React, which listens to wheels in a way that cannot keep the page still. */
function useWheel(surface: RefObject<HTMLElement | null>, onZoom: (factor: number, at: { x: number; y: number }) => void): void {
  const latest = useRef(onZoom)
  useEffect(() => {
    latest.current = onZoom
  })
  const zoom = useCallback((event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect()
    latest.current(Math.exp(-event.deltaY / 300), { x: event.clientX - left, y: event.clientY - top })
  }, [])
  useEffect(() => {
    const target = surface.current!
    target.addEventListener('wheel', zoom, { passive: false })
    return () => target.removeEventListener('wheel', zoom)
  }, [surface, zoom])
}
