import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { openPicture, type Sharp, sharp } from '../pixels/sharp.ts'
import type { Box, HeatMapFile } from './drift-measurement.ts'
import type { MarkedBox, SideBySideInput } from './side-by-side.ts'
import { readHeader, type Size } from './working-picture.ts'

/** Longest side of each of the two pictures. */
const LONGEST_SIDE = 900
const GAP = 12
const ROW_HEIGHT = 110
const BEHIND = { r: 245, g: 245, b: 245 }
const colours = { kept: '#1a9850', unsure: '#e08a00', changed: '#d73027' } as const

/** Draws source and result beside one another, boxes framed by verdict, and below them each text before and after, as large as there is room. */
export async function run({ sourcePath, resultPath, boxes, path }: SideBySideInput): Promise<HeatMapFile> {
  const header = await readHeader(resultPath)
  const factor = Math.min(1, LONGEST_SIDE / Math.max(header.width, header.height))
  const size = { width: Math.max(1, Math.round(header.width * factor)), height: Math.max(1, Math.round(header.height * factor)) }
  const paths = sourcePath === null ? [resultPath] : [sourcePath, resultPath]
  const rows = boxes.filter(({ isText }) => isText)
  const width = paths.length * size.width + (paths.length - 1) * GAP
  const height = size.height + rows.length * (ROW_HEIGHT + GAP)
  const layers = []
  for (const [column, picture] of paths.entries()) {
    const left = column * (size.width + GAP)
    layers.push({ input: await bytesOf(framed(picture, size, boxes, header)), left, top: 0 })
    for (const [row, { box, verdict }] of rows.entries())
      layers.push({
        input: await crop(picture, header, box, { width: size.width, height: ROW_HEIGHT }, colours[verdict]),
        left,
        top: size.height + GAP + row * (ROW_HEIGHT + GAP),
      })
  }
  const png = await sharp({ create: { width, height, channels: 3, background: BEHIND } })
    .composite(layers)
    .png()
    .toBuffer()
  await writeFile(path, png)
  return { sha256: createHash('sha256').update(png).digest('hex'), bytes: png.length, width, height }
}

const bytesOf = (picture: Sharp) => picture.png({ compressionLevel: 1 }).toBuffer()

/** A picture at a size, its boxes framed. Frames are four bars each: no decoder for drawings is open here. */
function framed(path: string, size: Size, boxes: readonly MarkedBox[], full: Size): Sharp {
  const scale = size.width / full.width
  const bars = boxes.flatMap(({ box, verdict }) => frameOf(scaledBox(box, scale, size), colours[verdict]))
  return upright(path).resize(size.width, size.height, { fit: 'fill' }).composite(bars)
}

function upright(path: string): Sharp {
  return openPicture(path).autoOrient().toColourspace('srgb').flatten({ background: BEHIND }).removeAlpha()
}

function scaledBox({ x, y, width, height }: Box, scale: number, size: Size): Box {
  const [left, top] = [
    Math.min(size.width - 1, Math.max(0, Math.floor(x * scale))),
    Math.min(size.height - 1, Math.max(0, Math.floor(y * scale))),
  ]
  const [right, bottom] = [Math.min(size.width, Math.ceil((x + width) * scale)), Math.min(size.height, Math.ceil((y + height) * scale))]
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) }
}

const BAR = 2

function frameOf({ x, y, width, height }: Box, colour: string) {
  const bar = (left: number, top: number, wide: number, high: number) => ({
    input: { create: { width: Math.max(1, wide), height: Math.max(1, high), channels: 3 as const, background: colour } },
    left,
    top,
  })
  return [
    bar(x, y, width, Math.min(BAR, height)),
    bar(x, Math.max(y, y + height - BAR), width, Math.min(BAR, height)),
    bar(x, y, Math.min(BAR, width), height),
    bar(Math.max(x, x + width - BAR), y, Math.min(BAR, width), height),
  ]
}

async function crop(path: string, full: Size, box: Box, room: Size, colour: string): Promise<Buffer> {
  const { x, y, width, height } = scaledBox(box, 1, full)
  const { width: stored, height: high } = await readHeader(path)
  const [across, down] = [stored / full.width, high / full.height]
  const area = {
    left: Math.min(stored - 1, Math.floor(x * across)),
    top: Math.min(high - 1, Math.floor(y * down)),
    width: Math.max(1, Math.floor(width * across)),
    height: Math.max(1, Math.floor(height * down)),
  }
  const inside = { ...area, width: Math.min(area.width, stored - area.left), height: Math.min(area.height, high - area.top) }
  const cut = await bytesOf(upright(path).extract(inside))
  const shown = await bytesOf(sharp(cut).resize(room.width - 8, room.height - 8, { fit: 'contain', background: BEHIND }))
  return bytesOf(sharp(shown).extend({ top: 4, bottom: 4, left: 4, right: 4, background: colour }))
}
