import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import styles from './library.module.css'
import { libraryRouteApi } from './library-search.ts'
import { nextPlace } from './next-place.ts'
import { PictureTile } from './picture-tile.tsx'

/** In CSS pixels. */
const SMALLEST_TILE = 160
const SMALLEST_TILE_ON_PHONE = 96
const PHONE = 600
const GAP = 8
/** Rows beyond the window that are there already. */
const OVERSCAN = 3
/** So many rows before the end the next page is fetched. */
const AHEAD = 12

/** Pictures in rows, of which those near the window are on the page. One stop for the tab key, arrows between them. */
export function PictureGrid({
  pictures,
  hasMore,
  isFetching,
  fetchMore,
}: {
  pictures: readonly api.FoundPicture[]
  hasMore: boolean
  isFetching: boolean
  fetchMore: () => void
}) {
  const { t } = useTranslation('library')
  const format = useFormat()
  const navigate = libraryRouteApi.useNavigate()
  const grid = useRef<HTMLDivElement>(null)
  const { columns, tile, top } = useShape(grid)
  const [active, setActive] = useState(0)
  const wantsFocus = useRef(false)
  const rowCount = Math.ceil(pictures.length / columns)
  const activeRow = Math.floor(Math.min(active, pictures.length - 1) / columns)
  const virtualizer = useWindowVirtualizer({
    count: rowCount,
    estimateSize: () => tile + GAP,
    overscan: OVERSCAN,
    scrollMargin: top,
    useFlushSync: false,
    // What has the focus stays on the page wherever it is scrolled to.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), activeRow])].sort((one, other) => one - other),
  })
  const isScrolled = useCallback(() => virtualizer.isScrolling, [virtualizer])
  const labelOf = useCallback(
    ({ width, height, model, created_at }: api.FoundPicture) =>
      t('picture', { width: width ?? '?', height: height ?? '?', model, time: format.time(created_at) }),
    [t, format],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height
  useLayoutEffect(() => virtualizer.measure(), [tile, virtualizer])
  const rows = virtualizer.getVirtualItems()
  const last = virtualizer.range?.endIndex ?? 0
  useEffect(() => {
    if (hasMore && !isFetching && last >= rowCount - AHEAD) fetchMore()
  }, [hasMore, isFetching, last, rowCount, fetchMore])
  useEffect(() => {
    if (!wantsFocus.current) return
    wantsFocus.current = false
    grid.current?.querySelector<HTMLElement>(`[data-place="${active}"]`)?.focus()
  }, [active])

  const move = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(window.innerHeight / (tile + GAP)) - 1)
    const next = nextPlace(event, { place: active, columns, count: pictures.length, page })
    if (next === null) return
    event.preventDefault()
    virtualizer.scrollToIndex(Math.floor(next / columns), { align: 'auto' })
    wantsFocus.current = true
    setActive(next)
  }
  const open = (event: MouseEvent) => {
    const link = (event.target as Element).closest<HTMLElement>('a[data-place]')
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    const place = Number(link.dataset['place'])
    const { id, generation_id } = pictures[place]!
    setActive(place)
    void navigate({ to: '/library/$id', params: { id: generation_id }, search: (search) => ({ ...search, image: id }), resetScroll: false })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows that are placed one by one are no table
    <div
      ref={grid}
      role="grid"
      aria-label={t('title')}
      aria-rowcount={hasMore ? -1 : rowCount}
      aria-colcount={columns}
      className={styles['grid']}
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={move}
      onClick={open}
    >
      {rows.map(({ index, start }) => (
        // biome-ignore lint/a11y/useSemanticElements: of such a grid
        // biome-ignore lint/a11y/useFocusableInteractive: the link in a cell is what has the focus
        <div
          key={index}
          role="row"
          aria-rowindex={index + 1}
          className={styles['gridRow']}
          style={{
            height: tile,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            transform: `translateY(${start - top}px)`,
          }}
        >
          {pictures.slice(index * columns, (index + 1) * columns).map((picture, column) => (
            <PictureTile
              key={picture.id}
              picture={picture}
              labelOf={labelOf}
              place={index * columns + column}
              isActive={index * columns + column === Math.min(active, pictures.length - 1)}
              isScrolled={isScrolled}
            />
          ))}
        </div>
      ))}
    </div>
  )
}

interface Shape {
  columns: number
  /** Edge of a tile in CSS pixels. */
  tile: number
  /** Where the grid begins on the page. */
  top: number
}

function useShape(grid: React.RefObject<HTMLDivElement | null>): Shape {
  const [shape, setShape] = useState<Shape>({ columns: 1, tile: SMALLEST_TILE, top: 0 })
  useLayoutEffect(() => {
    const element = grid.current!
    const measure = () => {
      const width = element.clientWidth
      const smallest = width < PHONE ? SMALLEST_TILE_ON_PHONE : SMALLEST_TILE
      const columns = Math.max(1, Math.floor((width + GAP) / (smallest + GAP)))
      const tile = Math.floor((width - (columns - 1) * GAP) / columns)
      const top = Math.round(element.getBoundingClientRect().top + window.scrollY)
      setShape((before) => (before.columns === columns && before.tile === tile && before.top === top ? before : { columns, tile, top }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    // Filters that open above the grid move it.
    if (element.parentElement) observer.observe(element.parentElement)
    return () => observer.disconnect()
  }, [grid])
  return shape
}
