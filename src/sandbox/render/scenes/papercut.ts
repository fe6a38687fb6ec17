import { along, type Colour, lighten, mix, withAlpha } from '../colour.ts'
import { disc, evenGradient, fillBelow, glow, lifted, type Point } from './brushes.ts'
import { createNoise, type Noise } from './noise.ts'
import type { Easel, Scene } from './scene.ts'

/** The middle of the cut and its half axes. */
interface Opening {
  centre: Point
  across: number
  down: number
}

/** Sheets of coloured paper, each cut open a little wider than the one behind it, with leaves growing into the light. */
export const papercut: Scene = {
  name: 'papercut',
  layouts: ['framed', 'plate'],
  calm: 'top',
  paint(easel) {
    const { width, height, focus, calm, detail } = easel
    const opening = {
      centre: { x: width * (calm === 'none' ? 0.5 : focus.x), y: height * focus.y },
      across: width * 0.5,
      down: height * 0.5,
    }
    paintGround(easel, opening)
    const sheets = 4 + Math.min(1, detail)
    for (let sheet = 0; sheet < sheets; sheet++) {
      const nearness = sheet / (sheets - 1)
      paintSheet(easel, opening, nearness)
      paintSprigs(easel, opening, nearness, nearness + 1 / (sheets - 1))
    }
  },
}

function sheetColour({ palette }: Easel, nearness: number): Colour {
  return along(
    [mix(palette.sky[1], palette.land[0], 0.6), mix(palette.land[0], palette.land[1], 0.5), palette.land[1], palette.land[2]],
    nearness,
  )
}

function paintGround(easel: Easel, { centre }: Opening): void {
  const { brush, width, height, palette, calm, chance } = easel
  const light = palette.night ? mix(palette.paper, palette.sky[2], 0.2) : palette.paper
  brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: 0, y: height }, [light, mix(light, palette.sky[2], 0.6)])
  brush.fillRect(0, 0, width, height)
  if (calm === 'centre') return
  const radius = Math.min(width, height) * 0.15
  const sun = { x: centre.x, y: centre.y - radius * 0.5 }
  glow(brush, sun, radius * 2.6, palette.sun, 0.3)
  disc(brush, sun, radius, palette.sun)
  for (let hill = 0; hill < 3; hill++) {
    const shape = createNoise(chance.fork(`hill ${hill}`), 2)
    const level = centre.y + radius * (0.35 + 0.5 * hill)
    const line = Array.from({ length: 80 }, (_, index) => ({ x: (index / 79) * width, y: level + shape((index / 79) * 4) * radius * 0.7 }))
    lifted(brush, easel.unit * 8, palette.ink, 0.25, () => fillBelow(brush, line, height, sheetColour(easel, 0.12 + 0.2 * hill)))
  }
}

const SQUARENESS = 3.2

/** How far the cut of a sheet reaches at an angle, as a share of the half axes: a rounded rectangle. */
function reach(angle: number, nearness: number): number {
  const rounded = (Math.abs(Math.cos(angle)) ** SQUARENESS + Math.abs(Math.sin(angle)) ** SQUARENESS) ** (-1 / SQUARENESS)
  return rounded * (0.66 + 0.26 * nearness)
}

/** The uneven hand of the scissors, around 1. */
function livingEdge(angle: number, edge: Noise): number {
  return 1 + 0.085 * (edge(4 + 2.2 * Math.cos(angle)) + edge(40 + 2.2 * Math.sin(angle)))
}

function paintSheet(easel: Easel, opening: Opening, nearness: number): void {
  const { brush, width, height, chance, palette, unit } = easel
  const edge = createNoise(chance.fork(`sheet ${nearness.toFixed(2)}`), 2)
  const cut = Array.from({ length: 140 }, (_, step) => {
    const angle = (step / 140) * 2 * Math.PI
    const share = reach(angle, nearness) * livingEdge(angle, edge)
    return { x: Math.cos(angle) * opening.across * share, y: Math.sin(angle) * opening.down * share }
  })
  const shadow = unit * (13 + 10 * nearness)
  brush.fillStyle = withAlpha(palette.ink, 0.053)
  for (let step = SHADOW_STEPS; step > 0; step--) {
    const reachPixels = (shadow * step) / SHADOW_STEPS
    fillAround(easel, cut, { x: opening.centre.x, y: opening.centre.y + reachPixels * 0.55 }, reachPixels)
  }
  const colour = sheetColour(easel, nearness)
  brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: width * 0.3, y: height }, [lighten(colour, 0.03), lighten(colour, -0.02)])
  fillAround(easel, cut, opening.centre, 0)
}

/** A shadow in steps costs a fifth of a blurred one over the whole picture, and looks the same behind paper. */
const SHADOW_STEPS = 10

/** Fills the sheet around its cut, which is made narrower by `tighter` pixels. */
function fillAround({ brush, width, height }: Easel, cut: readonly Point[], centre: Point, tighter: number): void {
  brush.beginPath()
  brush.rect(0, 0, width, height)
  for (const [index, point] of cut.entries()) {
    const share = Math.max(0, 1 - tighter / Math.hypot(point.x, point.y))
    if (index === 0) brush.moveTo(centre.x + point.x * share, centre.y + point.y * share)
    else brush.lineTo(centre.x + point.x * share, centre.y + point.y * share)
  }
  brush.closePath()
  brush.fill('evenodd')
}

/** Leaves that grow from below the next sheet into the opening, so that no stem ends in the air. */
function paintSprigs(easel: Easel, opening: Opening, nearness: number, next: number): void {
  const { chance, detail, palette, unit, width, height, brush, calm } = easel
  const growth = chance.fork(`sprigs ${nearness.toFixed(2)}`)
  const sheet = sheetColour(easel, nearness)
  const count = 3 + detail + Math.round(2 * nearness)
  const offset = growth.next()
  for (let index = 0; index < count; index++) {
    const angle = ((index + offset + growth.spread() * 0.12) / count) * 2 * Math.PI
    const away = reach(angle, next) * (next > 1 ? 1.2 : 1.1)
    const foot = {
      x: opening.centre.x + Math.cos(angle) * opening.across * away,
      y: opening.centre.y + Math.sin(angle) * opening.down * away,
    }
    const inward = Math.atan2(opening.centre.y - foot.y, opening.centre.x - foot.x) + growth.spread() * 0.6
    const length = Math.min(width, height) * growth.between(0.2, 0.32) * (calm === 'centre' ? 0.72 : 1)
    const accent = growth.next()
    const green = mix(lighten(sheet, growth.between(-0.06, 0.12)), palette.accents[2], 0.28)
    const tint = accent < 0.16 ? palette.accents[0] : accent < 0.3 ? palette.accents[1] : green
    lifted(brush, unit * 7, palette.ink, 0.35, () =>
      paintSprig(easel, foot, inward, length, tint, growth.integer(0, 2), growth.between(-0.6, 0.6)),
    )
  }
}

/** A stem with leaves in pairs; `kind` 0 narrow, 1 round, 2 fern. */
function paintSprig({ brush, unit }: Easel, foot: Point, angle: number, length: number, tint: Colour, kind: number, bend: number): void {
  const pairs = [7, 5, 13][kind]!
  const leafLength = length * [0.42, 0.3, 0.3][kind]!
  const fatness = [0.2, 0.42, 0.14][kind]!
  brush.fillStyle = tint
  brush.beginPath()
  let place = foot
  let heading = angle - bend / 2
  for (let pair = 0; pair < pairs; pair++) {
    const share = pair / pairs
    const size = leafLength * (kind === 2 ? Math.sin(Math.PI * (0.16 + 0.8 * share)) : 1 - 0.55 * share)
    if (pair > 0) for (const side of [-1, 1]) addLeaf(brush, place, heading + side * (1.05 - 0.4 * share), size, fatness)
    const step = length / pairs
    const next = { x: place.x + Math.cos(heading) * step, y: place.y + Math.sin(heading) * step }
    addStem(brush, place, next, unit * 3.2 * (1 - share * 0.7))
    place = next
    heading += bend / pairs
  }
  addLeaf(brush, place, heading, leafLength * (kind === 2 ? 0.3 : 0.5), fatness)
  brush.fill()
}

function addLeaf(brush: Easel['brush'], foot: Point, angle: number, length: number, fatness: number): void {
  const along = (share: number, side: number): Point => ({
    x: foot.x + Math.cos(angle) * length * share - Math.sin(angle) * length * fatness * side,
    y: foot.y + Math.sin(angle) * length * share + Math.cos(angle) * length * fatness * side,
  })
  const tip = along(1, 0)
  const [left, leftTip] = [along(0.3, 0.9), along(0.8, 0.8)]
  const [right, rightTip] = [along(0.3, -0.9), along(0.8, -0.8)]
  brush.moveTo(foot.x, foot.y)
  brush.bezierCurveTo(left.x, left.y, leftTip.x, leftTip.y, tip.x, tip.y)
  brush.bezierCurveTo(rightTip.x, rightTip.y, right.x, right.y, foot.x, foot.y)
}

function addStem(brush: Easel['brush'], from: Point, to: Point, thickness: number): void {
  const angle = Math.atan2(to.y - from.y, to.x - from.x)
  const x = (Math.sin(angle) * thickness) / 2
  const y = (Math.cos(angle) * thickness) / 2
  brush.moveTo(from.x - x, from.y + y)
  brush.lineTo(to.x - x, to.y + y)
  brush.lineTo(to.x + x, to.y - y)
  brush.lineTo(from.x + x, from.y - y)
  brush.closePath()
}
