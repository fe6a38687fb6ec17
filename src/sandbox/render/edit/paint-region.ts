import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { type ArtDirection, directPicture } from '../art-direction.ts'
import { colourOfPixel, mix, readableOn, withAlpha } from '../colour.ts'
import { type Box, inset } from '../page/box.ts'
import { drawImprint } from '../page/imprint.ts'
import type { PictureOrder } from '../picture-order.ts'
import { lifted } from '../scenes/brushes.ts'
import { cleanPrompt } from '../text/clean-prompt.ts'
import { composeTitle, drawTitle, type Title } from '../text/compose-title.ts'
import { canDraw, cssFont } from '../text/font-library.ts'
import { splitPrompt } from '../text/split-prompt.ts'
import type { EditRegion } from './edit-region.ts'
import { drawPrints } from './paint-prints.ts'
import { drawnRaster, type Raster } from './raster.ts'
import { roomiestBox } from './roomiest-box.ts'

const WORD = 'SANDBOX'
/** A card smaller than this, in pixels, holds nothing that could be read. */
const SMALLEST_CARD = { width: 150, height: 110 }
const PRINTS_SHARE = 0.3

/**
 * Paints what fills a region: a scene of the prompt's own, and on it, where the region has most room, a card with the prompt's words and
 * SANDBOX. Covers the region's whole box; what lies outside the region is cut off by the caller.
 * @param prints pictures to lay into the region, too.
 */
export function paintRegion(order: PictureOrder, region: EditRegion, prints: readonly Raster[]): Raster {
  const { box } = region
  const art = directPicture({ ...order, width: box.width, height: box.height, background: 'opaque' })
  const ground = paintGround(order, box, art)
  return drawnRaster(box.width, box.height, (brush) => {
    brush.imageSmoothingEnabled = ground.width < box.width
    brush.imageSmoothingQuality = 'high'
    brush.drawImage(ground, 0, 0, box.width, box.height)
    brush.translate(-box.x, -box.y)
    const room = roomiestBox(region)
    if (room) fillRoom(brush, order, room, art, prints)
    if (region.outline) drawRim(brush, region, art)
  })
}

/** What lies under the card: small, and so soft once it is enlarged, while the picture is a preview. */
function paintGround(order: PictureOrder, box: Box, art: ArtDirection): Canvas {
  const stage = Math.max(0, Math.min(1, order.stage ?? 1))
  const scale = stage < 1 ? Math.max(0.03 + 0.26 * stage ** 2, 1 / Math.min(box.width, box.height)) : 1
  const canvas = createCanvas(Math.max(1, Math.round(box.width * scale)), Math.max(1, Math.round(box.height * scale)))
  const brush = canvas.getContext('2d')
  brush.scale(canvas.width / box.width, canvas.height / box.height)
  if (order.flat) paintFlat(brush, order, box, art)
  else paintScene(brush, box, art)
  return canvas
}

/** Any colour of the seed's: two pictures of a call hardly ever share one. */
function paintFlat(brush: SKRSContext2D, { seed }: PictureOrder, box: Box, { chance }: ArtDirection): void {
  const channel = chance.fork(`flat ${seed}`)
  brush.fillStyle = colourOfPixel(channel.integer(20, 235), channel.integer(20, 235), channel.integer(20, 235))
  brush.fillRect(0, 0, box.width, box.height)
}

function paintScene(brush: SKRSContext2D, { width, height }: Box, { scene, palette, plan, detail, chance }: ArtDirection): void {
  const unit = Math.sqrt(width * height) / 1000
  scene.paint({ brush, width, height, unit, chance: chance.fork(scene.name), palette, detail, calm: scene.calm, focus: plan.focus })
}

function fillRoom(brush: SKRSContext2D, order: PictureOrder, room: Box, art: ArtDirection, prints: readonly Raster[]): void {
  const margin = 0.05 * Math.min(room.width, room.height)
  const free = inset(room, margin)
  const printsHeight = prints.length === 0 ? 0 : free.height * PRINTS_SHARE
  if (prints.length > 0) drawPrints(brush, prints, { ...free, y: free.y + free.height - printsHeight, height: printsHeight }, art)
  const rest = { ...free, height: free.height - printsHeight - (prints.length === 0 ? 0 : margin) }
  if (order.flat || rest.width < SMALLEST_CARD.width || rest.height < SMALLEST_CARD.height) drawWord(brush, rest, art)
  else drawCard(brush, order, rest, art)
}

/** A sheet of paper with title and imprint, as large as they need, in the part of the room that hides least of the scene. */
function drawCard(brush: SKRSContext2D, order: PictureOrder, room: Box, art: ArtDirection): void {
  const { palette, scene } = art
  const unit = Math.max(0.55 * (Math.sqrt(order.width * order.height) / 1000), Math.sqrt(room.width * room.height) / 560)
  const padding = 20 * unit
  const foot = 78 * unit
  const inner = inset(room, padding)
  const text = splitPrompt(cleanPrompt(order.prompt, canDraw))
  const titleRoom = {
    width: inner.width,
    height: Math.max(1, inner.height * 0.72 - foot),
    unit,
    weight: 'bold',
    largestPixels: 64 * unit,
  } as const
  const title: Title = composeTitle(brush, text, titleRoom)
  const height = Math.min(room.height, title.height + foot + 2 * padding)
  const width = Math.min(room.width, Math.max(title.width, 430 * unit) + 2 * padding)
  const card = { x: room.x, width, height, y: scene.calm === 'top' ? room.y : room.y + room.height - height }
  lifted(brush, 8 * unit, palette.ink, 0.4, () => {
    brush.fillStyle = palette.paper
    brush.beginPath()
    brush.roundRect(card.x, card.y, card.width, card.height, 5 * unit)
    brush.fill()
  })
  const inks = { headline: palette.ink, deck: mix(palette.ink, palette.paper, 0.14), bar: palette.accents[0] }
  brush.save()
  brush.beginPath()
  brush.rect(card.x, card.y, card.width, card.height)
  brush.clip()
  drawTitle(brush, title, { x: inner.x, y: card.y + padding, width: inner.width, height: title.height }, false, inks, unit)
  const corner = { x: inner.x, y: card.y + card.height - padding, width: inner.width }
  drawImprint(brush, order.label, corner, { plate: palette.ink, word: palette.paper, lines: palette.ink }, unit)
  brush.restore()
}

/** SANDBOX alone, as large as it fits, in the ink that reads better on what is there. */
function drawWord(brush: SKRSContext2D, room: Box, { palette }: ArtDirection): void {
  const pixels = Math.min(room.width / 5.2, room.height * 0.8, 120)
  if (pixels < 3) return
  const plate = { width: pixels * 5.1, height: pixels * 1.35 }
  const [x, y] = [room.x + (room.width - plate.width) / 2, room.y + (room.height - plate.height) / 2]
  brush.fillStyle = withAlpha(palette.paper, 0.92)
  brush.fillRect(x, y, plate.width, plate.height)
  brush.font = cssFont('ja', 'black', pixels)
  brush.fillStyle = readableOn(palette.paper, palette.ink, palette.paper)
  brush.textAlign = 'center'
  brush.textBaseline = 'alphabetic'
  brush.fillText(WORD, x + plate.width / 2, y + plate.height / 2 + pixels * 0.365, plate.width * 0.94)
  brush.textAlign = 'start'
}

/** The paper border of a badge with a fine line inside it; its outer half is cut off with the region. */
function drawRim(brush: SKRSContext2D, region: EditRegion, { palette }: ArtDirection): void {
  const unit = Math.sqrt(region.box.width * region.box.height) / 1000
  for (const [colour, thickness] of [
    [palette.ink, 48],
    [palette.paper, 42],
  ] as const) {
    brush.strokeStyle = colour
    brush.lineWidth = thickness * unit
    region.outline!(brush)
    brush.stroke()
  }
}
