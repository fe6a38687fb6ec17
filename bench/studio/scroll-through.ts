import type { Page } from 'playwright-core'

/** What the page saw while it was scrolled. */
export interface Scrolled {
  /** Milliseconds from each frame to the next. */
  frames: number[]
  /** Small pictures that were loaded on the way. */
  loaded: number
  seconds: number
}

/** Without a step forward for so long, it does not get further. */
const STUCK_MS = 30_000

/** Scrolls a page by so much in each frame until the grid on it has shown its last picture. */
export async function scrollThrough(page: Page, { items, stepPx }: { items: number; stepPx: number }): Promise<Scrolled> {
  const scrolled = (await page.evaluate(`(${scroll.toString()})(${items}, ${stepPx}, ${STUCK_MS})`)) as Scrolled | null
  if (scrolled === null) throw new Error('the end of the library was not reached')
  return scrolled
}

/** In the page. */
function scroll(items: number, stepPx: number, stuckMs: number): Promise<Scrolled | null> {
  const { document, scrollBy, requestAnimationFrame, performance } = globalThis as unknown as Window
  const frames: number[] = []
  performance.setResourceTimingBufferSize(items * 2)
  const beganAt = performance.now()
  let [last, movedAt] = [beganAt, beganAt]
  return new Promise((resolve) => {
    const step = (now: number) => {
      frames.push(now - last)
      last = now
      const grid = document.querySelector('[role=grid]')
      const places = [...(grid?.querySelectorAll<{ dataset: { place: string } }>('[data-place]') ?? [])]
      if (places.some(({ dataset }) => Number(dataset.place) === items - 1)) {
        const loaded = performance
          .getEntriesByType('resource')
          .filter(({ name, responseStatus }) => name.includes('/thumbnail') && responseStatus === 200)
        return resolve({ frames: frames.slice(1), loaded: loaded.length, seconds: (performance.now() - beganAt) / 1000 })
      }
      const before = document.documentElement.scrollTop
      scrollBy(0, stepPx)
      if (document.documentElement.scrollTop !== before) movedAt = now
      if (now - movedAt > stuckMs) return resolve(null)
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
}

interface Element {
  querySelectorAll<Found>(selector: string): Iterable<Found>
}

interface Window {
  document: { querySelector(selector: string): Element | null; documentElement: { scrollTop: number } }
  scrollBy(x: number, y: number): void
  requestAnimationFrame(call: (now: number) => void): void
  performance: {
    now(): number
    setResourceTimingBufferSize(size: number): void
    getEntriesByType(type: 'resource'): { name: string; responseStatus: number }[]
  }
}
