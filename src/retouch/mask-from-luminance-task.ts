import { RefusedPixels } from '../pixels/index.ts'
import { openPicture } from '../pixels/sharp.ts'
import { decoding, pictureOf, type RawPixels, readPixels } from './raw-pixels.ts'
import type { RetouchedPicture } from './retouched-picture.ts'
import { writePicture } from './write-picture.ts'

/** What goes into a mask. */
export interface LuminanceMask {
  maskPath: string
  outPath: string
  /** Black is the area to edit, not white. */
  invert?: boolean
}

/** A mask made of a black and white picture. */
export interface AlphaMask extends RetouchedPicture {
  /** Share of pixels to edit (fully transparent), and to keep (fully opaque), 0..1. The rest is in between. */
  transparentShare: number
  opaqueShare: number
}

/** Lossy codecs leave noise about this far from pure black and white; within it a pixel counts as pure. */
const SNAP = 8
/** A channel this far from another is colour. */
const COLOUR = 48
const MOST_COLOURED_SHARE = 0.02
const MOST_GREY_SHARE = 0.5

/** In a child: luminance becomes alpha. @throws RefusedPixels `mask_has_alpha`, `mask_is_coloured`, `mask_is_grey`, `orientation`, `unreadable` */
export async function run({ maskPath, outPath, invert = false }: LuminanceMask): Promise<AlphaMask> {
  const { orientation = 1 } = await decoding(openPicture(maskPath).metadata())
  if (orientation !== 1)
    throw new RefusedPixels(
      'orientation',
      `The mask has orientation tag ${orientation}; save it upright, so that it fits the picture's stored pixels.`,
    )
  const pixels = await readPixels(openPicture(maskPath), 4)
  const { transparent, opaque, coloured } = maskInPlace(pixels, invert)
  const count = pixels.width * pixels.height
  requireBlackAndWhite(coloured / count, 1 - (transparent + opaque) / count)
  const picture = await writePicture(pictureOf(pixels), outPath, 'png')
  return { ...picture, transparentShare: transparent / count, opaqueShare: opaque / count }
}

interface Counts {
  transparent: number
  opaque: number
  coloured: number
}

/** Makes every pixel black, with alpha 0 where it was white, 255 where it was black and in between where it was grey. */
function maskInPlace({ data }: RawPixels, invert: boolean): Counts {
  const counts = { transparent: 0, opaque: 0, coloured: 0 }
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!]
    if (data[at + 3] !== 255)
      throw new RefusedPixels(
        'mask_has_alpha',
        'The mask has transparent pixels already: it is an alpha mask, or it is unclear what they mean.',
      )
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > COLOUR) counts.coloured++
    const luminance = snap(Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue))
    const alpha = invert ? luminance : 255 - luminance
    if (alpha === 0) counts.transparent++
    else if (alpha === 255) counts.opaque++
    data.writeUInt32BE(alpha, at)
  }
  return counts
}

const snap = (luminance: number) => (luminance <= SNAP ? 0 : luminance >= 255 - SNAP ? 255 : luminance)

function requireBlackAndWhite(colouredShare: number, greyShare: number): void {
  if (colouredShare > MOST_COLOURED_SHARE)
    throw new RefusedPixels('mask_is_coloured', `${percent(colouredShare)} of the mask is in colour; it must be black and white.`)
  if (greyShare > MOST_GREY_SHARE)
    throw new RefusedPixels(
      'mask_is_grey',
      `${percent(greyShare)} of the mask is neither black nor white; half of it may be soft edges at most.`,
    )
}

const percent = (share: number) => `${Math.round(share * 100)} %`
