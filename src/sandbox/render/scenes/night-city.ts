import type { Chance } from '../chance.ts'
import { along, type Colour, lighten, mix, withAlpha } from '../colour.ts'
import { capsule, disc, evenGradient, fade, glow, type Point } from './brushes.ts'
import type { Easel, Scene } from './scene.ts'

/** One building: where it stands, how big it is, how it ends. */
interface Building {
  x: number
  width: number
  height: number
  roof: 'flat' | 'steps' | 'spire' | 'slant' | 'dome'
}

/** A skyline by night over still water: lit windows, signs, stars joined to a constellation, their reflections below. */
export const nightCity: Scene = {
  name: 'night-city',
  layouts: ['bleed', 'bleed', 'plate'],
  calm: 'top',
  paint(easel) {
    const water = easel.height * { top: 0.84, bottom: 0.56, left: 0.8, centre: 0.8, none: 0.8 }[easel.calm]
    paintSky(easel, water)
    const tallest = water * { top: 0.52, bottom: 0.7, left: 0.66, centre: 0.6, none: 0.68 }[easel.calm]
    const rows = [0.15, 0.5, 1].map((nearness) => ({ nearness, buildings: skyline(easel, nearness, tallest) }))
    for (const { nearness, buildings } of rows) {
      for (const building of buildings) paintBuilding(easel, building, nearness, water)
      paintHaze(easel, nearness, water, tallest)
    }
    paintWater(easel, water, rows.at(-1)!.buildings)
  },
}

/** The dark colours of the palette; a bright palette gets its night from its ink. */
function nightSky({ palette }: Easel): Colour[] {
  return palette.night ? [...palette.sky] : [palette.ink, mix(palette.ink, palette.land[1], 0.55), mix(palette.land[1], palette.sun, 0.45)]
}

function paintSky(easel: Easel, water: number): void {
  const { brush, width, chance, palette, focus, unit, detail } = easel
  brush.fillStyle = evenGradient(brush, { x: 0, y: 0 }, { x: 0, y: water }, nightSky(easel))
  brush.fillRect(0, 0, width, easel.height)
  const sky = chance.fork('stars')
  const stars: Point[] = []
  for (let star = 0; star < 70 + 80 * detail; star++) {
    const place = { x: sky.next() * width, y: sky.next() ** 1.4 * water * 0.6 }
    stars.push(place)
    disc(brush, place, unit * sky.between(0.5, 1.6), withAlpha(palette.paper, sky.between(0.2, 0.9)))
  }
  const radius = Math.min(width, easel.height) * chance.between(0.055, 0.1)
  const moon = {
    x: width * (focus.x + chance.spread() * 0.12),
    y: water * { top: 0.5, bottom: 0.16, left: 0.22, centre: 0.2, none: 0.2 }[easel.calm],
  }
  glow(brush, moon, radius * 5, palette.night ? palette.sun : palette.paper, 0.4)
  disc(brush, moon, radius, mix(palette.paper, palette.night ? palette.sun : palette.accents[1], 0.4))
  for (const [x, y, size] of [
    [-0.3, -0.2, 0.2],
    [0.25, 0.3, 0.14],
    [0.1, -0.45, 0.1],
    [-0.15, 0.4, 0.09],
  ] as const)
    disc(brush, { x: moon.x + x * radius, y: moon.y + y * radius }, size * radius, withAlpha(palette.ink, 0.09))
  if (detail > 0) paintConstellation(easel, sky, stars, moon)
}

function paintConstellation({ brush, palette, unit, width }: Easel, sky: Chance, stars: readonly Point[], moon: Point): void {
  const bright = stars
    .filter((star) => Math.abs(star.x - moon.x) > width * 0.12 && Math.abs(star.x - moon.x) < width * 0.45)
    .toSorted((a, b) => Math.hypot(a.x - moon.x, a.y - moon.y) - Math.hypot(b.x - moon.x, b.y - moon.y))
    .filter((_, index) => index % 4 === 0)
    .slice(0, 6)
    .toSorted((a, b) => a.x - b.x)
  brush.strokeStyle = withAlpha(palette.paper, 0.35)
  brush.lineWidth = unit * 0.9
  brush.beginPath()
  for (const star of bright) brush.lineTo(star.x, star.y)
  brush.stroke()
  for (const star of bright) {
    glow(brush, star, unit * 12, palette.paper, 0.5)
    disc(brush, star, unit * sky.between(1.8, 2.8), palette.paper)
  }
}

function skyline({ width, chance, unit, focus }: Easel, nearness: number, tallest: number): Building[] {
  const plan = chance.fork(`skyline ${nearness}`)
  const buildings: Building[] = []
  let x = -unit * 30 * plan.next()
  while (x < width) {
    const breadth = unit * plan.between(44, 92) * (0.75 + 0.5 * nearness)
    const centrality = 1 - Math.min(1, Math.abs((x + breadth / 2) / width - focus.x) / 0.7)
    const height =
      tallest * (0.2 + (0.72 - 0.3 * nearness) * centrality ** 1.3 * plan.between(0.55, 1.15) + 0.16 * plan.next() * (1.1 - nearness))
    buildings.push({ x, width: breadth, height, roof: plan.pick(['flat', 'flat', 'steps', 'spire', 'slant', 'dome']) })
    x += breadth * (nearness > 0.8 ? plan.between(0.95, 1.6) : plan.between(0.85, 1.1))
  }
  return buildings
}

function wallColour(easel: Easel, nearness: number): Colour {
  const [top, middle, low] = nightSky(easel)
  return along([mix(middle!, low!, 0.55), mix(middle!, top!, 0.45), mix(top!, easel.palette.ink, 0.6)], nearness)
}

function paintBuilding(easel: Easel, building: Building, nearness: number, water: number): void {
  const { brush, unit, chance, palette } = easel
  const wall = wallColour(easel, nearness)
  const top = water - building.height
  brush.fillStyle = evenGradient(brush, { x: 0, y: top }, { x: 0, y: water }, [wall, mix(wall, nightSky(easel)[2]!, 0.3 * (1 - nearness))])
  brush.fillRect(building.x, top, building.width, building.height + 1)
  paintRoof(easel, building, top)
  brush.fillStyle = withAlpha(palette.ink, 0.2)
  brush.fillRect(building.x + building.width * 0.66, top, building.width * 0.34, building.height)
  const lights = chance.fork(`windows ${nearness} ${Math.round(building.x / unit)}`)
  paintWindows(easel, building, nearness, top, lights)
  if (nearness === 1 && lights.happens(0.55)) paintSign(easel, building, top, lights)
}

function paintRoof({ brush, unit }: Easel, { x, width, roof }: Building, top: number): void {
  const middle = x + width / 2
  brush.beginPath()
  if (roof === 'steps') {
    brush.rect(x + width * 0.16, top - width * 0.2, width * 0.68, width * 0.22)
    brush.rect(x + width * 0.32, top - width * 0.36, width * 0.36, width * 0.2)
  } else if (roof === 'spire') {
    brush.moveTo(x + width * 0.2, top + 1)
    brush.lineTo(middle, top - width * 0.55)
    brush.lineTo(x + width * 0.8, top + 1)
    brush.rect(middle - unit, top - width * 1.05, 2 * unit, width * 0.6)
  } else if (roof === 'slant') {
    brush.moveTo(x, top + 1)
    brush.lineTo(x, top - width * 0.42)
    brush.lineTo(x + width, top + 1)
  } else if (roof === 'dome') {
    brush.arc(middle, top + 1, width * 0.36, Math.PI, 2 * Math.PI)
    brush.rect(middle - unit, top - width * 0.6, 2 * unit, width * 0.3)
  } else {
    brush.rect(x + width * 0.58, top - width * 0.12, width * 0.24, width * 0.14)
  }
  brush.fill()
}

function paintWindows({ brush, unit, palette, detail }: Easel, building: Building, nearness: number, top: number, lights: Chance): void {
  const step = unit * (9 + 5 * nearness)
  const columns = Math.floor((building.width - step * 0.6) / step)
  const rows = Math.floor((building.height - step * 0.8) / (step * 1.25))
  const inset = (building.width - columns * step) / 2
  const lit = lights.between(0.2, 0.5) + 0.06 * detail
  const warm = mix(palette.accents[1], palette.paper, 0.25)
  const cold = mix(palette.accents[2], palette.paper, 0.35)
  const opacity = 0.28 + 0.6 * nearness
  const wide = lights.happens(0.3)
  for (const [colour, share] of [
    [warm, 0.72],
    [cold, 1],
  ] as const) {
    const draw = lights.fork('draw')
    brush.fillStyle = withAlpha(colour, opacity)
    brush.beginPath()
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const isLit = draw.happens(lit)
        const isWarm = draw.next() < 0.72
        if (isLit && isWarm === share < 1)
          brush.rect(
            building.x + inset + column * step + step * 0.2,
            top + step * (0.8 + row * 1.25),
            step * (wide ? 0.8 : 0.5),
            step * (wide ? 0.4 : 0.66),
          )
      }
    }
    brush.fill()
  }
}

/** An upright shop sign: a glowing outline with bars in the rhythm of writing, though it says nothing. */
function paintSign({ brush, unit, palette }: Easel, building: Building, top: number, lights: Chance): void {
  const colour = lights.pick([palette.accents[0], palette.accents[2], palette.accents[1]])
  const width = unit * lights.between(15, 22)
  const height = Math.min(building.height * 0.6, unit * lights.between(80, 150))
  const x = lights.happens(0.5) ? building.x - width * 0.5 : building.x + building.width - width * 0.5
  const y = top + building.height * lights.between(0.08, 0.28)
  glow(brush, { x: x + width / 2, y: y + height / 2 }, height * 0.9, colour, 0.4)
  brush.fillStyle = withAlpha(mix(palette.ink, colour, 0.3), 0.95)
  brush.strokeStyle = lighten(colour, 0.06)
  brush.lineWidth = unit * 2
  brush.beginPath()
  brush.roundRect(x, y, width, height, width * 0.25)
  brush.fill()
  brush.stroke()
  brush.fillStyle = lighten(colour, 0.12)
  for (let bar = y + width * 0.4; bar < y + height - width * 0.5; bar += width * 0.62) {
    brush.fillRect(x + width * 0.26, bar, width * 0.48, width * 0.11)
    brush.fillRect(x + width * lights.between(0.3, 0.6), bar, width * 0.11, width * 0.42)
  }
}

function paintHaze(easel: Easel, nearness: number, water: number, tallest: number): void {
  if (nearness === 1) return
  const { brush, width } = easel
  const top = water - tallest * 0.5
  brush.fillStyle = fade(brush, { x: 0, y: top }, { x: 0, y: water }, nightSky(easel)[2]!, 0, 0.4 * (1 - nearness))
  brush.fillRect(0, top, width, water - top)
}

function paintWater(easel: Easel, water: number, buildings: readonly Building[]): void {
  const { brush, width, height, palette, chance, unit, detail } = easel
  const [top, middle, low] = nightSky(easel)
  brush.fillStyle = evenGradient(brush, { x: 0, y: water }, { x: 0, y: height }, [mix(low!, top!, 0.45), mix(middle!, top!, 0.6), top!])
  brush.fillRect(0, water, width, height - water)
  const depth = height - water
  const streaks = chance.fork('streaks')
  for (const building of buildings) {
    for (let streak = 0; streak < 2 + detail; streak++) {
      const colour = streaks.pick([palette.accents[0], palette.accents[1], palette.accents[1], palette.accents[2]])
      const x = building.x + building.width * streaks.between(0.1, 0.9)
      const length = depth * streaks.between(0.35, 0.95)
      const breadth = unit * streaks.between(7, 15)
      for (let y = 0; y < length; y += unit * 6) {
        const share = y / length
        capsule(
          brush,
          x - breadth / 2 + unit * 5 * streaks.spread() * share,
          water + y,
          breadth * (1 + share * 0.6),
          unit * 3.2,
          withAlpha(colour, 0.5 * (1 - share)),
        )
      }
    }
  }
  brush.fillStyle = withAlpha(palette.paper, 0.16)
  brush.fillRect(0, water, width, unit * 1.4)
}
