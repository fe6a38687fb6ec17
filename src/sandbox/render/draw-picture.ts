import { type Canvas, createCanvas, loadImage } from '@napi-rs/canvas'
import { type ArtDirection, directPicture } from './art-direction.ts'
import { drawEdit } from './edit/draw-edit.ts'
import { encodeCanvas } from './encode/encode-canvas.ts'
import { type FlatBackdrop, flatBackdropOf, onBackdrop } from './flat-backdrop.ts'
import { drawFlatPicture } from './flat-picture.ts'
import { type PageText, paintImprint, paintPage } from './page/paint-page.ts'
import { assertDrawable, type PictureOrder } from './picture-order.ts'
import { cleanPrompt } from './text/clean-prompt.ts'
import { canDraw } from './text/font-library.ts'
import { garbleTitle } from './text/garble-title.ts'
import { splitPrompt } from './text/split-prompt.ts'

/**
 * Makes the bytes of an order, on the calling thread: direct, paint, soften when it is a preview, encode.
 * The bytes own their memory and may be transferred to another thread.
 * @throws RangeError (rejection) when the order's numbers are out of range.
 * @throws Error (rejection) when a picture to be edited cannot be decoded.
 */
export async function drawPicture(order: PictureOrder): Promise<Uint8Array<ArrayBuffer>> {
  assertDrawable(order)
  if (order.edit) return drawEdit(order, order.edit)
  const backdrop = flatBackdropOf(order.prompt)
  if (backdrop) return drawOnBackdrop(order, backdrop)
  if (order.flat) return drawFlatPicture(order)
  const art = directPicture(order)
  const title = splitPrompt(cleanPrompt(order.prompt, canDraw))
  const text: PageText = { title: order.damage?.garble ? garbleTitle(title) : title, label: order.label }
  const stage = Math.max(0, Math.min(1, order.stage ?? 1))
  const canvas = stage < 1 ? paintPreview(order, art, text, stage) : paintFinished(order, art, text)
  return encodeCanvas(canvas, { format: order.format, compression: order.compression, alpha: art.plan.kind === 'sticker' })
}

/** A cut-out of the rest of the prompt, on the flat colour that was asked for. */
async function drawOnBackdrop(order: PictureOrder, { colour, prompt }: FlatBackdrop): Promise<Uint8Array<ArrayBuffer>> {
  const cutOut = await loadImage(await drawPicture({ ...order, prompt, background: 'transparent', format: 'png' }))
  return encodeCanvas(onBackdrop(cutOut, colour), { format: order.format, compression: order.compression, alpha: false })
}

function paintFinished({ width, height }: PictureOrder, art: ArtDirection, text: PageText): Canvas {
  const canvas = createCanvas(width, height)
  paintPage({ canvas, brush: canvas.getContext('2d'), width, height, scale: 1 }, art, text)
  return canvas
}

/** Paints the page small and enlarges it, as a model's early guesses look; SANDBOX and the parameters stay sharp. */
function paintPreview({ width, height }: PictureOrder, art: ArtDirection, text: PageText, stage: number): Canvas {
  const scale = Math.max(0.03 + 0.26 * stage ** 2, 1 / Math.min(width, height))
  const small = createCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)))
  const pen = small.getContext('2d')
  pen.scale(small.width / width, small.height / height)
  paintPage({ canvas: small, brush: pen, width, height, scale }, art, text)
  const canvas = createCanvas(width, height)
  const brush = canvas.getContext('2d')
  brush.imageSmoothingQuality = 'high'
  brush.drawImage(small, 0, 0, width, height)
  paintImprint({ canvas, brush, width, height, scale: 1 }, art, text.label)
  return canvas
}
