import type { Colour } from '../colour.ts'

/** A picture of four shades at two bits a pixel: cheap to make and to encode at any size. */
export interface FourShades {
  readonly width: number
  readonly height: number
  /** Colours of the shades 0 to 3; shade 0 is the ground. */
  readonly shades: readonly [Colour, Colour, Colour, Colour]
  /** Shade 0 is fully transparent. */
  readonly clear: boolean
  /** Four pixels a byte, the leftmost in the highest bits (as png packs them); each row starts on a byte of its own. */
  readonly rows: Uint8Array
}

/** Bytes of one row of a four-shade picture. */
export function fourShadeStride(width: number): number {
  return Math.ceil(width / 4)
}

/** An empty picture: every pixel is shade 0. */
export function createFourShades(width: number, height: number, shades: FourShades['shades'], clear: boolean): FourShades {
  return { width, height, shades, clear, rows: new Uint8Array(fourShadeStride(width) * height) }
}

/** Sets a pixel that is still shade 0; outside the picture nothing happens. */
export function setShade({ width, height, rows }: FourShades, x: number, y: number, shade: number): void {
  if (x >= width || y >= height) return
  rows[y * fourShadeStride(width) + (x >> 2)]! |= shade << (6 - 2 * (x & 3))
}
