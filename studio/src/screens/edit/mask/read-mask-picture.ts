import { emptyRaster, type MaskRaster } from './mask-raster.ts'

/** Rows that are read from a canvas at a time. */
const ROWS = 512

/** A mask out of a file. */
export interface ReadMask {
  raster: MaskRaster
  /** Whether it had transparent pixels, or was read as black and white (white = the edit may paint). */
  readAs: 'alpha' | 'luminance'
}

/** What cannot be a mask. */
export class NoMask extends Error {}

/** Reads a PNG as a mask, by its alpha channel where it has one. @throws NoMask when it is no PNG or cannot be read */
export async function readMaskPicture(file: Blob): Promise<ReadMask> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer())
  if (head[0] !== 0x89 || head[1] !== 0x50) throw new NoMask(file.type)
  const picture = await createImageBitmap(file, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' }).catch(() => {
    throw new NoMask(file.type)
  })
  const { width, height } = picture
  const [byAlpha, byLight] = [emptyRaster(width, height), emptyRaster(width, height)]
  const canvas = new OffscreenCanvas(width, Math.min(ROWS, height))
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  let hasAlpha = false
  for (let top = 0; top < height; top += ROWS) {
    const rows = Math.min(ROWS, height - top)
    context.clearRect(0, 0, width, ROWS)
    context.drawImage(picture, 0, top, width, rows, 0, 0, width, rows)
    const { data } = context.getImageData(0, 0, width, rows)
    for (let index = 0; index < width * rows; index++) {
      const [red, green, blue, alpha] = [data[4 * index]!, data[4 * index + 1]!, data[4 * index + 2]!, data[4 * index + 3]!]
      if (alpha !== 255) hasAlpha = true
      byAlpha.values[top * width + index] = 255 - alpha
      byLight.values[top * width + index] = Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    }
  }
  picture.close()
  return hasAlpha ? { raster: byAlpha, readAs: 'alpha' } : { raster: byLight, readAs: 'luminance' }
}
