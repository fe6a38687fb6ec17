import { profileOf, RefusedPixels } from '../pixels/index.ts'
import { openPicture, type Sharp } from '../pixels/sharp.ts'
import { blendPixels } from './blend-pixels.ts'
import { compositeFit, maxCompositePixels, type PixelSize } from './composite-fit.ts'
import { featherWeights, MAX_FEATHER_PX } from './feather-weights.ts'
import { decoding, pictureOf, type RawPixels, readAlpha, readPixels } from './raw-pixels.ts'
import type { LosslessFormat, RetouchedPicture } from './retouched-picture.ts'
import { writePicture } from './write-picture.ts'

/** What goes into a strict composite. */
export interface StrictComposite {
  sourcePath: string
  /** PNG or WebP with alpha, of the source's size: opaque is kept, transparent is edited. */
  maskPath: string
  /** What the model made of it, untouched. */
  resultPath: string
  outPath: string
  format: LosslessFormat
  /** Width of the soft edge inside the mask, 0..128 pixels of the source. */
  featherPx: number
}

/** A strict composite. */
export interface CompositePicture extends RetouchedPicture {
  /** The model's picture had another size and was brought to the source's. */
  resampled: boolean
  /** Share of pixels whose bytes are the source's own, 0..1. */
  keptShare: number
}

/** In a child: lays the model's picture over the source, inside the mask only. */
export async function run({ sourcePath, maskPath, resultPath, outPath, format, featherPx }: StrictComposite): Promise<CompositePicture> {
  if (!Number.isInteger(featherPx) || featherPx < 0 || featherPx > MAX_FEATHER_PX)
    throw new RefusedPixels('feather', `A feather of ${featherPx} pixels; whole numbers from 0 to ${MAX_FEATHER_PX} are possible.`)
  const [source, result] = await Promise.all([requireAsStored(sourcePath), decoding(openPicture(resultPath).metadata())])
  const fit = requireFit(source, result, format)
  const weights = await readWeights(maskPath, source, featherPx)
  const channels = source.hasAlpha || result.hasAlpha ? 4 : 3
  const over = fit === 'same' ? openPicture(resultPath) : resampled(openPicture(resultPath), source)
  const pixels = await blend(openPicture(sourcePath, { asStored: true }), over, weights, channels)
  const picture = await writePicture(pictureOf(pixels), outPath, format)
  return { ...picture, resampled: fit === 'resampled', keptShare: shareOfZeros(weights) }
}

/** Apart from the writing of the file, so that the model's pixels are let go of before it. */
async function blend(base: Sharp, over: Sharp, weights: Uint8Array, channels: 3 | 4): Promise<RawPixels> {
  const pixels = await readPixels(base, channels)
  blendPixels(pixels.data, (await readPixels(over, channels)).data, weights, channels)
  return pixels
}

/** The source's numbers can stand beside the model's only if they mean the same colours and lie the same way up. */
async function requireAsStored(path: string): Promise<PixelSize & { hasAlpha: boolean }> {
  const { width, height, hasAlpha, space, depth, icc, orientation = 1 } = await decoding(openPicture(path).metadata())
  if (space === 'cmyk' || depth !== 'uchar') throw new RefusedPixels('source_mode', 'The source is not in 8-bit RGB or grey.')
  if (profileOf(icc) === 'other') throw new RefusedPixels('source_mode', 'The source has a colour profile other than sRGB.')
  if (orientation !== 1)
    throw new RefusedPixels('orientation', `The source has orientation tag ${orientation}; its pixels must be stored upright.`)
  return { width, height, hasAlpha }
}

function requireFit(source: PixelSize, result: PixelSize, format: LosslessFormat): 'same' | 'resampled' {
  const fit = compositeFit(source, result, format)
  const sizes = `the source is ${source.width}x${source.height}, the result ${result.width}x${result.height}`
  if (fit === 'aspect_differs') throw new RefusedPixels(fit, `The aspects differ: ${sizes}.`)
  if (fit === 'source_too_large') throw new RefusedPixels(fit, `More than ${maxCompositePixels[format]} pixels: ${sizes}.`)
  return fit
}

async function readWeights(path: string, { width, height }: PixelSize, featherPx: number): Promise<Uint8Array> {
  const mask = await decoding(openPicture(path).metadata())
  if (mask.width !== width || mask.height !== height)
    throw new RefusedPixels('mask_size', `The mask is ${mask.width}x${mask.height}, the source ${width}x${height}.`)
  if (!mask.hasAlpha) throw new RefusedPixels('mask_without_alpha', 'The mask has no alpha channel.')
  return featherWeights(await readAlpha(openPicture(path)), width, height, featherPx)
}

function resampled(picture: Sharp, { width, height }: PixelSize): Sharp {
  return picture.resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
}

function shareOfZeros(weights: Uint8Array): number {
  let zeros = 0
  for (const weight of weights) if (weight === 0) zeros++
  return zeros / weights.length
}
