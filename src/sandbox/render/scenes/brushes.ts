import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import type { Chance } from '../chance.ts'
import { along, type Colour, withAlpha } from '../colour.ts'

/** A point in the easel's measure. */
export interface Point {
  x: number
  y: number
}

/** A colour, gradient or pattern to fill with. */
export type Paint = SKRSContext2D['fillStyle']
/** A gradient made by a brush. */
export type Gradient = ReturnType<SKRSContext2D['createLinearGradient']>

const GRADIENT_STOPS = 10

/** A linear gradient whose steps look even: the colours are mixed in OKLab and handed over as many stops. */
export function evenGradient(brush: SKRSContext2D, from: Point, to: Point, colours: readonly Colour[]): Gradient {
  const gradient = brush.createLinearGradient(from.x, from.y, to.x, to.y)
  for (let stop = 0; stop <= GRADIENT_STOPS; stop++) gradient.addColorStop(stop / GRADIENT_STOPS, along(colours, stop / GRADIENT_STOPS))
  return gradient
}

/** A gradient of one colour whose opacity runs from `first` to `last` along the line. */
export function fade(brush: SKRSContext2D, from: Point, to: Point, colour: Colour, first: number, last: number): Gradient {
  const gradient = brush.createLinearGradient(from.x, from.y, to.x, to.y)
  for (let stop = 0; stop <= GRADIENT_STOPS; stop++) {
    const share = stop / GRADIENT_STOPS
    const eased = share * share * (3 - 2 * share)
    gradient.addColorStop(share, withAlpha(colour, first + (last - first) * eased))
  }
  return gradient
}

/** Light around a point that falls off softly to nothing at `radius`. */
export function glow(brush: SKRSContext2D, centre: Point, radius: number, colour: Colour, strength: number): void {
  const gradient = brush.createRadialGradient(centre.x, centre.y, 0, centre.x, centre.y, radius)
  for (let stop = 0; stop <= 6; stop++) gradient.addColorStop(stop / 6, withAlpha(colour, strength * (1 - stop / 6) ** 2))
  brush.fillStyle = gradient
  brush.fillRect(centre.x - radius, centre.y - radius, 2 * radius, 2 * radius)
}

/** Fills a disc. */
export function disc(brush: SKRSContext2D, centre: Point, radius: number, fill: Paint): void {
  brush.fillStyle = fill
  brush.beginPath()
  brush.arc(centre.x, centre.y, radius, 0, 2 * Math.PI)
  brush.fill()
}

/** Fills everything below a line of points, down to `bottom`. */
export function fillBelow(brush: SKRSContext2D, line: readonly Point[], bottom: number, fill: Paint): void {
  const first = line[0]
  const last = line.at(-1)
  if (!first || !last) return
  brush.fillStyle = fill
  brush.beginPath()
  brush.moveTo(first.x, bottom)
  for (const point of line) brush.lineTo(point.x, point.y)
  brush.lineTo(last.x, bottom)
  brush.closePath()
  brush.fill()
}

/** Fills a polygon. */
export function polygon(brush: SKRSContext2D, points: readonly Point[], fill: Paint): void {
  brush.fillStyle = fill
  brush.beginPath()
  for (const [index, point] of points.entries()) {
    if (index === 0) brush.moveTo(point.x, point.y)
    else brush.lineTo(point.x, point.y)
  }
  brush.closePath()
  brush.fill()
}

/** A lozenge with round ends, the cloud and ripple form of woodblock prints. */
export function capsule(brush: SKRSContext2D, x: number, y: number, width: number, height: number, fill: Paint): void {
  brush.fillStyle = fill
  brush.beginPath()
  brush.roundRect(x, y, width, height, height / 2)
  brush.fill()
}

/** Draws with a soft shadow below whatever `draw` fills; `lift` is how far the paper stands off, in pixels. */
export function lifted(brush: SKRSContext2D, lift: number, colour: Colour, opacity: number, draw: () => void): void {
  brush.save()
  brush.shadowColor = withAlpha(colour, opacity)
  brush.shadowBlur = lift * 1.6
  brush.shadowOffsetY = lift * 0.7
  draw()
  brush.restore()
}

const GRAIN_TILE = 192

/** Paper grain over an area: a repeated tile of few grey steps, so that a png grows little by it. `strength` 0..1. */
export function grain(brush: SKRSContext2D, chance: Chance, width: number, height: number, pixel: number, strength: number): void {
  const tile = createCanvas(GRAIN_TILE, GRAIN_TILE)
  const pen = tile.getContext('2d')
  const pixels = pen.createImageData(GRAIN_TILE, GRAIN_TILE)
  for (let at = 0; at < pixels.data.length; at += 4) {
    const value = chance.next()
    if (value > 0.3) continue
    pixels.data.fill(value < 0.15 ? 255 : 0, at, at + 3)
    pixels.data[at + 3] = Math.round(255 * strength)
  }
  pen.putImageData(pixels, 0, 0)
  brush.save()
  brush.scale(pixel, pixel)
  brush.fillStyle = brush.createPattern(tile, 'repeat')
  brush.fillRect(0, 0, width / pixel, height / pixel)
  brush.restore()
}
