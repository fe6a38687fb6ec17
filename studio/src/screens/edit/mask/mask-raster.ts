/** A rectangle in whole pixels of the picture, from its upper left corner. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** A place in the picture, in its pixels; fractions are allowed. */
export interface Point {
  x: number
  y: number
}

/** A dot of the brush. */
export interface Dot extends Point {
  radius: number
}

/** What is to be done to a pixel: 255 = the edit may paint here, 0 = it must not. */
export type Ink = 0 | 255

/** One byte for each pixel of the picture, row by row: how far the edit may paint there, 0..255. */
export interface MaskRaster {
  readonly width: number
  readonly height: number
  readonly values: Uint8Array
}

/** A raster that lets nothing be painted. */
export function emptyRaster(width: number, height: number): MaskRaster {
  return { width, height, values: new Uint8Array(width * height) }
}

/** The part of a box that lies in the picture; null when none does. */
export function clipBox({ width, height }: Pick<MaskRaster, 'width' | 'height'>, box: Box): Box | null {
  const [left, top] = [Math.max(0, Math.floor(box.x)), Math.max(0, Math.floor(box.y))]
  const [right, bottom] = [Math.min(width, Math.ceil(box.x + box.width)), Math.min(height, Math.ceil(box.y + box.height))]
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null
}

/** The smallest box around two; either may be missing. */
export function joinBoxes(one: Box | null, other: Box | null): Box | null {
  if (one === null || other === null) return one ?? other
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)]
  const right = Math.max(one.x + one.width, other.x + other.width)
  const bottom = Math.max(one.y + one.height, other.y + other.height)
  return { x, y, width: right - x, height: bottom - y }
}

/** The box between two corners, in any order. */
export function boxBetween(one: Point, other: Point): Box {
  const [x, y] = [Math.floor(Math.min(one.x, other.x)), Math.floor(Math.min(one.y, other.y))]
  return { x, y, width: Math.ceil(Math.max(one.x, other.x)) - x, height: Math.ceil(Math.max(one.y, other.y)) - y }
}

/** The whole picture. */
export function wholeBox({ width, height }: Pick<MaskRaster, 'width' | 'height'>): Box {
  return { x: 0, y: 0, width, height }
}

/** What a stroke between two dots may touch. */
export function strokeBox(from: Dot, to: Dot): Box {
  const [x, y] = [Math.min(from.x - from.radius, to.x - to.radius), Math.min(from.y - from.radius, to.y - to.radius)]
  const right = Math.max(from.x + from.radius, to.x + to.radius)
  const bottom = Math.max(from.y + from.radius, to.y + to.radius)
  return { x: x - 1, y: y - 1, width: right - x + 2, height: bottom - y + 2 }
}

/** Paints every pixel whose middle a brush passes over on its way from one dot to the other; the pixel under a dot always. */
export function paintStroke(raster: MaskRaster, from: Dot, to: Dot, ink: Ink): void {
  const box = clipBox(raster, strokeBox(from, to))
  if (box === null) return
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const squaredLength = dx * dx + dy * dy
  for (let y = box.y; y < box.y + box.height; y++) {
    const fromY = y + 0.5 - from.y
    for (let x = box.x; x < box.x + box.width; x++) {
      const fromX = x + 0.5 - from.x
      const along = squaredLength === 0 ? 0 : Math.min(1, Math.max(0, (fromX * dx + fromY * dy) / squaredLength))
      const [offX, offY] = [fromX - along * dx, fromY - along * dy]
      const radius = from.radius + along * (to.radius - from.radius)
      if (offX * offX + offY * offY <= radius * radius) raster.values[y * raster.width + x] = ink
    }
  }
  for (const dot of [from, to]) paintPixel(raster, dot, ink)
}

function paintPixel({ width, height, values }: MaskRaster, at: Point, ink: Ink): void {
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)]
  if (x >= 0 && y >= 0 && x < width && y < height) values[y * width + x] = ink
}

/** Fills a rectangle, or what of it lies in the picture. */
export function fillBox(raster: MaskRaster, box: Box, ink: Ink): void {
  const inside = clipBox(raster, box)
  if (inside === null) return
  for (let y = inside.y; y < inside.y + inside.height; y++) {
    const start = y * raster.width + inside.x
    raster.values.fill(ink, start, start + inside.width)
  }
}

/** The smallest box around some points. */
export function polygonBox(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  return boxBetween({ x: Math.min(...xs), y: Math.min(...ys) }, { x: Math.max(...xs), y: Math.max(...ys) })
}

/** Fills what a closed line runs around, by the even-odd rule: a pixel belongs to it when its middle does. */
export function fillPolygon(raster: MaskRaster, points: readonly Point[], ink: Ink): void {
  if (points.length < 3) return
  const box = clipBox(raster, polygonBox(points))
  if (box === null) return
  for (let y = box.y; y < box.y + box.height; y++) {
    const crossings = crossingsAt(points, y + 0.5)
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const from = Math.max(box.x, Math.ceil(crossings[index]! - 0.5))
      const to = Math.min(box.x + box.width, Math.ceil(crossings[index + 1]! - 0.5))
      if (to > from) raster.values.fill(ink, y * raster.width + from, y * raster.width + to)
    }
  }
}

/** Where a closed line crosses a height, from left to right. */
function crossingsAt(points: readonly Point[], height: number): number[] {
  const crossings: number[] = []
  points.forEach((start, index) => {
    const end = points[(index + 1) % points.length]!
    if (start.y < height === end.y < height) return
    crossings.push(start.x + ((height - start.y) / (end.y - start.y)) * (end.x - start.x))
  })
  return crossings.sort((one, other) => one - other)
}

/** Where the edit may paint it must not, and the other way round. */
export function invertRaster({ values }: MaskRaster): void {
  for (let index = 0; index < values.length; index++) values[index] = 255 - values[index]!
}

/** Puts another raster in, with its upper left corner at a place; what lies beyond the picture is left out. */
export function placeRaster(raster: MaskRaster, placed: MaskRaster, at: Point): void {
  const box = clipBox(raster, { ...at, width: placed.width, height: placed.height })
  if (box === null) return
  for (let y = box.y; y < box.y + box.height; y++) {
    const start = (y - at.y) * placed.width + (box.x - at.x)
    raster.values.set(placed.values.subarray(start, start + box.width), y * raster.width + box.x)
  }
}

/** How much of the picture the edit may paint, 0..1; partly open pixels count in full. */
export function openShare({ values }: MaskRaster): number {
  let open = 0
  for (let index = 0; index < values.length; index++) if (values[index] !== 0) open++
  return open / values.length
}
