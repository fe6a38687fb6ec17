import { type Colour, lighten, mix, withAlpha } from '../colour.ts'
import { disc, evenGradient, fade, glow, type Point } from './brushes.ts'
import type { Easel, Scene } from './scene.ts'
import { bottle, bowl, cup, jug, orange, pear, type Thing, vase } from './still-life-things.ts'

/** A table with vessels, fruit and a steaming cup before an arched window, in flat colours with one side in shade. */
export const stillLife: Scene = {
  name: 'still-life',
  layouts: ['plate', 'bleed'],
  calm: 'top',
  paint(easel) {
    const { width, height, calm, focus } = easel
    const measure = Math.min(
      width * (calm === 'left' ? 0.275 : 0.47),
      height * { top: 0.41, bottom: 0.38, left: 0.56, centre: 0.44, none: 0.54 }[calm],
    )
    const table = height * { top: 0.8, bottom: 0.48, left: 0.74, centre: 0.76, none: 0.76 }[calm]
    const middle = width * { top: 0.5, bottom: 0.5, left: Math.max(0.71, focus.x), centre: 0.5, none: 0.5 }[calm]
    paintWall(easel, { x: middle, y: table }, measure)
    paintTable(easel, table)
    paintThings(easel, { x: middle, y: table + measure * 0.1 }, measure)
  },
}

function paintWall(easel: Easel, foot: Point, measure: number): void {
  const { brush, width, palette } = easel
  const wall = palette.night ? mix(palette.sky[0], palette.land[1], 0.45) : mix(palette.sky[1], palette.paper, 0.35)
  brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: width * 0.4, y: foot.y }, [lighten(wall, 0.02), lighten(wall, -0.03)])
  brush.fillRect(0, 0, width, foot.y + 2)
  const arch = planArch(easel, foot, measure)
  archPath(brush, arch, measure * 0.045)
  brush.fillStyle = lighten(wall, palette.night ? 0.07 : 0.05)
  brush.fill()
  paintView(easel, arch, measure)
  const { centre, half } = arch
  brush.fillStyle = fade(brush, { x: centre.x, y: 0 }, { x: centre.x - half * 3, y: 0 }, lighten(palette.sun, 0.2), 0.1, 0)
  brush.fillRect(0, 0, width, foot.y)
}

/** An arched window: the middle of its round top, half its width, and the level it stands on. */
interface Arch {
  centre: Point
  half: number
  foot: number
}

function planArch({ chance, calm }: Easel, foot: Point, measure: number): Arch {
  const half = measure * chance.between(0.58, 0.7)
  const rise = measure * (calm === 'top' ? 1.02 : 1.22)
  return { centre: { x: foot.x + measure * chance.between(-0.2, 0.2), y: foot.y - rise + half }, half, foot: foot.y }
}

function archPath(brush: Easel['brush'], { centre, half, foot }: Arch, grow: number): void {
  brush.beginPath()
  brush.moveTo(centre.x - half - grow, foot)
  brush.lineTo(centre.x - half - grow, centre.y)
  brush.arc(centre.x, centre.y, half + grow, Math.PI, 2 * Math.PI)
  brush.lineTo(centre.x + half + grow, foot)
  brush.closePath()
}

/** Sky, sun and two hills behind the window. */
function paintView({ brush, palette }: Easel, arch: Arch, measure: number): void {
  const { centre, half, foot } = arch
  brush.save()
  archPath(brush, arch, 0)
  brush.clip()
  brush.fillStyle = evenGradient(brush, { x: 0, y: centre.y - half }, { x: 0, y: foot }, palette.sky)
  brush.fillRect(centre.x - half, centre.y - half, 2 * half, foot - centre.y + half)
  const sun = { x: centre.x + half * 0.32, y: centre.y + half * 0.1 }
  glow(brush, sun, half * 1.1, lighten(palette.sun, 0.1), 0.4)
  disc(brush, sun, half * 0.3, palette.sun)
  for (let hill = 0; hill < 2; hill++) {
    brush.fillStyle = mix(palette.land[0], palette.land[1], 0.2 + hill * 0.55)
    brush.beginPath()
    brush.ellipse(centre.x + half * (hill ? -0.55 : 0.6), foot, half * 1.15, measure * (0.46 - 0.12 * hill), 0, 0, 2 * Math.PI)
    brush.fill()
  }
  brush.restore()
}

function paintTable({ brush, width, height, palette, unit }: Easel, table: number): void {
  const wood = mix(palette.land[2], palette.land[1], palette.night ? 0.2 : 0.3)
  brush.fillStyle = evenGradient(brush, { x: 0, y: table }, { x: 0, y: height }, [lighten(wood, 0.05), lighten(wood, -0.03)])
  brush.fillRect(0, table, width, height - table)
  brush.fillStyle = withAlpha(palette.paper, 0.3)
  brush.fillRect(0, table, width, 2 * unit)
}

function paintThings(easel: Easel, foot: Point, measure: number): void {
  const { chance, palette, detail } = easel
  const choice = chance.fork('things')
  const back = choice.shuffle([vase, bottle, jug])
  const front = choice.shuffle([cup, bowl, pear, orange])
  const colours = choice.shuffle([
    palette.accents[0],
    palette.accents[1],
    palette.accents[2],
    palette.paper,
    mix(palette.land[0], palette.paper, 0.4),
  ])
  const plan: [Thing, number, number, Colour][] = [
    [back[0]!, -0.42, 0, colours[0]!],
    [back[1]!, 0.36, 0, colours[1]!],
    [front[0]!, 0.06, 0.13, colours[2]!],
    [front[1]!, -0.72, 0.17, colours[3]!],
    [front[2]!, 0.68, 0.16, colours[4]!],
  ]
  for (const [thing, x, y, colour] of plan.slice(0, 4 + Math.min(1, detail)))
    paintThing(easel, thing, { x: foot.x + x * measure, y: foot.y + y * measure }, measure, colour)
}

/** Paints one thing with its shade, standing at `foot`; a thing 1 high is `measure` high. */
export function paintThing(easel: Easel, thing: Thing, foot: Point, measure: number, colour: Colour): void {
  const { brush, palette } = easel
  const size = thing.height * measure
  brush.save()
  brush.translate(foot.x, foot.y)
  brush.fillStyle = withAlpha(palette.ink, 0.3)
  brush.beginPath()
  brush.ellipse(-thing.half * measure * 0.5, 0, thing.half * measure * 1.75, thing.half * measure * 0.26, 0, 0, 2 * Math.PI)
  brush.fill()
  brush.scale(size, size)
  thing.behind?.(easel, colour)
  brush.beginPath()
  thing.outline(brush)
  brush.fillStyle = colour
  brush.fill()
  brush.save()
  brush.beginPath()
  thing.outline(brush)
  brush.clip()
  thing.print?.(easel, colour)
  brush.fillStyle = withAlpha(palette.ink, 0.17)
  brush.beginPath()
  brush.ellipse(-1.02, -0.5, 1.06, 1.3, 0, 0, 2 * Math.PI)
  brush.fill()
  brush.fillStyle = withAlpha(lighten(palette.paper, 0.02), 0.4)
  brush.beginPath()
  brush.ellipse(thing.half / thing.height / 2.1, -0.5, 0.022, 0.17, 0, 0, 2 * Math.PI)
  brush.fill()
  brush.restore()
  thing.finish?.(easel, colour)
  brush.restore()
}
