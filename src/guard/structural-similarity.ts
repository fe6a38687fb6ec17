import { ssim } from 'ssim.js'
import type { Box } from './drift-measurement.ts'
import { fromRaw, type Size, type WorkingPicture } from './working-picture.ts'

/**
 * Longest side at which structure is compared. The authors of SSIM bring a picture to about 256 pixels first, because that is what an eye
 * takes in at a look (https://www.cns.nyu.edu/~lcv/ssim/); at half as much again, a step of four pixels in a megapixel is still seen.
 */
const LONGEST_SIDE = 400
/** Small pictures are halved at least: encoders take the finest grain away, and that is no change of structure. */
const LEAST_SHRINKING = 2
const WINDOW = 11

/** Local structural similarity of two pictures, by ssim.js with the usual constants. */
export class StructuralSimilarity {
  readonly #map: { data: readonly number[]; width: number; height: number }
  readonly #working: Size
  readonly #scaleX: number
  readonly #scaleY: number
  readonly #toCentre: number

  private constructor(map: { data: readonly number[]; width: number; height: number }, compared: Size, working: Size, window: number) {
    this.#map = map
    this.#working = working
    this.#scaleX = working.width / compared.width
    this.#scaleY = working.height / compared.height
    this.#toCentre = (window - 1) / 2 + 0.5
  }

  /** Compares two pictures of the same size. */
  static async of(source: WorkingPicture, result: WorkingPicture): Promise<StructuralSimilarity> {
    const factor = Math.min(1 / LEAST_SHRINKING, LONGEST_SIDE / Math.max(source.width, source.height))
    const size = { width: Math.max(1, Math.round(source.width * factor)), height: Math.max(1, Math.round(source.height * factor)) }
    const window = Math.min(WINDOW, size.width, size.height)
    const [one, other] = await Promise.all([shrink(source, size), shrink(result, size)])
    const { ssim_map } = ssim(one, other, { ssim: 'weber', windowSize: window, downsample: false })
    return new StructuralSimilarity(ssim_map, size, source, window)
  }

  /** 1 at each pixel of the working size whose nearest window is less alike than this. */
  below(similarity: number): Uint8Array {
    const { data, width } = this.#map
    const columns = Array.from({ length: this.#working.width }, (_, x) => this.#place(x + 0.5, this.#scaleX, width))
    const found = new Uint8Array(this.#working.width * this.#working.height)
    for (let y = 0, at = 0; y < this.#working.height; y++) {
      const row = this.#place(y + 0.5, this.#scaleY, this.#map.height) * width
      for (let x = 0; x < columns.length; x++, at++) if (data[row + columns[x]!]! < similarity) found[at] = 1
    }
    return found
  }

  /** Mean over the windows in whose middle `counts` says so; 1 when there are none. Coordinates are those of the working size. */
  mean(counts: (x: number, y: number) => boolean): number {
    const { data, width, height } = this.#map
    let [windows, sum] = [0, 0]
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        if (!counts(this.#toX(column), this.#toY(row))) continue
        windows++
        sum += data[row * width + column]!
      }
    return windows === 0 ? 1 : sum / windows
  }

  /** Mean over the windows whose middle lies in a box of the working size; where there is none, of the nearest. */
  meanInBox(box: Box): number {
    const { data, width, height } = this.#map
    const left = this.#place(box.x, this.#scaleX, width)
    const right = Math.max(left + 1, this.#place(box.x + box.width, this.#scaleX, width))
    const top = this.#place(box.y, this.#scaleY, height)
    const bottom = Math.max(top + 1, this.#place(box.y + box.height, this.#scaleY, height))
    let sum = 0
    for (let row = top; row < bottom; row++) for (let column = left; column < right; column++) sum += data[row * width + column]!
    return sum / ((right - left) * (bottom - top))
  }

  #toX(column: number): number {
    return Math.floor((column + this.#toCentre) * this.#scaleX)
  }

  #toY(row: number): number {
    return Math.floor((row + this.#toCentre) * this.#scaleY)
  }

  #place(pixel: number, scale: number, count: number): number {
    return Math.min(count - 1, Math.max(0, Math.round(pixel / scale - this.#toCentre)))
  }
}

async function shrink(picture: WorkingPicture, { width, height }: Size) {
  const rgba = await fromRaw(picture.rgb, picture, 3).resize(width, height, { fit: 'fill' }).ensureAlpha().raw().toBuffer()
  return { data: new Uint8ClampedArray(rgba.buffer, rgba.byteOffset, rgba.length), width, height }
}
