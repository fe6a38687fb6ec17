import { along, type Colour, lighten, mix, withAlpha } from '../colour.ts'
import { disc, evenGradient, glow, type Point } from './brushes.ts'
import { createNoise, type Noise } from './noise.ts'
import type { Easel, Scene } from './scene.ts'

/** Folds of cloth or light: many slightly different curves, each filled down to the next, over a soft field of colour. */
export const silk: Scene = {
  name: 'silk',
  layouts: ['bleed', 'plate'],
  calm: 'top',
  paint(easel) {
    paintField(easel)
    const { chance, detail } = easel
    const middle = { top: 0.68, bottom: 0.3, left: 0.58, centre: 0.5, none: 0.5 }[easel.calm]
    for (let bundle = 0; bundle < 2 + Math.min(1, detail); bundle++)
      paintBundle(easel, chance.fork(`bundle ${bundle}`).next() * 100, middle + 0.13 * bundle, bundle)
  },
}

function paintField({ brush, width, height, palette, chance, focus, calm }: Easel): void {
  const span = Math.hypot(width, height)
  brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: width * 0.35, y: height }, [palette.sky[0], palette.sky[1], palette.sky[2]])
  brush.fillRect(0, 0, width, height)
  const field = chance.fork('field')
  const colours = [palette.sky[2], palette.accents[2], palette.land[0], palette.accents[1]]
  for (const [index, colour] of colours.entries()) {
    const place = { x: width * field.between(0, 1), y: height * (calm === 'top' ? field.between(0.35, 1) : field.between(0, 1)) }
    glow(brush, place, span * field.between(0.3, 0.5), colour, index % 2 === 0 ? 0.6 : 0.32)
  }
  const radius = Math.min(width, height) * field.between(0.13, 0.19)
  const sun = { x: width * focus.x, y: height * { top: 0.5, bottom: 0.16, left: 0.34, centre: 0.3, none: 0.3 }[calm] }
  glow(brush, sun, radius * 3, lighten(palette.sun, 0.1), 0.45)
  disc(
    brush,
    sun,
    radius,
    evenGradient(brush, { x: 0, y: sun.y - radius }, { x: 0, y: sun.y + radius }, [
      palette.sun,
      mix(palette.sun, palette.accents[1], 0.55),
    ]),
  )
}

function paintBundle(easel: Easel, phase: number, level: number, bundle: number): void {
  const { brush, width, height, chance, detail, unit } = easel
  const swell = createNoise(chance.fork(`swell ${bundle}`), 2)
  const folds = chance.fork(`folds ${bundle}`)
  const threads = 30 + 12 * detail
  const colours = bundleColours(easel, bundle)
  const slope = folds.between(-0.16, 0.16) * height
  const creases = folds.between(2.2, 3.6)
  const lines = Array.from({ length: threads }, (_, thread) =>
    threadLine(easel, swell, { share: thread / (threads - 1), phase, level, slope }),
  )
  for (const [thread, line] of lines.entries()) {
    const share = thread / (threads - 1)
    const light = Math.sin(share * Math.PI * 2 * creases + phase)
    const base = lighten(along(colours, share), 0.075 * light)
    brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: width, y: 0 }, [
      lighten(base, 0.04),
      mix(base, colours.at(-1)!, 0.3),
      lighten(base, 0.05),
    ])
    fillStrip(brush, line, lines[thread + OVERLAP], height + unit)
    if (light > 0.55) strokeThread(easel, line, 0.22 * light)
  }
}

/** How many threads a strip reaches down: more than one, so that no ground shines through the soft edges. */
const OVERLAP = 3

/** Fills from a thread down to a later one; the last threads reach down to the foot of the picture. */
function fillStrip(brush: Easel['brush'], upper: readonly Point[], lower: readonly Point[] | undefined, foot: number): void {
  brush.beginPath()
  for (const point of upper) brush.lineTo(point.x, point.y)
  if (lower) {
    for (const point of lower.toReversed()) brush.lineTo(point.x, point.y)
  } else {
    brush.lineTo(upper.at(-1)!.x, foot)
    brush.lineTo(upper[0]!.x, foot)
  }
  brush.closePath()
  brush.fill()
}

function strokeThread({ brush, palette, unit }: Easel, line: readonly Point[], opacity: number): void {
  brush.strokeStyle = withAlpha(palette.paper, opacity)
  brush.lineWidth = unit
  brush.beginPath()
  for (const point of line) brush.lineTo(point.x, point.y)
  brush.stroke()
}

function bundleColours({ palette }: Easel, bundle: number): Colour[] {
  return [
    [
      palette.accents[0],
      mix(palette.accents[0], palette.accents[1], 0.6),
      palette.accents[1],
      mix(palette.land[1], palette.accents[0], 0.35),
    ],
    [mix(palette.land[0], palette.sky[1], 0.5), palette.accents[2], palette.land[1]],
    [palette.land[1], mix(palette.land[1], palette.land[2], 0.6), palette.land[2]],
  ][bundle]!
}

/** One curve of a bundle: a shared swell that drifts with `share`, so that neighbours lie close and fans open and close. */
function threadLine(
  { width, height }: Easel,
  swell: Noise,
  { share, phase, level, slope }: Record<'share' | 'phase' | 'level' | 'slope', number>,
): Point[] {
  const steps = 90
  const stretch = Math.max(width, height * 0.8)
  return Array.from({ length: steps + 1 }, (_, step) => {
    const across = -0.02 + (step / steps) * 1.04
    const position = (across * width) / stretch
    const opening = 0.5 + 0.5 * Math.sin(position * 3.6 + phase)
    const wave = swell(position * 2.1 + share * 0.55 + phase)
    return { x: across * width, y: height * (level + 0.2 * wave + share * (0.08 + 0.34 * opening)) + slope * (across - 0.5) }
  })
}
