import type { Canvas } from '@napi-rs/canvas'
import { canvasOf, type Raster } from '../edit/raster.ts'
import type { PictureFormat } from '../picture-order.ts'
import { encodePng } from './png.ts'

/** How a finished canvas becomes a file. */
export interface EncodeSettings {
  format: PictureFormat
  /** 0..100; 100 is the best picture. Ignored by png. */
  compression: number
  /** Keep the alpha channel (png and webp). */
  alpha: boolean
}

/** Encodes a canvas into bytes that own their memory, ready to be transferred to another thread. */
export function encodeCanvas(canvas: Canvas, settings: EncodeSettings): Uint8Array<ArrayBuffer> {
  if (settings.format !== 'png') return Uint8Array.from(canvas.encodeSync(settings.format, settings.compression))
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return encodePng(data, canvas.width, canvas.height, settings.alpha)
}

/** The same for pixels: a png holds exactly these, half-transparent ones too. */
export function encodeRaster(raster: Raster, settings: EncodeSettings): Uint8Array<ArrayBuffer> {
  if (settings.format === 'png') return encodePng(raster.data, raster.width, raster.height, settings.alpha)
  return encodeCanvas(canvasOf(raster), settings)
}
