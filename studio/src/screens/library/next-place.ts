/** Where somebody is in a grid. */
export interface GridPlace {
  place: number
  columns: number
  count: number
  /** Rows of one window. */
  page: number
}

/** Where a key leads to by the pattern of the ARIA guide for grids; null for a key that leads nowhere. */
export function nextPlace({ key, ctrlKey }: { key: string; ctrlKey: boolean }, { place, columns, count, page }: GridPlace): number | null {
  const rowBegin = place - (place % columns)
  const steps: Record<string, number> = {
    ArrowRight: place + 1,
    ArrowLeft: place - 1,
    ArrowDown: place + columns < count ? place + columns : place,
    ArrowUp: place >= columns ? place - columns : place,
    PageDown: place + columns * Math.min(page, Math.floor((count - 1 - place) / columns)),
    PageUp: place - columns * Math.min(page, Math.floor(place / columns)),
    Home: ctrlKey ? 0 : rowBegin,
    End: ctrlKey ? count - 1 : rowBegin + columns - 1,
  }
  const next = steps[key]
  return next === undefined ? null : Math.max(0, Math.min(count - 1, next))
}
