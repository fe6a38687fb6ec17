import { along, type Colour, lighten, mix, withAlpha } from '../colour.ts'
import { capsule, disc, evenGradient, fillBelow, glow, type Point, polygon } from './brushes.ts'
import { createNoise } from './noise.ts'
import type { Easel, Scene } from './scene.ts'

/** The lines a harbour is built on, in the easel's measure. */
interface Harbour {
  easel: Easel
  horizon: number
  sun: Point
  sunRadius: number
}

/** A bay at dawn or dusk: sun, banded clouds, headlands, a glittering road of light, boats with lanterns. */
export const harbour: Scene = {
  name: 'harbour',
  layouts: ['bleed', 'bleed', 'plate'],
  calm: 'top',
  paint(easel) {
    const view = survey(easel)
    paintSky(view)
    paintClouds(view)
    paintHeadlands(view)
    paintSea(view)
    paintRoadOfLight(view)
    paintBoats(view)
    paintShore(view)
    if (easel.detail > 0) paintBirds(view)
  },
}

function survey(easel: Easel): Harbour {
  const { width, height, chance, focus, calm } = easel
  const horizon =
    height *
    { top: chance.between(0.6, 0.66), bottom: chance.between(0.36, 0.42), left: 0.58, centre: 0.58, none: chance.between(0.52, 0.6) }[calm]
  const sunRadius = Math.min(width, height) * chance.between(0.085, 0.125)
  const sun = { x: width * (focus.x + chance.spread() * 0.06), y: horizon - sunRadius * chance.between(0.25, 1.5) }
  return { easel, horizon, sun, sunRadius }
}

function paintSky({ easel, horizon, sun, sunRadius }: Harbour): void {
  const { brush, width, height, palette } = easel
  brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: 0, y: horizon }, palette.sky)
  brush.fillRect(0, 0, width, horizon + 1)
  if (palette.night) paintStars(easel, horizon)
  glow(brush, sun, Math.max(width, height) * 0.55, lighten(palette.sun, 0.12), 0.5)
  glow(brush, sun, sunRadius * 2.4, lighten(palette.sun, 0.15), 0.5)
  disc(brush, sun, sunRadius, evenGradient(brush, { x: 0, y: sun.y - sunRadius }, { x: 0, y: sun.y + sunRadius }, sunColours(palette.sun)))
}

function sunColours(sun: Colour): Colour[] {
  return [sun, lighten(sun, 0.07)]
}

function paintStars({ brush, width, chance, unit, palette, detail }: Easel, horizon: number): void {
  const sky = chance.fork('stars')
  for (let star = 0; star < 40 + 50 * detail; star++) {
    const place = { x: sky.next() * width, y: sky.next() ** 1.6 * horizon * 0.7 }
    disc(brush, place, unit * sky.between(0.6, 1.7), withAlpha(palette.paper, sky.between(0.25, 0.9)))
  }
}

function paintClouds({ easel, horizon, sun }: Harbour): void {
  const { brush, width, chance, palette, detail } = easel
  const sky = chance.fork('clouds')
  for (let bank = 0; bank < 3 + detail; bank++) {
    const level = horizon * (0.98 - 0.15 * bank - sky.between(0, 0.05))
    const thickness = horizon * sky.between(0.012, 0.022)
    const middle = bank % 2 === 0 ? sun.x + width * sky.between(-0.3, 0.3) : width * sky.next()
    for (let strip = 0; strip < 3; strip++) {
      const length = width * sky.between(0.14, 0.4) * (1 - bank * 0.1)
      const left = middle - length / 2 + width * sky.between(-0.1, 0.1)
      const tint = mix(along(palette.sky, level / horizon), strip === 1 ? palette.sun : palette.paper, 0.55)
      capsule(brush, left, level - strip * thickness * 0.8, length, thickness, withAlpha(tint, 0.5 - bank * 0.06))
    }
  }
}

function paintHeadlands({ easel, horizon }: Harbour): void {
  const { brush, width, chance, palette, unit, calm } = easel
  const limit = horizon * (calm === 'top' ? 0.34 : 0.46)
  for (let layer = 0; layer < 3; layer++) {
    const shape = createNoise(chance, 5)
    const side = layer === 0 ? 0.5 : (layer + (chance.happens(0.5) ? 1 : 0)) % 2
    const peak = limit * [0.62, 0.5, 0.34][layer]!
    const reach = [0.75, 0.5, 0.36][layer]!
    const line: Point[] = []
    for (let x = -4 * unit; x <= width + 4 * unit; x += 3 * unit) {
      const distance = Math.abs(x / width - side) / reach
      const envelope = Math.max(0, 1 - distance ** 1.5)
      line.push({ x, y: horizon - peak * envelope * (0.62 + 0.5 * shape((x / width) * 3.2 + 11 * layer)) })
    }
    const tint = along(palette.land, layer * 0.3)
    const haze = mix(tint, palette.sky[2], 0.6 - layer * 0.16)
    fillBelow(brush, line, horizon + 1, evenGradient(brush, { x: 0, y: horizon - peak }, { x: 0, y: horizon }, [tint, haze]))
    if (layer === 2) paintVillage(easel, line, horizon)
  }
}

function paintVillage({ brush, chance, palette, unit, detail }: Easel, line: readonly Point[], horizon: number): void {
  const lights = chance.fork('village')
  const shore = line.filter((point) => point.y < horizon - 6 * unit)
  if (shore.length === 0) return
  for (let light = 0; light < 8 + 9 * detail; light++) {
    const point = lights.pick(shore)
    const place = { x: point.x, y: horizon - (horizon - point.y) * lights.between(0.06, 0.5) }
    glow(brush, place, 9 * unit, palette.accents[1], 0.5)
    disc(brush, place, 1.5 * unit, lighten(palette.accents[1], 0.1))
  }
}

function paintSea({ easel, horizon, sun }: Harbour): void {
  const { brush, width, height, palette, chance, unit, detail } = easel
  const near = mix(palette.land[2], palette.sky[0], palette.night ? 0.25 : 0.4)
  const colours = [mix(palette.sky[2], palette.land[0], 0.25), mix(palette.sky[1], palette.land[1], 0.5), near]
  brush.fillStyle = evenGradient(brush, { x: 0, y: horizon }, { x: 0, y: height }, colours)
  brush.fillRect(0, horizon, width, height - horizon)
  const water = chance.fork('ripples')
  for (let ripple = 0; ripple < 60 + 70 * detail; ripple++) {
    const depth = water.next() ** 1.4
    const y = horizon + depth * (height - horizon)
    const length = unit * (14 + depth * 150) * water.between(0.5, 1.4)
    const light = water.happens(0.5)
    const tint = light ? mix(palette.sky[2], palette.paper, 0.4) : palette.land[2]
    capsule(brush, water.next() * width - length / 2, y, length, unit * (0.8 + depth * 3.4), withAlpha(tint, light ? 0.16 : 0.1))
  }
  glow(brush, { x: sun.x, y: horizon }, width * 0.34, lighten(palette.sun, 0.15), 0.22)
}

function paintRoadOfLight({ easel, horizon, sun, sunRadius }: Harbour): void {
  const { brush, height, palette, chance, unit, detail } = easel
  const water = chance.fork('road of light')
  const bands = 26 + 12 * detail
  for (let band = 0; band < bands; band++) {
    const depth = (band / bands) ** 1.35
    const y = horizon + depth * (height - horizon) * 0.92
    const half = sunRadius * (0.92 - 0.55 * Math.sin(Math.PI * depth) + depth * 0.5) * water.between(0.35, 1.1)
    const middle = sun.x + sunRadius * water.spread() * (0.12 + 0.4 * depth)
    const tint = mix(palette.sun, palette.paper, 0.35 - depth * 0.2)
    capsule(brush, middle - half, y, 2 * half, unit * (1.8 + 6.5 * depth), withAlpha(tint, 0.8 - 0.5 * depth))
  }
}

function paintBoats({ easel, horizon, sun }: Harbour): void {
  const { width, height, chance, focus, detail, unit } = easel
  const fleet = chance.fork('boats')
  const berths = fleet.shuffle([-0.3, -0.14, 0.13, 0.29])
  const count = 2 + detail
  for (let boat = 0; boat < count; boat++) {
    const depth = 0.06 + (boat / count) * 0.42 + fleet.between(0, 0.05)
    const x = Math.max(0.08, Math.min(0.92, focus.x + berths[boat]! + fleet.spread() * 0.03)) * width
    const size = unit * (34 + depth * 260)
    paintBoat(easel, { x, y: horizon + depth * (height - horizon) }, size, x < sun.x ? 1 : -1, fleet.happens(0.7))
  }
}

function paintBoat({ brush, palette, unit }: Easel, place: Point, size: number, facing: 1 | -1, sails: boolean): void {
  const hull = mix(palette.ink, palette.land[2], 0.35)
  const at = (x: number, y: number): Point => ({ x: place.x + facing * x * size, y: place.y + y * size })
  const bottom = place.y + size * 0.12
  for (let strip = 0; strip < 7; strip++) {
    const half = size * (0.42 - 0.035 * strip) * (strip % 2 === 0 ? 1 : 0.8)
    const drift = size * 0.03 * Math.sin(strip * 2.1)
    capsule(
      brush,
      place.x + drift - half,
      bottom + size * (0.01 + 0.075 * strip),
      2 * half,
      size * 0.045,
      withAlpha(hull, 0.5 - strip * 0.065),
    )
  }
  if (sails) {
    polygon(brush, [at(0.02, -0.95), at(0.02, -0.1), at(0.42, -0.1)], palette.accents[0])
    polygon(brush, [at(-0.03, -0.85), at(-0.03, -0.1), at(-0.3, -0.1)], mix(palette.paper, palette.accents[0], 0.12))
    brush.fillStyle = hull
    brush.fillRect(place.x - unit, place.y - size, 2 * unit, size)
  } else {
    polygon(brush, [at(-0.2, -0.1), at(-0.2, -0.3), at(0.12, -0.3), at(0.16, -0.1)], mix(palette.paper, palette.land[1], 0.3))
  }
  brush.fillStyle = hull
  brush.beginPath()
  brush.moveTo(at(-0.52, -0.1).x, at(0, -0.1).y)
  brush.lineTo(at(0.58, -0.16).x, at(0, -0.16).y)
  brush.quadraticCurveTo(at(0.44, 0.12).x, bottom, at(0.26, 0.12).x, bottom)
  brush.lineTo(at(-0.36, 0.12).x, bottom)
  brush.closePath()
  brush.fill()
  paintLantern(brush, at(sails ? 0.5 : -0.3, sails ? -0.3 : -0.42), size * 0.05, palette.accents[1])
}

function paintLantern(brush: Easel['brush'], place: Point, radius: number, colour: Colour): void {
  glow(brush, place, radius * 8, colour, 0.6)
  disc(brush, place, radius, lighten(colour, 0.1))
}

function paintShore({ easel, horizon }: Harbour): void {
  const { brush, width, height, chance, palette, unit, focus, calm } = easel
  if (calm === 'bottom') return
  const quay = chance.fork('quay')
  const left = focus.x > 0.5
  const shore = mix(palette.ink, palette.land[2], 0.4)
  const far = { x: width * (left ? 0.3 : 0.7), y: horizon + (height - horizon) * 0.52 }
  const edge = left ? -unit : width + unit
  polygon(brush, [{ x: edge, y: far.y - 4 * unit }, far, { x: far.x, y: far.y + 12 * unit }, { x: edge, y: far.y + 26 * unit }], shore)
  const posts = 5
  for (let post = 0; post < posts; post++) {
    const share = (post + 0.4) / posts
    const x = far.x + (edge - far.x) * share
    const size = unit * (44 + 46 * share)
    brush.fillStyle = shore
    brush.fillRect(x - 2.2 * unit, far.y, 4.4 * unit, size * (0.7 + 0.3 * quay.next()))
    if (post % 2 === 1) continue
    brush.fillRect(x - 1.2 * unit, far.y - size, 2.4 * unit, size)
    paintLantern(brush, { x, y: far.y - size }, unit * (5 + 4 * share), palette.accents[1])
    capsule(brush, x - 9 * unit, far.y + size * 1.05, 18 * unit, 3 * unit, withAlpha(palette.accents[1], 0.5))
  }
}

function paintBirds({ easel, horizon, sun, sunRadius }: Harbour): void {
  const { brush, chance, palette, unit, detail } = easel
  const flock = chance.fork('birds')
  brush.strokeStyle = withAlpha(palette.night ? palette.paper : palette.ink, 0.75)
  brush.lineCap = 'round'
  for (let bird = 0; bird < 3 + 2 * detail; bird++) {
    const size = unit * flock.between(6, 12)
    const x = sun.x + sunRadius * flock.spread() * 2
    const y = Math.min(horizon * 0.86, sun.y - sunRadius * flock.between(0.6, 2))
    brush.lineWidth = size * 0.16
    brush.beginPath()
    brush.moveTo(x - size, y - size * 0.3)
    brush.quadraticCurveTo(x - size * 0.4, y - size * 0.55, x, y)
    brush.quadraticCurveTo(x + size * 0.4, y - size * 0.6, x + size, y - size * 0.4)
    brush.stroke()
  }
}
