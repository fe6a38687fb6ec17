import { hash } from 'node:crypto'
import { inputLimits } from '../../contract/input-limits.ts'
import type { ColourSpace, InputPicture } from '../../contract/input-picture.ts'
import type { ByteSource } from '../../pixels/byte-source.ts'
import { inspectImage } from '../../pixels/inspect-image.ts'
import type { PicturePress } from '../render/index.ts'
import type { ReceivedInput } from './received-input.ts'

/** A received input that was decoded. */
export interface ReadInput extends ReceivedInput {
  picture: InputPicture
  /** Pixels of the upright picture: those of the file, with the sides changed where its orientation says so. */
  upright: { width: number; height: number }
}

/**
 * Looks at an input: its header first, then, off the event loop, its pixels.
 * @returns null when it is no PNG, JPEG or WebP, is not whole, holds more pixels than are ever decoded, or cannot be decoded.
 */
export async function readInput(input: ReceivedInput, press: PicturePress): Promise<ReadInput | null> {
  const facts = await inspectImage(new MemoryBytes(input.bytes))
  if (!facts || facts.format === 'gif' || !facts.complete) return null
  if (facts.width * facts.height > inputLimits.pixels) return null
  const decoded = await press.examine({ bytes: input.bytes, sha256: input.sha256 })
  if (!decoded) return null
  const { format, width, height, bitDepth } = facts
  const { transparentShare, opaqueShare, ...upright } = decoded
  const picture: InputPicture = {
    role: input.role,
    param: input.param,
    format,
    bytes: input.bytes.length,
    width,
    height,
    // Which of the eight it is does not matter here; a turn by a quarter shows in the sides.
    orientation: upright.width === width ? 1 : 6,
    bitDepth,
    colourSpace: colourSpaceOf(input.bytes, format),
    frames: facts.severalFrames ? 2 : 1,
    alpha: facts.alpha ?? opaqueShare < 1,
    transparentShare,
    opaqueShare,
  }
  return { ...input, picture, upright }
}

/** The SHA-256 of bytes, hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

/** Read from where each format says it: PNG colour type 0 or 4 is grey, a JPEG frame of one component too, one of four is CMYK. */
function colourSpaceOf(bytes: Buffer, format: InputPicture['format']): ColourSpace {
  if (format === 'png') return bytes[25] === 0 || bytes[25] === 4 ? 'grey' : 'srgb'
  if (format === 'webp') return 'srgb'
  const components = jpegComponents(bytes)
  return components === 1 ? 'grey' : components === 4 ? 'cmyk' : 'srgb'
}

/** The number of components in a JPEG's frame header (ITU-T T.81, B.2.2). */
function jpegComponents(bytes: Buffer): number | undefined {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const code = bytes[at + 1]!
    if (code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code)) return bytes[at + 9]
    at += code === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

/** Bytes in memory, for the readers of headers. */
class MemoryBytes implements ByteSource {
  readonly size: number
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.size = bytes.length
  }

  async read(offset: number, length: number): Promise<Buffer> {
    return this.#bytes.subarray(offset, offset + length)
  }
}
