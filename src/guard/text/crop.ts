import type { Box } from '../drift-measurement.ts'
import { fromRaw, type Size, type WorkingPicture } from '../working-picture.ts'

/** A box of a picture, decoded, in whatever size it is worked on. */
export interface Crop extends Size {
  rgb: Uint8Array
  /** Where it lies in the picture, margin included. */
  box: Box
  /** Pixels of the crop for one of the picture. */
  scale: number
}

/** Cuts a box out and brings it to a scale. */
export async function cropOf(picture: WorkingPicture, box: Box, scale: number): Promise<Crop> {
  const [width, height] = [Math.max(1, Math.round(box.width * scale)), Math.max(1, Math.round(box.height * scale))]
  const rgb = await fromRaw(picture.rgb, picture, 3)
    .extract({ left: box.x, top: box.y, width: box.width, height: box.height })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer()
  return { width, height, rgb, box, scale }
}

/** Lightness of each pixel, 0..255. */
export function greyOf({ rgb, width, height }: Crop | WorkingPicture): Uint8Array {
  const grey = new Uint8Array(width * height)
  for (let at = 0; at < grey.length; at++) grey[at] = (rgb[3 * at]! * 54 + rgb[3 * at + 1]! * 183 + rgb[3 * at + 2]! * 19) >> 8
  return grey
}
