import type { Box } from './drift-measurement.ts'
import type { Size } from './working-picture.ts'

/** What a pixel of the working size is to the comparison: `kept` must not have changed, `open` was the edit's to change. */
export const PLACE = { neither: 0, kept: 1, open: 2 } as const

/** One `PLACE` a pixel. */
export type Places = Uint8Array

/** Resampling moves the alpha of an opaque or transparent pixel by a few levels. */
const NEARLY_OPAQUE = 250
const NEARLY_TRANSPARENT = 5

/**
 * Reads a mask's alpha channel: transparent is open, opaque is kept. What lies between (a soft edge, or one that was resampled) is
 * neither: there a change is expected in part. Without a mask everything is kept.
 */
export function placesOf(maskAlpha: Uint8Array | null, { width, height }: Size): Places {
  if (!maskAlpha) return new Uint8Array(width * height).fill(PLACE.kept)
  return maskAlpha.map((alpha) => {
    if (alpha >= NEARLY_OPAQUE) return PLACE.kept
    return alpha <= NEARLY_TRANSPARENT ? PLACE.open : PLACE.neither
  })
}

/** Brings a box to another size of the same picture, cut off at its borders; null when nothing of it is left. */
export function scaleBox(box: Box, from: Size, to: Size): Box | null {
  const [scaleX, scaleY] = [to.width / from.width, to.height / from.height]
  const left = Math.max(0, Math.floor(box.x * scaleX))
  const top = Math.max(0, Math.floor(box.y * scaleY))
  const right = Math.min(to.width, Math.ceil((box.x + box.width) * scaleX))
  const bottom = Math.min(to.height, Math.ceil((box.y + box.height) * scaleY))
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null
}

/** A box with room about it, as far as the picture has any. @param margin pixels on each side, 4 at least */
export function withMargin({ x, y, width, height }: Box, margin: number, picture: Size): Box {
  const room = Math.max(LEAST_MARGIN, Math.round(margin))
  const [left, top] = [Math.max(0, x - room), Math.max(0, y - room)]
  const [right, bottom] = [Math.min(picture.width, x + width + room), Math.min(picture.height, y + height + room)]
  return { x: left, y: top, width: right - left, height: bottom - top }
}

const LEAST_MARGIN = 4

/** Pixels that touch one another, corners included. */
export interface ConnectedArea {
  pixels: number
  /** Its bounds. */
  box: Box
}

/** All sets of marked pixels that touch one another, in the order of their first pixels. */
export function connectedAreas(marked: Uint8Array, size: Size): ConnectedArea[] {
  const left = new Uint8Array(marked)
  const areas: ConnectedArea[] = []
  for (let at = left.indexOf(1); at >= 0; at = left.indexOf(1, at + 1)) areas.push(takeConnected(left, at, size))
  return areas
}

/** The one with the most pixels, the first of those with as many; null when there is none. */
export function largestOf(areas: readonly ConnectedArea[]): ConnectedArea | null {
  return areas.reduce<ConnectedArea | null>((best, area) => (area.pixels > (best?.pixels ?? 0) ? area : best), null)
}

/** Bounds of the largest set of marked pixels that touch one another; null when none is marked. */
export function largestMarked(marked: Uint8Array, size: Size): Box | null {
  return largestOf(connectedAreas(marked, size))?.box ?? null
}

/** Unmarks everything connected with the pixel at `start`. @returns its bounds */
function takeConnected(marked: Uint8Array, start: number, { width, height }: Size): ConnectedArea {
  const waiting = [start]
  marked[start] = 0
  let [pixels, left, right, top, bottom] = [0, width, 0, height, 0]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const x = at % width
    const y = (at - x) / width
    pixels++
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++)
      for (let next = row * width + Math.max(0, x - 1); next <= row * width + Math.min(width - 1, x + 1); next++)
        if (marked[next] === 1) {
          marked[next] = 0
          waiting.push(next)
        }
  }
  return { pixels, box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 } }
}
