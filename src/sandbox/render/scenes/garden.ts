import type { Chance } from '../chance.ts'
import { type Colour, lighten, mix, withAlpha } from '../colour.ts'
import { disc, evenGradient, glow, lifted, type Point } from './brushes.ts'
import { createNoise } from './noise.ts'
import type { Easel, Scene } from './scene.ts'

/** A stone of the garden and the rings that are raked around it. */
interface Stone {
  centre: Point
  radius: number
  rings: number
}

/** A raked garden seen from above: lines in sand, rings around stones, moss, one red disc. */
export const garden: Scene = {
  name: 'garden',
  layouts: ['bleed', 'plate', 'plate'],
  calm: 'top',
  paint(easel) {
    const sun = placeSun(easel)
    const stones = placeStones(easel, sun)
    paintSand(easel)
    paintRakedField(easel)
    paintSun(easel, sun)
    for (const stone of stones) paintRings(easel, stone)
    for (const stone of stones) paintStone(easel, stone)
    if (easel.detail > 0) paintPetals(easel)
  },
}

function sandColour({ palette }: Easel): Colour {
  return palette.night ? mix(palette.sky[0], palette.land[0], 0.4) : mix(palette.sky[2], palette.paper, 0.4)
}

/** The red disc beside the main stone. */
interface Sun {
  centre: Point
  radius: number
}

function placeSun({ width, height, chance, focus, calm }: Easel): Sun {
  const side = focus.x > 0.5 ? -1 : 1
  return {
    centre: {
      x: width * (focus.x + side * chance.between(0.14, 0.26)),
      y: height * { top: 0.47, bottom: 0.56, left: 0.26, centre: 0.25, none: 0.27 }[calm],
    },
    radius: Math.min(width, height) * chance.between(0.13, 0.19),
  }
}

/** Distance between two raked lines. */
function rake({ unit }: Easel): number {
  return unit * 15
}

function placeStones(easel: Easel, sun: Sun): Stone[] {
  const { width, height, chance, focus, calm, detail } = easel
  const plan = chance.fork('stones')
  const size = Math.min(width, height)
  const low = { top: 0.62, bottom: 0.3, left: 0.6, centre: 0.6, none: 0.56 }[calm]
  const main = { centre: { x: width * focus.x, y: height * low }, radius: size * plan.between(0.1, 0.13), rings: 7 }
  const stones = [main]
  for (let stone = 0; stone < 2 + Math.min(1, detail); stone++) {
    const angle = plan.between(0.1, 0.9) * Math.PI + (stone % 2) * Math.PI
    const away = main.radius * plan.between(2.6, 3.6)
    const centre = {
      x: main.centre.x + Math.cos(angle) * away * 1.3,
      y: main.centre.y + Math.sin(angle) * away * (calm === 'top' ? 0.55 : 0.9),
    }
    stones.push({ centre, radius: main.radius * plan.between(0.34, 0.58), rings: 4 })
  }
  const clearOfSun = ({ centre, radius }: Stone): boolean =>
    Math.hypot(centre.x - sun.centre.x, centre.y - sun.centre.y) > sun.radius + radius * 1.6
  return stones.filter((stone) => stone === main || clearOfSun(stone))
}

function paintSand(easel: Easel): void {
  const { brush, width, height, palette } = easel
  const sand = sandColour(easel)
  brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: width * 0.4, y: height }, [
    lighten(sand, 0.02),
    mix(sand, palette.land[0], 0.3),
  ])
  brush.fillRect(0, 0, width, height)
}

function paintRakedField(easel: Easel): void {
  const { brush, width, height, chance } = easel
  const bend = createNoise(chance.fork('bend'), 1)
  const gap = rake(easel)
  const tilt = chance.between(-0.12, 0.12)
  const reach = Math.abs(tilt) * width + height * 0.12
  groove(easel, () => {
    for (let y = -reach; y < height + reach; y += gap) {
      for (let step = 0; step <= 40; step++) {
        const x = (step / 40) * width
        const level = y + tilt * (x - width / 2) + bend((x / width) * 2.2 + (y / height) * 0.25) * height * 0.06
        if (step === 0) brush.moveTo(x, level)
        else brush.lineTo(x, level)
      }
    }
  })
}

/** Strokes a path twice, a shade and beside it a light, so that it looks pressed into the sand. */
function groove(easel: Easel, trace: () => void): void {
  const { brush, palette, unit } = easel
  const shade = palette.night ? palette.ink : palette.land[1]
  for (const [colour, opacity, shift] of [
    [shade, 0.32, 0],
    [palette.paper, palette.night ? 0.16 : 0.75, 1.8],
  ] as const) {
    brush.save()
    brush.translate(0, shift * unit)
    brush.strokeStyle = withAlpha(colour, opacity)
    brush.lineWidth = 1.7 * unit
    brush.beginPath()
    trace()
    brush.stroke()
    brush.restore()
  }
}

function paintSun({ brush, palette }: Easel, { centre, radius }: Sun): void {
  glow(brush, centre, radius * 1.9, palette.sun, 0.22)
  const [top, foot] = [centre.y - radius, centre.y + radius]
  disc(brush, centre, radius, evenGradient(brush, { x: 0, y: top }, { x: 0, y: foot }, [palette.sun, lighten(palette.sun, 0.05)]))
}

function paintRings(easel: Easel, { centre, radius, rings }: Stone): void {
  const { brush, chance } = easel
  const gap = rake(easel)
  const wobble = createNoise(chance.fork(`rings ${Math.round(centre.x)}`), 1)
  const outer = radius * 1.12 + gap * rings
  const outline = (reach: number): void => {
    for (let step = 0; step <= 72; step++) {
      const angle = (step / 72) * 2 * Math.PI
      const distance = reach * (1 + 0.05 * wobble(3 + 1.5 * Math.cos(angle) + 9 * Math.sin(angle) * 0.15))
      const [x, y] = [centre.x + Math.cos(angle) * distance, centre.y + Math.sin(angle) * distance * 0.86]
      if (step === 0) brush.moveTo(x, y)
      else brush.lineTo(x, y)
    }
    brush.closePath()
  }
  brush.fillStyle = mix(sandColour(easel), easel.palette.land[0], 0.12)
  brush.beginPath()
  outline(outer)
  brush.fill()
  groove(easel, () => {
    for (let ring = 0; ring <= rings; ring++) outline(outer - ring * gap)
  })
}

function stoneOutline(chance: Chance, centre: Point, radius: number): Point[] {
  const shape = createNoise(chance, 3)
  return Array.from({ length: 40 }, (_, step) => {
    const angle = (step / 40) * 2 * Math.PI
    const distance = radius * (1 + 0.26 * shape(10 + 1.3 * Math.cos(angle)) + 0.2 * shape(60 + 1.3 * Math.sin(angle)))
    return { x: centre.x + Math.cos(angle) * distance, y: centre.y + Math.sin(angle) * distance * 0.8 }
  })
}

function paintStone(easel: Easel, { centre, radius }: Stone): void {
  const { brush, chance, palette, unit, detail } = easel
  const matter = chance.fork(`stone ${Math.round(centre.x)}`)
  const moss = stoneOutline(matter.fork('moss'), { x: centre.x, y: centre.y + radius * 0.16 }, radius * 1.16)
  const green = mix(palette.accents[2], palette.land[2], 0.35)
  trace(brush, moss, mix(green, palette.land[1], 0.3))
  const speckles = matter.fork('speckles')
  for (let speckle = 0; speckle < 40 * (1 + detail); speckle++) {
    const angle = speckles.next() * 2 * Math.PI
    const reach = radius * speckles.between(0.85, 1.2)
    disc(
      brush,
      { x: centre.x + Math.cos(angle) * reach, y: centre.y + radius * 0.16 + Math.sin(angle) * reach * 0.8 },
      unit * speckles.between(1.5, 4),
      lighten(green, speckles.between(-0.06, 0.12)),
    )
  }
  const rock = palette.night ? mix(palette.ink, palette.land[1], 0.5) : mix(palette.land[2], palette.land[1], 0.25)
  const body = stoneOutline(matter, centre, radius)
  lifted(brush, unit * 12, palette.ink, 0.5, () => trace(brush, body, rock))
  const crown = body.map((point) => ({
    x: centre.x + (point.x - centre.x) * 0.74 - radius * 0.1,
    y: centre.y + (point.y - centre.y) * 0.66 - radius * 0.16,
  }))
  trace(brush, crown, lighten(rock, 0.07))
  const light = body.map((point) => ({
    x: centre.x + (point.x - centre.x) * 0.4 - radius * 0.2,
    y: centre.y + (point.y - centre.y) * 0.3 - radius * 0.28,
  }))
  trace(brush, light, lighten(rock, 0.13))
}

function trace(brush: Easel['brush'], outline: readonly Point[], fill: Colour): void {
  brush.fillStyle = fill
  brush.beginPath()
  const last = outline.at(-1)!
  brush.moveTo((last.x + outline[0]!.x) / 2, (last.y + outline[0]!.y) / 2)
  for (const [index, point] of outline.entries()) {
    const next = outline[(index + 1) % outline.length]!
    brush.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2)
  }
  brush.fill()
}

function paintPetals(easel: Easel): void {
  const { brush, width, height, chance, palette, unit, detail, calm } = easel
  const wind = chance.fork('petals')
  for (let petal = 0; petal < 10 + 10 * detail; petal++) {
    const size = unit * wind.between(7, 13)
    const y = height * (calm === 'top' ? wind.between(0.42, 0.98) : wind.next())
    brush.save()
    brush.translate(width * wind.next(), y)
    brush.rotate(wind.next() * 2 * Math.PI)
    lifted(brush, unit * 3, palette.ink, 0.3, () => {
      brush.fillStyle = wind.pick([palette.accents[0], palette.accents[1], lighten(palette.accents[0], 0.12)])
      brush.beginPath()
      brush.moveTo(-size, 0)
      brush.bezierCurveTo(-size * 0.3, -size * 0.7, size * 0.7, -size * 0.6, size, 0)
      brush.bezierCurveTo(size * 0.7, size * 0.6, -size * 0.3, size * 0.5, -size, 0)
      brush.fill()
    })
    brush.restore()
  }
}
