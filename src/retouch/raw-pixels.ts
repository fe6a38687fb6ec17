import { RefusedPixels } from '../pixels/index.ts'
import { type Sharp, sharp } from '../pixels/sharp.ts'

/** Decoded pixels, row after row, 8 bits a channel, colours not multiplied by alpha. */
export interface RawPixels {
  data: Buffer
  width: number
  height: number
  /** 3 = RGB, 4 = RGBA. */
  channels: 3 | 4
}

/** In a child: decodes to RGB or RGBA; grey becomes three equal channels. @param channels makes up an opaque alpha channel, or leaves one out */
export async function readPixels(picture: Sharp, channels: 3 | 4): Promise<RawPixels> {
  const shaped = channels === 4 ? picture.ensureAlpha() : picture.removeAlpha()
  const { data, info } = await decoding(shaped.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }))
  return { data, width: info.width, height: info.height, channels }
}

/** In a child: decodes the alpha channel alone, one byte a pixel. */
export async function readAlpha(picture: Sharp): Promise<Buffer> {
  return decoding(picture.extractChannel('alpha').raw().toBuffer())
}

/** In a child: a picture of these pixels, ready to be written. */
export function pictureOf({ data, width, height, channels }: RawPixels): Sharp {
  return sharp(data, { raw: { width, height, channels } })
}

/** Decoders' words are about the file, so they are a refusal. */
export async function decoding<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw new RefusedPixels('unreadable', `A picture cannot be decoded: ${error instanceof Error ? error.message : error}`)
  }
}
