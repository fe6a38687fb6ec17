import { along, lighten, mix, withAlpha } from '../colour.ts'
import { capsule, disc, evenGradient, fade, fillBelow, glow, type Point } from './brushes.ts'
import { createNoise } from './noise.ts'
import type { Easel, Scene } from './scene.ts'

/** Mountains behind mountains, each a little nearer and deeper, with mist between them and pines on the last ones. */
export const ridges: Scene = {
  name: 'ridges',
  layouts: ['bleed', 'bleed', 'plate'],
  calm: 'top',
  paint(easel) {
    paintSky(easel)
    const top = easel.height * { top: 0.42, bottom: 0.2, left: 0.34, centre: 0.34, none: 0.34 }[easel.calm]
    const floor = easel.height * (easel.calm === 'bottom' ? 0.72 : 1)
    if (easel.chance.happens(0.55)) paintPeak(easel, top, floor)
    const layers = 5 + easel.detail
    for (let layer = 0; layer < layers; layer++) paintRidge(easel, layer / (layers - 1), top, floor)
    paintBirds(easel, top)
  },
}

function paintSky(easel: Easel): void {
  const { brush, width, height, palette, chance, focus, calm, unit, detail } = easel
  const colours = calm === 'bottom' ? [...palette.sky].reverse() : palette.sky
  brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: 0, y: height * 0.75 }, palette.night ? palette.sky : colours)
  brush.fillRect(0, 0, width, height)
  const stars = chance.fork('stars')
  for (let star = 0; palette.night && star < 60 + 60 * detail; star++)
    disc(
      brush,
      { x: stars.next() * width, y: stars.next() ** 1.5 * height * 0.5 },
      unit * stars.between(0.6, 1.8),
      withAlpha(palette.paper, stars.between(0.2, 0.9)),
    )
  const radius = Math.min(width, height) * chance.between(0.1, 0.16)
  const sun = {
    x: width * (focus.x + chance.spread() * 0.1),
    y: height * { top: 0.42, bottom: 0.2, left: 0.3, centre: 0.3, none: 0.28 }[calm],
  }
  glow(brush, sun, radius * 4.5, lighten(palette.sun, 0.1), 0.4)
  disc(
    brush,
    sun,
    radius,
    evenGradient(brush, { x: 0, y: sun.y - radius }, { x: 0, y: sun.y + radius }, [palette.sun, lighten(palette.sun, 0.08)]),
  )
  const clouds = chance.fork('clouds')
  for (let cloud = 0; cloud < 4 + 2 * detail; cloud++) {
    const length = radius * clouds.between(1.2, 3.2)
    const y = sun.y + radius * clouds.between(-0.5, 1.6)
    capsule(
      brush,
      sun.x - length / 2 + radius * clouds.spread() * 1.6,
      y,
      length,
      radius * clouds.between(0.07, 0.13),
      withAlpha(mix(palette.sky[2], palette.paper, 0.5), 0.55),
    )
  }
}

/** One high snow-capped cone behind everything. */
function paintPeak({ brush, width, height, palette, chance, focus }: Easel, top: number, floor: number): void {
  const rock = chance.fork('peak')
  const shape = createNoise(rock, 4)
  const summit = {
    x: width * (focus.x + (focus.x > 0.5 ? -0.2 : 0.2) * rock.between(0.6, 1.2)),
    y: top - height * rock.between(0.02, 0.07),
  }
  const reach = Math.max(width * 0.5, height * 0.42)
  const base = top + (floor - top) * 0.5
  const flank = (x: number): number => {
    const distance = Math.min(1, Math.abs(x - summit.x) / reach)
    const crater = distance < 0.035 ? 0.035 : distance
    return base - (base - summit.y) * (1 - crater) ** 1.75 + shape((x / width) * 9) * height * 0.004
  }
  const line = points(width, (x) => flank(x))
  fillBelow(
    brush,
    line,
    base,
    evenGradient(brush, summit, { x: summit.x, y: base }, [
      mix(palette.land[0], palette.land[1], 0.45),
      mix(palette.land[0], palette.sky[2], 0.6),
    ]),
  )
  const snowline = summit.y + (base - summit.y) * 0.26
  const snow = line.filter((point) => point.y < snowline)
  const edge = createNoise(rock.fork('snow'), 4)
  brush.fillStyle = withAlpha(mix(palette.paper, palette.sky[2], 0.2), 0.95)
  brush.beginPath()
  for (const point of snow) brush.lineTo(point.x, point.y - 0.5)
  for (const point of snow.toReversed()) {
    const depth = snowline - point.y
    const drip = edge((point.x / width) * 34) * 0.16 - 0.03
    brush.lineTo(point.x, Math.max(point.y, snowline + drip * Math.min(base - summit.y, depth * 6)))
  }
  brush.closePath()
  brush.fill()
}

function paintRidge(easel: Easel, nearness: number, top: number, floor: number): void {
  const { brush, width, height, palette, chance, unit, detail } = easel
  const shape = createNoise(chance, nearness > 0.55 ? 5 : 4)
  const level = top + (floor - top) * (0.2 + 0.66 * nearness ** 1.15)
  const swing = height * (0.1 + 0.07 * (1 - Math.abs(nearness - 0.4)))
  const zoom = 2.2 + 1.4 * nearness
  const line = points(width, (x) => level + shape((x / Math.max(width, height * 0.7)) * zoom + nearness * 50) * swing)
  const tint = along(palette.land, nearness)
  const mist = mix(tint, palette.sky[2], 0.75 * (1 - nearness))
  const depth = height * 0.24
  fillBelow(brush, line, height, evenGradient(brush, { x: 0, y: level - swing * 0.5 }, { x: 0, y: level + depth }, [tint, mist]))
  if (nearness < 0.95) {
    brush.fillStyle = fade(brush, { x: 0, y: level + depth * 0.1 }, { x: 0, y: level + depth }, palette.sky[2], 0, 0.42 * (1 - nearness))
    brush.fillRect(0, level + depth * 0.1, width, height - level)
  }
  if (nearness > 0.5) paintPines(easel, line, nearness, unit * (12 + 62 * (nearness - 0.5) ** 1.2) * (1 + detail * 0.04))
}

function paintPines({ brush, chance, palette, detail, width }: Easel, line: readonly Point[], nearness: number, size: number): void {
  const forest = chance.fork(`pines ${nearness.toFixed(2)}`)
  const density = createNoise(forest, 2)
  brush.fillStyle = mix(along(palette.land, nearness), palette.ink, 0.18)
  brush.beginPath()
  const stride = Math.max(1, Math.round(line.length / ((width / size) * (2.2 + detail))))
  for (let index = 0; index < line.length; index += stride) {
    const point = line[index]!
    if (density((point.x / width) * 5) < -0.05) continue
    addPine(brush, { x: point.x + size * 0.3 * forest.spread(), y: point.y + size * 0.16 }, size * forest.between(0.5, 1.25))
  }
  brush.fill()
}

function addPine(brush: Easel['brush'], foot: Point, height: number): void {
  const tiers = 4
  for (let tier = 0; tier < tiers; tier++) {
    const tip = foot.y - height * (1 - tier * 0.17)
    const hem = foot.y - height * (0.62 - tier * 0.205)
    const half = height * (0.085 + 0.045 * tier)
    brush.moveTo(foot.x, tip)
    brush.lineTo(foot.x + half, hem)
    brush.lineTo(foot.x - half, hem)
    brush.closePath()
  }
}

function paintBirds({ brush, chance, palette, unit, width, focus, detail }: Easel, top: number): void {
  if (detail === 0) return
  const flock = chance.fork('birds')
  brush.strokeStyle = withAlpha(palette.night ? palette.paper : palette.ink, 0.7)
  brush.lineCap = 'round'
  brush.lineWidth = unit * 1.7
  for (let bird = 0; bird < 4 + detail; bird++) {
    const size = unit * flock.between(6, 11)
    const x = width * (focus.x - 0.1) + unit * 34 * bird + unit * 20 * flock.spread()
    const y = top + unit * (30 + 14 * Math.abs(bird - 2) + 12 * flock.spread())
    brush.beginPath()
    brush.moveTo(x - size, y - size * 0.3)
    brush.quadraticCurveTo(x - size * 0.4, y - size * 0.6, x, y)
    brush.quadraticCurveTo(x + size * 0.4, y - size * 0.6, x + size, y - size * 0.3)
    brush.stroke()
  }
}

function points(width: number, level: (x: number) => number): Point[] {
  const step = Math.max(1.5, width / 700)
  const line: Point[] = []
  for (let x = -step; x <= width + step; x += step) line.push({ x, y: level(x) })
  return line
}
