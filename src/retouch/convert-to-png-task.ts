import { openPicture } from '../pixels/sharp.ts'
import { decoding, pictureOf, readPixels } from './raw-pixels.ts'
import type { RetouchedPicture } from './retouched-picture.ts'
import { writePicture } from './write-picture.ts'

/** What goes into a conversion. */
export interface Conversion {
  sourcePath: string
  outPath: string
}

/** In a child: writes the picture as people see it. */
export async function run({ sourcePath, outPath }: Conversion): Promise<RetouchedPicture> {
  const { hasAlpha } = await decoding(openPicture(sourcePath).metadata())
  const pixels = await readPixels(openPicture(sourcePath).autoOrient(), hasAlpha ? 4 : 3)
  return writePicture(pictureOf(pixels), outPath, 'png')
}
