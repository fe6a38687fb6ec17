import { profileOf } from './icc-profile.ts'
import type { ExaminedPicture } from './picture-examination.ts'
import { RefusedPixels } from './refused-pixels.ts'
import { openPicture, type Sharp } from './sharp.ts'

/** What only a decoder can tell. */
export type DecodedFacts = Pick<
  ExaminedPicture,
  'orientation' | 'channels' | 'colourSpace' | 'profile' | 'alpha' | 'transparentShare' | 'opaqueShare'
>

/** What the header said, which the decoder must agree with: what is checked is then what is decoded. */
export interface ExaminationOrder {
  path: string
  width: number
  height: number
}

/** Decodes a picture to its last pixel. @throws RefusedPixels `cmyk`, `sixteen_bit`, `animated`, `unreadable` */
export async function run({ path, width, height }: ExaminationOrder): Promise<DecodedFacts> {
  const header = await decoding(openPicture(path).metadata())
  if (header.width !== width || header.height !== height)
    throw new RefusedPixels(
      'unreadable',
      `The file contradicts itself: its header says ${width}x${height}, its pixels are ${header.width}x${header.height}.`,
    )
  if (header.space === 'cmyk') throw new RefusedPixels('cmyk', 'The picture is in CMYK; only RGB and grey are read.')
  if (header.depth !== 'uchar') throw new RefusedPixels('sixteen_bit', 'The picture has more than 8 bits per channel.')
  if ((header.pages ?? 1) > 1) throw new RefusedPixels('animated', `The picture is animated: it has ${header.pages} frames.`)
  const shares = await decoding(header.hasAlpha ? alphaShares(openPicture(path)) : decodeAll(openPicture(path)))
  return {
    orientation: header.orientation && header.orientation >= 1 && header.orientation <= 8 ? header.orientation : 1,
    channels: header.channels,
    colourSpace: header.space === 'b-w' ? 'grey' : 'srgb',
    profile: profileOf(header.icc),
    alpha: header.hasAlpha,
    ...shares,
  }
}

/** One channel is kept, all are decoded. */
async function decodeAll(picture: Sharp): Promise<Pick<DecodedFacts, 'transparentShare' | 'opaqueShare'>> {
  await picture.extractChannel(0).raw().toBuffer()
  return { transparentShare: 0, opaqueShare: 1 }
}

async function alphaShares(picture: Sharp): Promise<Pick<DecodedFacts, 'transparentShare' | 'opaqueShare'>> {
  const alpha = await picture.extractChannel('alpha').raw().toBuffer()
  let [transparent, opaque] = [0, 0]
  for (const value of alpha) {
    if (value === 0) transparent++
    else if (value === 255) opaque++
  }
  return { transparentShare: transparent / alpha.length, opaqueShare: opaque / alpha.length }
}

/** Decoders' words are about the file, so they are a refusal. */
async function decoding<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const [words] = error instanceof Error ? error.message.split('\n') : ['']
    throw new RefusedPixels('unreadable', `The picture cannot be decoded, it is damaged: ${words}.`)
  }
}
