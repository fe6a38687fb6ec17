import { type Canvas, createCanvas } from '@napi-rs/canvas'
import { type Chance, createChance } from './chance.ts'
import { type Colour, mix } from './colour.ts'
import { createFourShades, type FourShades, setShade } from './encode/four-shades.ts'
import { encodeFourShadePng } from './encode/png.ts'
import { encodeFourShadeWebp } from './encode/webp.ts'
import { palettes } from './palettes.ts'
import type { PictureOrder } from './picture-order.ts'
import { cssFont } from './text/font-library.ts'

/** Where things stand on a flat picture, in pixels. */
interface FlatPlan {
  word: { x: number; y: number; width: number; height: number }
  /** A row of squares, filled or not by the seed's bits, so that no two seeds give the same bytes. */
  bits: { x: number; y: number; side: number; filled: boolean[] }
}

const BITS = 48
const WIDEST_WORD = 960
/** Finer jpegs cost three times as much and look the same on two colours. */
const FINEST_JPEG = 75
const WORD = 'SANDBOX'

/**
 * Makes a picture in two plain colours with the word SANDBOX, a row of squares that tells seeds apart, and nothing else.
 * Png and webp take 1 to 8 ms at any legal size: they are written as four shades at two bits a pixel, without a canvas of that size
 * (webp is lossless then, whatever the compression). Jpeg goes through a canvas: about 6 ms a megapixel.
 */
export function drawFlatPicture(order: PictureOrder): Uint8Array<ArrayBuffer> {
  const chance = createChance(order.seed)
  const palette = chance.pick(palettes)
  const [ground, ink] = chance.happens(0.5) ? [palette.paper, palette.land[2]] : [palette.land[2], palette.paper]
  const plan = planFlat(order, chance)
  if (order.format === 'jpeg')
    return Uint8Array.from(drawOnCanvas(order, plan, ground, ink).encodeSync('jpeg', Math.min(order.compression, FINEST_JPEG)))
  const shades = drawShades(order, plan, [ground, ink], order.background === 'transparent')
  return order.format === 'png' ? encodeFourShadePng(shades) : encodeFourShadeWebp(shades)
}

function planFlat({ width, height }: PictureOrder, chance: Chance): FlatPlan {
  const wordWidth = Math.max(1, Math.min(Math.floor(width * 0.7), Math.floor(height * 2.4), WIDEST_WORD))
  const wordHeight = Math.max(1, Math.floor(wordWidth / 5))
  const word = { x: Math.floor((width - wordWidth) / 2), y: Math.floor((height - wordHeight) / 2), width: wordWidth, height: wordHeight }
  const side = Math.max(1, Math.floor(wordWidth / BITS))
  const x = Math.max(0, Math.floor((width - side * BITS) / 2))
  return { word, bits: { x, y: word.y + wordHeight + side, side, filled: Array.from({ length: BITS }, () => chance.happens(0.5)) } }
}

function drawOnCanvas(order: PictureOrder, plan: FlatPlan, ground: Colour, ink: Colour): Canvas {
  const canvas = createCanvas(order.width, order.height)
  const brush = canvas.getContext('2d')
  brush.fillStyle = ground
  brush.fillRect(0, 0, order.width, order.height)
  brush.fillStyle = ink
  brush.drawImage(wordStencil(plan.word, ink), plan.word.x, plan.word.y)
  for (const [bit, filled] of plan.bits.filled.entries())
    if (filled) brush.fillRect(plan.bits.x + bit * plan.bits.side, plan.bits.y, plan.bits.side, plan.bits.side)
  return canvas
}

/** The word alone, filling a small canvas of its own. */
function wordStencil({ width, height }: FlatPlan['word'], ink: Colour): Canvas {
  const canvas = createCanvas(width, height)
  const brush = canvas.getContext('2d')
  const pixels = height * 0.98
  brush.font = cssFont('ja', 'black', pixels)
  brush.fillStyle = ink
  brush.textAlign = 'center'
  brush.textBaseline = 'alphabetic'
  brush.fillText(WORD, width / 2, height / 2 + pixels * 0.365, width)
  return canvas
}

function drawShades(
  { width, height }: PictureOrder,
  { word, bits }: FlatPlan,
  colours: [ground: Colour, ink: Colour],
  clear: boolean,
): FourShades {
  const [first, second, third, fourth] = [0, 1 / 3, 2 / 3, 1].map((share) => mix(...colours, share)) as [Colour, Colour, Colour, Colour]
  const picture = createFourShades(width, height, [first, second, third, fourth], clear)
  const { data } = wordStencil(word, '#000000').getContext('2d').getImageData(0, 0, word.width, word.height)
  for (let y = 0; y < word.height; y++) {
    for (let x = 0; x < word.width; x++) {
      const shade = Math.round((data[4 * (y * word.width + x) + 3]! * 3) / 255)
      if (shade > 0) setShade(picture, word.x + x, word.y + y, shade)
    }
  }
  for (const [bit, filled] of bits.filled.entries()) {
    if (!filled) continue
    for (let y = 0; y < bits.side; y++) for (let x = 0; x < bits.side; x++) setShade(picture, bits.x + bit * bits.side + x, bits.y + y, 3)
  }
  return picture
}
