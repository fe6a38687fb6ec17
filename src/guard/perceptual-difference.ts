import { fromRaw, type Size, type WorkingPicture } from './working-picture.ts'

/**
 * A pixel has changed when its ΔE (CIE76) is at least this, after the blur below: three to four times what an eye can just tell apart.
 *
 * Measured on pictures that were only encoded again (JPEG at quality 80 and 60 with and without chroma subsampling, WebP at 80 and 60,
 * noise of ±1), the ΔE that 99.8 % of pixels stay below: photographs 4.4, flat graphics 5.5, small red text 7.4, gradients 2.6.
 */
export const CHANGED_DELTA_E = 8

/**
 * Encoders move single pixels by a lot and the mean of a few of them hardly at all, so differences are taken between blurred pictures. In
 * colour the blur is the wider one, as the eye's is: chroma subsampling alone spreads a colour over 16 pixels and more.
 */
const LIGHTNESS_BLUR_PIXELS = 2
const COLOUR_BLUR_PIXELS = 4
/** Colour is blurred so far that half the size holds all of it. */
const COLOUR_STEP = 2

/** A picture in CIE Lab, blurred. Made once, it is compared as often as needed. */
export interface LabPicture extends Size {
  /** Three floats a pixel; only the first, lightness, is used. */
  lightness: Float32Array
  /** Three floats a pixel of the smaller picture; only `a` and `b` are used. */
  colour: Float32Array
  colourSize: Size
  /** Blurred like lightness; null when all of it is opaque. */
  alpha: Uint8Array | null
}

/** Brings a picture to CIE Lab (by libvips, D65) and blurs it. */
export async function labOf({ rgb, alpha, width, height }: WorkingPicture): Promise<LabPicture> {
  const size = { width, height }
  const colourSize = { width: Math.ceil(width / COLOUR_STEP), height: Math.ceil(height / COLOUR_STEP) }
  const [lightness, colour, blurredAlpha] = await Promise.all([
    fromRaw(rgb, size, 3).blur(LIGHTNESS_BLUR_PIXELS).toColourspace('lab').raw({ depth: 'float' }).toBuffer(),
    fromRaw(rgb, size, 3)
      .resize(colourSize.width, colourSize.height, { fit: 'fill' })
      .blur(COLOUR_BLUR_PIXELS / COLOUR_STEP)
      .toColourspace('lab')
      .raw({ depth: 'float' })
      .toBuffer(),
    alpha && fromRaw(alpha, size, 1).blur(LIGHTNESS_BLUR_PIXELS).extractChannel(0).raw().toBuffer(),
  ])
  return { ...size, lightness: floatsOf(lightness), colour: floatsOf(colour), colourSize, alpha: blurredAlpha }
}

function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / Float32Array.BYTES_PER_ELEMENT)
}

/** What lies between two pictures of the same size: at each pixel the length of the difference, and its parts. */
export class PerceptualDifference {
  /** ΔE a pixel. */
  readonly deltaE: Float32Array
  readonly #source: LabPicture
  readonly #result: LabPicture

  constructor(source: LabPicture, result: LabPicture) {
    this.#source = source
    this.#result = result
    const { width, height } = source
    const deltaE = new Float32Array(width * height)
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        const colourAt = colourPlace(source, x, y)
        const l = result.lightness[3 * at]! - source.lightness[3 * at]!
        const a = result.colour[colourAt + 1]! - source.colour[colourAt + 1]!
        const b = result.colour[colourAt + 2]! - source.colour[colourAt + 2]!
        deltaE[at] = Math.sqrt(l * l + a * a + b * b)
      }
    this.deltaE = deltaE
    if (source.alpha || result.alpha) this.#addAlpha()
  }

  /** Mean of result minus source in each part of Lab, over the pixels whose place is the given one; zeros when there is none. */
  meanShift(places: Uint8Array, place: number): { l: number; a: number; b: number } {
    const [source, result] = [this.#source, this.#result]
    const { width, height } = source
    let pixels = 0
    let [l, a, b] = [0, 0, 0]
    for (let y = 0, at = 0; y < height; y++)
      for (let x = 0; x < width; x++, at++) {
        if (places[at] !== place) continue
        const colourAt = colourPlace(source, x, y)
        pixels++
        l += result.lightness[3 * at]! - source.lightness[3 * at]!
        a += result.colour[colourAt + 1]! - source.colour[colourAt + 1]!
        b += result.colour[colourAt + 2]! - source.colour[colourAt + 2]!
      }
    return pixels === 0 ? { l, a, b } : { l: l / pixels, a: a / pixels, b: b / pixels }
  }

  /** From transparent to opaque is as far as from black to white: 100. */
  #addAlpha(): void {
    const { deltaE } = this
    for (let at = 0; at < deltaE.length; at++) {
      const step = ((this.#result.alpha?.[at] ?? 255) - (this.#source.alpha?.[at] ?? 255)) / 2.55
      deltaE[at] = Math.hypot(deltaE[at]!, step)
    }
  }
}

/** Where the colour of a pixel stands among the floats of the smaller picture. */
function colourPlace({ colourSize }: LabPicture, x: number, y: number): number {
  return 3 * (((y / COLOUR_STEP) | 0) * colourSize.width + ((x / COLOUR_STEP) | 0))
}
