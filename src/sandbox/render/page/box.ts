/** A rectangle in pixels of the finished picture. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** The box inside, `by` pixels from every edge. */
export function inset(box: Box, by: number): Box {
  return { x: box.x + by, y: box.y + by, width: Math.max(0, box.width - 2 * by), height: Math.max(0, box.height - 2 * by) }
}
