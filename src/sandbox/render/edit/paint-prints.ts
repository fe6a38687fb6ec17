import type { SKRSContext2D } from '@napi-rs/canvas'
import type { ArtDirection } from '../art-direction.ts'
import { withAlpha } from '../colour.ts'
import type { Box } from '../page/box.ts'
import { lifted } from '../scenes/brushes.ts'
import { canvasOf, drawnRaster, fitRaster, type Raster } from './raster.ts'

/** Prints are never larger than this share of the picture's shorter side. */
const LARGEST_SHARE = 0.24

/** The longest side a print can have on a picture of this size. */
export function largestPrintPixels(width: number, height: number): number {
  return Math.ceil(LARGEST_SHARE * Math.min(width, height))
}

/** The prints along the lower edge of a picture, on an otherwise transparent ground. */
export function paintPrints(width: number, height: number, prints: readonly Raster[], art: ArtDirection): Raster {
  const margin = 0.04 * Math.min(width, height)
  const row = largestPrintPixels(width, height)
  const room = { x: margin, y: height - margin - row, width: width - 2 * margin, height: row }
  return drawnRaster(width, height, (brush) => drawPrints(brush, prints, room, art))
}

/** Lays small square prints with a white border into a room, in as many rows as make them largest, from the right. */
export function drawPrints(brush: SKRSContext2D, prints: readonly Raster[], room: Box, { chance, palette }: ArtDirection): void {
  const { columns, side } = arrange(prints.length, room)
  const turn = chance.fork('prints')
  for (const [index, print] of prints.entries()) {
    const [column, row] = [index % columns, Math.floor(index / columns)]
    const centre = { x: room.x + room.width - (Math.min(columns, prints.length) - column - 0.5) * side, y: room.y + (row + 0.5) * side }
    brush.save()
    brush.translate(centre.x, centre.y)
    brush.rotate(turn.between(-0.035, 0.035))
    drawPrint(brush, print, side * 0.88, palette.ink)
    brush.restore()
  }
}

function drawPrint(brush: SKRSContext2D, print: Raster, side: number, shade: string): void {
  lifted(brush, side * 0.03, shade, 0.45, () => {
    brush.fillStyle = '#ffffff'
    brush.fillRect(-side / 2, -side / 2, side, side)
  })
  const shown = Math.max(1, Math.round(side * 0.88))
  brush.drawImage(canvasOf(fitRaster(print, shown, shown)), -shown / 2, -shown / 2, shown, shown)
  brush.strokeStyle = withAlpha(shade, 0.25)
  brush.lineWidth = Math.max(0.5, side / 200)
  brush.strokeRect(-side / 2, -side / 2, side, side)
}

/** The number of columns that gives the largest squares. */
function arrange(count: number, { width, height }: Box): { columns: number; side: number } {
  let best = { columns: 1, side: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const side = Math.min(width / columns, height / Math.ceil(count / columns))
    if (side > best.side) best = { columns, side }
  }
  return best
}
