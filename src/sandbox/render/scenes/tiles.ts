import { type Colour, contrast, mix } from '../colour.ts'
import type { Palette } from '../palettes.ts'
import { disc, type Point } from './brushes.ts'
import type { Easel, Scene } from './scene.ts'

type Brush = Easel['brush']
/** Draws one tile on a square from 0,0 to 1,1 whose ground is already filled. */
type Motif = (brush: Brush, first: Colour, second: Colour) => void

/** A mid-century poster of square tiles: arcs, leaves, discs and stripes in five flat colours. */
export const tiles: Scene = {
  name: 'tiles',
  layouts: ['plate', 'label'],
  calm: 'bottom',
  paint(easel) {
    const { width, height, detail, chance } = easel
    const across = Math.max(1, Math.round(width / (Math.min(width, height) / (3 + detail + chance.integer(0, 1)))))
    const down = Math.max(1, Math.round((height / width) * across))
    const colours = posterColours(easel.palette)
    const taken = new Set<string>()
    for (let row = 0; row < down; row++) {
      for (let column = 0; column < across; column++) paintTile(easel, { column, row, across, down }, colours, taken)
    }
  },
}

interface Cell {
  column: number
  row: number
  across: number
  down: number
}

/** Flat colours that stand apart from one another. */
function posterColours(palette: Palette): Colour[] {
  return [palette.paper, palette.land[2], ...palette.accents, mix(palette.land[0], palette.paper, 0.35), palette.land[1]]
}

function paintTile({ brush, width, height, chance }: Easel, cell: Cell, colours: readonly Colour[], taken: Set<string>): void {
  if (taken.has(`${cell.column},${cell.row}`)) return
  const roomy = cell.column + 1 < cell.across && cell.row + 1 < cell.down && !taken.has(`${cell.column + 1},${cell.row}`)
  const span = roomy && chance.happens(0.2) ? 2 : 1
  for (let x = 0; x < span; x++) for (let y = 0; y < span; y++) taken.add(`${cell.column + x},${cell.row + y}`)
  const [ground, first, second] = threeApart(chance.shuffle(colours))
  brush.save()
  brush.translate((cell.column * width) / cell.across, (cell.row * height) / cell.down)
  brush.scale((span * width) / cell.across, (span * height) / cell.down)
  brush.beginPath()
  brush.rect(0, 0, 1.002, 1.002)
  brush.clip()
  brush.fillStyle = ground
  brush.fillRect(0, 0, 1.002, 1.002)
  brush.translate(0.5, 0.5)
  brush.rotate((Math.PI / 2) * chance.integer(0, 3))
  brush.translate(-0.5, -0.5)
  chance.pick(motifs)(brush, first, second)
  brush.restore()
}

/** The first three colours of which the second and third are well visible on the first. */
function threeApart(shuffled: readonly Colour[]): [Colour, Colour, Colour] {
  const ground = shuffled[0]!
  const visible = shuffled.slice(1).filter((colour) => contrast(colour, ground) > 1.5)
  return [ground, visible[0] ?? shuffled[1]!, visible[1] ?? shuffled[2]!]
}

const motifs: readonly Motif[] = [
  quarterRings,
  quarterRings,
  leaf,
  leaf,
  fourPetals,
  facingHalves,
  stackedHalves,
  bullseye,
  stripes,
  dots,
  triangles,
  sunrise,
  quarterDisc,
  quarterDisc,
  eye,
]

function arcFill(brush: Brush, centre: Point, radius: number, from: number, to: number, fill: Colour): void {
  brush.fillStyle = fill
  brush.beginPath()
  brush.moveTo(centre.x, centre.y)
  brush.arc(centre.x, centre.y, radius, from * Math.PI, to * Math.PI)
  brush.closePath()
  brush.fill()
}

function quarterDisc(brush: Brush, first: Colour): void {
  arcFill(brush, { x: 0, y: 0 }, 1, 0, 0.5, first)
}

function quarterRings(brush: Brush, first: Colour, second: Colour): void {
  const ground = second
  for (const [index, radius] of [1, 0.75, 0.5, 0.25].entries())
    arcFill(brush, { x: 0, y: 0 }, radius, 0, 0.5, index % 2 === 0 ? first : ground)
}

function leafPath(brush: Brush, x: number, y: number, size: number): void {
  brush.moveTo(x, y)
  brush.arc(x + size, y, size, Math.PI, Math.PI / 2, true)
  brush.arc(x, y + size, size, 0, -Math.PI / 2, true)
}

function leaf(brush: Brush, first: Colour, second: Colour): void {
  brush.fillStyle = first
  brush.beginPath()
  leafPath(brush, 0, 0, 1)
  brush.fill()
  brush.strokeStyle = second
  brush.lineWidth = 0.025
  brush.beginPath()
  brush.moveTo(0.12, 0.12)
  brush.lineTo(0.88, 0.88)
  for (let vein = 0.3; vein < 0.8; vein += 0.15) {
    brush.moveTo(vein, vein)
    brush.lineTo(vein + 0.16, vein - 0.02)
    brush.moveTo(vein, vein)
    brush.lineTo(vein - 0.02, vein + 0.16)
  }
  brush.stroke()
}

function fourPetals(brush: Brush, first: Colour, second: Colour): void {
  brush.fillStyle = first
  for (const turn of [0, 1, 2, 3]) {
    brush.save()
    brush.translate(0.5, 0.5)
    brush.rotate((turn * Math.PI) / 2)
    brush.beginPath()
    leafPath(brush, 0, 0, 0.5)
    brush.fill()
    brush.restore()
  }
  disc(brush, { x: 0.5, y: 0.5 }, 0.12, second)
}

function facingHalves(brush: Brush, first: Colour, second: Colour): void {
  arcFill(brush, { x: 0, y: 0.5 }, 0.5, -0.5, 0.5, first)
  arcFill(brush, { x: 1, y: 0.5 }, 0.5, 0.5, 1.5, second)
}

function stackedHalves(brush: Brush, first: Colour, second: Colour): void {
  arcFill(brush, { x: 0.5, y: 0.5 }, 0.5, 1, 2, first)
  arcFill(brush, { x: 0.5, y: 1 }, 0.5, 1, 2, second)
}

function bullseye(brush: Brush, first: Colour, second: Colour): void {
  disc(brush, { x: 0.5, y: 0.5 }, 0.42, first)
  disc(brush, { x: 0.5, y: 0.5 }, 0.27, second)
  disc(brush, { x: 0.5, y: 0.5 }, 0.12, first)
}

function stripes(brush: Brush, first: Colour): void {
  brush.fillStyle = first
  for (let stripe = 0; stripe < 4; stripe++) brush.fillRect(0, 0.0625 + stripe * 0.25, 1, 0.125)
}

function dots(brush: Brush, first: Colour, second: Colour): void {
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++)
      disc(brush, { x: 0.125 + column * 0.25, y: 0.125 + row * 0.25 }, 0.075, (row + column) % 5 === 0 ? second : first)
  }
}

function triangles(brush: Brush, first: Colour, second: Colour): void {
  for (const [fill, left] of [
    [first, 0],
    [second, 0.5],
  ] as const) {
    brush.fillStyle = fill
    brush.beginPath()
    brush.moveTo(left, 1)
    brush.lineTo(left + 0.5, 0)
    brush.lineTo(left + 0.5, 1)
    brush.closePath()
    brush.fill()
  }
}

function sunrise(brush: Brush, first: Colour, second: Colour): void {
  for (let ray = 0; ray < 9; ray += 2) arcFill(brush, { x: 0.5, y: 1 }, 1.2, 1 + ray / 9, 1 + (ray + 1) / 9, first)
  arcFill(brush, { x: 0.5, y: 1 }, 0.34, 1, 2, second)
}

function eye(brush: Brush, first: Colour, second: Colour): void {
  brush.fillStyle = first
  brush.beginPath()
  leafPath(brush, 0, 0, 1)
  brush.fill()
  disc(brush, { x: 0.5, y: 0.5 }, 0.2, second)
}
