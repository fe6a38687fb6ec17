import { openPicture } from '../pixels/sharp.ts'
import { findBorderKey } from './border-key.ts'
import { channelsOf, type KeyColour } from './key-colour.ts'
import { keyPixels } from './key-pixels.ts'
import { pictureOf, readPixels } from './raw-pixels.ts'
import type { LosslessFormat, RetouchedPicture } from './retouched-picture.ts'
import { writePicture } from './write-picture.ts'

/** What goes into keying. */
export interface Keying {
  sourcePath: string
  outPath: string
  format: LosslessFormat
  /** The colour that the model was asked to draw the background in. */
  key: KeyColour
  /** Greatest difference of a channel from the background's colour for a pixel to belong to it, 0..255; 40 if absent. */
  tolerance?: number
}

/** What keying came to. `borderShare` is the share of the picture's outermost pixels that show the key colour, 0..1. */
export type KeyedPicture =
  /** The model did not draw the background it was asked for: nothing was made. */
  | { keyed: false; borderShare: number }
  | {
      keyed: true
      borderShare: number
      /** The background's colour as the model drew it, `#rrggbb`. */
      drawnKey: string
      /** Share of pixels that became fully transparent, 0..1. */
      transparentShare: number
      picture: RetouchedPicture
    }

const DEFAULT_TOLERANCE = 40

/** In a child: turns the background into transparency. */
export async function run({ sourcePath, outPath, format, key, tolerance = DEFAULT_TOLERANCE }: Keying): Promise<KeyedPicture> {
  const pixels = await readPixels(openPicture(sourcePath), 4)
  const { share, colour } = findBorderKey(pixels, channelsOf(key))
  if (!colour) return { keyed: false, borderShare: share }
  const transparent = keyPixels(pixels, colour, tolerance)
  return {
    keyed: true,
    borderShare: share,
    drawnKey: `#${Buffer.from(colour).toString('hex')}`,
    transparentShare: transparent / (pixels.width * pixels.height),
    picture: await writePicture(pictureOf(pixels), outPath, format),
  }
}
