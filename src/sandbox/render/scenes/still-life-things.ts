import { type Colour, lighten, mix, withAlpha } from '../colour.ts'
import { disc, type Point } from './brushes.ts'
import type { Easel } from './scene.ts'

type Brush = Easel['brush']
/** Adds the outline of a thing to the path; it stands on y = 0 at x = 0, is 1 high, and y grows upwards as negative. */
type Outline = (brush: Brush) => void

/** A thing on the table. */
export interface Thing {
  outline: Outline
  /** Height in units of the table's measure, and half its width for spacing. */
  height: number
  half: number
  /** Printed on the body, below its shade, in the thing's own measure. */
  print?: (easel: Easel, colour: Colour) => void
  /** Drawn over the body in the thing's own measure. */
  finish?: (easel: Easel, colour: Colour) => void
  /** Drawn behind the body. */
  behind?: (easel: Easel, colour: Colour) => void
}

/** Both sides of a turned vessel: the right profile as (half width, height) pairs with soft joints. */
function turned(profile: readonly (readonly [number, number])[]): Outline {
  return (brush) => {
    const right = profile.map(([x, y]) => ({ x, y: -y }))
    const left = right.map(({ x, y }) => ({ x: -x, y })).toReversed()
    brush.moveTo(0, 0)
    for (const side of [right, left]) {
      let previous = side[0]!
      brush.lineTo(previous.x, previous.y)
      for (const point of side.slice(1)) {
        brush.quadraticCurveTo(previous.x, previous.y, (previous.x + point.x) / 2, (previous.y + point.y) / 2)
        previous = point
      }
      brush.lineTo(previous.x, previous.y)
    }
    brush.closePath()
  }
}

/** A round vase with flowering twigs. */
export const vase: Thing = {
  height: 0.72,
  half: 0.2,
  outline: turned([
    [0.13, 0],
    [0.3, 0.12],
    [0.36, 0.45],
    [0.28, 0.72],
    [0.1, 0.82],
    [0.1, 0.94],
    [0.16, 1],
  ]),
  behind(easel) {
    const { brush, palette, chance } = easel
    const growth = chance.fork('branch')
    brush.lineCap = 'round'
    for (const lean of [-0.34, 0.12, 0.44]) {
      const tip = { x: lean * growth.between(0.9, 1.3), y: -1.72 + Math.abs(lean) * 0.7 }
      brush.strokeStyle = mix(palette.accents[2], palette.land[2], 0.35)
      brush.lineWidth = 0.014
      brush.beginPath()
      brush.moveTo(0, -0.95)
      brush.quadraticCurveTo(lean * 0.25, -1.4, tip.x, tip.y)
      brush.stroke()
      for (let step = 0; step < 6; step++) {
        const share = 0.35 + step * 0.13
        const place = {
          x: 2 * (1 - share) * share * lean * 0.25 + share ** 2 * tip.x,
          y: -0.95 * (1 - share) ** 2 - 2.8 * (1 - share) * share + share ** 2 * tip.y,
        }
        if (growth.happens(0.5)) blossom(easel, place, growth.between(0.04, 0.065))
        else sideLeaf(easel, place, (step % 2 ? 1 : -1) * 0.9 - Math.PI / 2 + lean, growth.between(0.12, 0.19))
      }
    }
  },
}

function blossom({ brush, palette }: Easel, centre: Point, radius: number): void {
  for (let petal = 0; petal < 5; petal++) {
    const angle = (petal / 5) * 2 * Math.PI
    disc(
      brush,
      { x: centre.x + Math.cos(angle) * radius * 0.62, y: centre.y + Math.sin(angle) * radius * 0.62 },
      radius * 0.5,
      palette.accents[0],
    )
  }
  disc(brush, centre, radius * 0.34, palette.accents[1])
}

function sideLeaf({ brush, palette }: Easel, foot: Point, angle: number, length: number): void {
  brush.save()
  brush.translate(foot.x, foot.y)
  brush.rotate(angle)
  brush.fillStyle = mix(palette.accents[2], palette.land[2], 0.25)
  brush.beginPath()
  brush.moveTo(0, 0)
  brush.quadraticCurveTo(length * 0.5, -length * 0.34, length, 0)
  brush.quadraticCurveTo(length * 0.5, length * 0.3, 0, 0)
  brush.fill()
  brush.restore()
}

/** A bottle with a label. */
export const bottle: Thing = {
  height: 0.86,
  half: 0.14,
  outline: turned([
    [0.17, 0],
    [0.19, 0.02],
    [0.19, 0.3],
    [0.19, 0.52],
    [0.17, 0.64],
    [0.055, 0.74],
    [0.055, 0.84],
    [0.055, 0.97],
    [0.075, 1],
  ]),
  print({ brush, palette }, colour) {
    brush.fillStyle = colour === palette.paper ? palette.accents[1] : palette.paper
    brush.fillRect(-0.2, -0.46, 0.4, 0.26)
    brush.fillStyle = palette.ink
    brush.fillRect(-0.11, -0.4, 0.22, 0.02)
    brush.fillRect(-0.11, -0.27, 0.14, 0.012)
    disc(brush, { x: 0, y: -0.33 }, 0.034, palette.accents[0])
  },
}

/** A jug with a handle. */
export const jug: Thing = {
  height: 0.6,
  half: 0.2,
  outline: turned([
    [0.2, 0],
    [0.33, 0.1],
    [0.36, 0.34],
    [0.24, 0.66],
    [0.18, 0.82],
    [0.24, 1],
  ]),
  behind({ brush }, colour) {
    brush.strokeStyle = lighten(colour, -0.08)
    brush.lineWidth = 0.065
    brush.beginPath()
    brush.moveTo(0.2, -0.86)
    brush.bezierCurveTo(0.56, -0.92, 0.56, -0.4, 0.3, -0.34)
    brush.stroke()
  },
}

/** A steaming cup. */
export const cup: Thing = {
  height: 0.27,
  half: 0.18,
  outline: turned([
    [0.34, 0],
    [0.4, 0.04],
    [0.56, 0.3],
    [0.66, 0.62],
    [0.66, 0.86],
    [0.66, 1],
  ]),
  finish(easel, colour) {
    const { brush, palette } = easel
    brush.fillStyle = lighten(colour, -0.1)
    brush.beginPath()
    brush.ellipse(0, -1, 0.66, 0.13, 0, 0, 2 * Math.PI)
    brush.fill()
    brush.fillStyle = mix(palette.accents[2], palette.land[1], 0.4)
    brush.beginPath()
    brush.ellipse(0, -0.98, 0.56, 0.09, 0, 0, 2 * Math.PI)
    brush.fill()
    brush.lineCap = 'round'
    for (const [x, opacity] of [
      [-0.22, 0.5],
      [0.06, 0.65],
      [0.32, 0.4],
    ] as const) {
      brush.strokeStyle = withAlpha(palette.paper, opacity)
      brush.lineWidth = 0.055
      brush.beginPath()
      brush.moveTo(x, -1.22)
      brush.bezierCurveTo(x - 0.28, -1.6, x + 0.3, -1.9, x, -2.35)
      brush.stroke()
    }
  },
}

/** A bowl of fruit. */
export const bowl: Thing = {
  height: 0.22,
  half: 0.26,
  outline: turned([
    [0.4, 0],
    [0.5, 0.06],
    [0.95, 0.4],
    [1.15, 0.8],
    [1.18, 1],
  ]),
  behind({ brush, palette }) {
    for (const [x, y, colour] of [
      [-0.45, -1.12, palette.accents[1]],
      [0.42, -1.1, palette.accents[0]],
      [0, -1.36, mix(palette.accents[0], palette.accents[1], 0.5)],
    ] as const)
      disc(brush, { x, y }, 0.46, colour)
  },
}

/** A pear. */
export const pear: Thing = {
  height: 0.28,
  half: 0.11,
  outline: turned([
    [0.2, 0],
    [0.42, 0.06],
    [0.46, 0.36],
    [0.24, 0.64],
    [0.18, 0.86],
    [0.06, 0.98],
  ]),
  finish(easel) {
    const { brush, palette } = easel
    brush.strokeStyle = palette.land[2]
    brush.lineWidth = 0.045
    brush.beginPath()
    brush.moveTo(0, -0.92)
    brush.quadraticCurveTo(0.02, -1.08, 0.1, -1.16)
    brush.stroke()
    sideLeaf(easel, { x: 0.03, y: -1.02 }, -0.4, 0.42)
  },
}

/** An orange. */
export const orange: Thing = {
  height: 0.2,
  half: 0.1,
  outline: (brush) => brush.arc(0, -0.5, 0.5, 0, 2 * Math.PI),
  finish(easel) {
    sideLeaf(easel, { x: 0, y: -0.97 }, -0.35, 0.5)
  },
}
