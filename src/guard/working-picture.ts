import { RefusedPixels } from '../pixels/index.ts'
import { openPicture, type Sharp, sharp } from '../pixels/sharp.ts'

/** Width and height in pixels. */
export interface Size {
  width: number
  height: number
}

/** A picture as it is compared: upright, sRGB, at the working size. */
export interface WorkingPicture extends Size {
  /** Three bytes a pixel; where the picture is transparent, it lies over mid-grey. */
  rgb: Uint8Array
  /** One byte a pixel; null when all of it is opaque. */
  alpha: Uint8Array | null
}

/** What a picture's header says that matters here. */
export interface PictureHeader extends Size {
  path: string
  /** EXIF orientation, 1 when there is none. `width` and `height` are those of the upright picture. */
  orientation: number
  hasAlpha: boolean
}

/** A transparent pixel has no colour. Any stands for it as long as both pictures take the same; alpha itself is compared as well. */
const BEHIND_TRANSPARENCY = '#808080'

/** Reads a header. @throws RefusedPixels `unreadable` */
export async function readHeader(path: string): Promise<PictureHeader> {
  const { autoOrient, orientation, hasAlpha } = await decoding(openPicture(path).metadata())
  return { path, width: autoOrient.width, height: autoOrient.height, orientation: orientation || 1, hasAlpha }
}

/** Decodes a picture and brings it to the working size. @throws RefusedPixels `unreadable` */
export async function readWorkingPicture(header: PictureHeader, size: Size): Promise<WorkingPicture> {
  const upright = () => openPicture(header.path).autoOrient().toColourspace('srgb').resize(size.width, size.height, { fit: 'fill' })
  const [rgb, alpha] = await Promise.all([
    decoding(upright().flatten({ background: BEHIND_TRANSPARENCY }).removeAlpha().raw().toBuffer()),
    header.hasAlpha ? readAlpha(header.path, size) : null,
  ])
  return { ...size, rgb, alpha: alpha?.every((value) => value === 255) ? null : alpha }
}

/** The alpha channel of a picture that has one, at the working size: one byte a pixel. @throws RefusedPixels `unreadable` */
export function readAlpha(path: string, { width, height }: Size): Promise<Uint8Array> {
  return decoding(openPicture(path).autoOrient().resize(width, height, { fit: 'fill' }).extractChannel('alpha').raw().toBuffer())
}

/** Raw bytes as sharp takes them. */
export function fromRaw(bytes: Uint8Array, { width, height }: Size, channels: 1 | 3 | 4): Sharp {
  return sharp(bytes, { raw: { width, height, channels } })
}

/** Decoders' words are about the file, so they are a refusal. */
async function decoding<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const [words] = error instanceof Error ? error.message.split('\n') : ['']
    throw new RefusedPixels('unreadable', `A picture of the comparison cannot be decoded: ${words}.`)
  }
}
