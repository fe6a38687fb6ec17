import { featherBox } from './feather-box.ts'
import type { MaskDocument } from './mask-document.ts'
import { type Box, clipBox, wholeBox } from './mask-raster.ts'

/** How strongly an open pixel is tinted, 0..1. */
const TINT = 0.55
/** The tint over pictures: the red of rubylith, the film that masks were cut from. The same in light and dark, for pictures are. */
const [RED, GREEN, BLUE] = [232, 40, 70]

/** A mask as it is shown: a canvas of the picture's pixels, tinted where the edit may paint. Only what changed is drawn anew. */
export class MaskOverlay {
  readonly canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #mask: MaskDocument
  #featherPx: number

  constructor(mask: MaskDocument, featherPx: number) {
    this.canvas = document.createElement('canvas')
    this.canvas.width = mask.width
    this.canvas.height = mask.height
    this.#context = this.canvas.getContext('2d')!
    this.#mask = mask
    this.#featherPx = featherPx
    this.refresh(wholeBox(mask), true)
  }

  feather(featherPx: number): void {
    if (featherPx === this.#featherPx) return
    this.#featherPx = featherPx
    this.refresh(wholeBox(this.#mask), true)
  }

  /** Draws what changed: while a stroke is under way as it was painted, at its end with its soft edge. */
  refresh(changed: Box, isAtRest: boolean): void {
    const margin = isAtRest ? this.#featherPx + 1 : 0
    const box = clipBox(this.#mask, {
      x: changed.x - margin,
      y: changed.y - margin,
      width: changed.width + 2 * margin,
      height: changed.height + 2 * margin,
    })
    if (box === null) return
    const values = featherBox(this.#mask.raster, box, isAtRest ? this.#featherPx : 0)
    const pixels = new ImageData(box.width, box.height)
    const tint = new Uint32Array(pixels.data.buffer)
    for (let index = 0; index < values.length; index++) tint[index] = tints[values[index]!]!
    this.#context.putImageData(pixels, box.x, box.y)
  }
}

/** The tint of each value as a word of a little-endian machine, which all that run browsers are. */
const tints = Uint32Array.from({ length: 256 }, (_, value) => (Math.round(value * TINT) << 24) | (BLUE << 16) | (GREEN << 8) | RED)
