import { createCanvas, loadImage, type SKRSContext2D } from '@napi-rs/canvas'
import { decodePlainPng } from './decode-plain-png.ts'

/** Pixels in memory: RGBA, 8 bits a channel, alpha not multiplied in. */
export interface Raster {
  width: number
  height: number
  data: Uint8ClampedArray<ArrayBuffer>
}

/**
 * Decodes a PNG, JPEG or WebP, turned upright as its orientation tag says. Opaque pixels are exact, and so are the half-transparent ones
 * of an ordinary PNG with alpha; in other files with alpha they pass through the graphics library, which rounds them.
 * @throws Error (rejection) when the bytes cannot be decoded.
 */
export async function decodeRaster(bytes: Uint8Array): Promise<Raster> {
  const raster = await decodeShape(bytes)
  return isOpaque(raster) ? raster : (decodePlainPng(bytes) ?? raster)
}

/** The same where only alpha matters, which is always exact, or where a little rounding does no harm. */
export async function decodeShape(bytes: Uint8Array): Promise<Raster> {
  const image = await loadImage(bytes)
  return drawnRaster(image.width, image.height, (brush) => {
    // Smoothing would soften the picture even where nothing is resized.
    brush.imageSmoothingEnabled = false
    brush.drawImage(image, 0, 0)
  })
}

function isOpaque({ data }: Raster): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false
  return true
}

/** The pixels of what a function draws on an empty ground. */
export function drawnRaster(width: number, height: number, draw: (brush: SKRSContext2D) => void): Raster {
  const brush = createCanvas(width, height).getContext('2d')
  draw(brush)
  const { data } = brush.getImageData(0, 0, width, height)
  return { width, height, data: data as Uint8ClampedArray<ArrayBuffer> }
}

/** A canvas that shows a raster, to draw with. */
export function canvasOf({ width, height, data }: Raster) {
  const canvas = createCanvas(width, height)
  const brush = canvas.getContext('2d')
  const pixels = brush.createImageData(width, height)
  pixels.data.set(data)
  brush.putImageData(pixels, 0, 0)
  return canvas
}

/**
 * A raster in another size: enlarged or reduced until it covers the new one, cut evenly where its shape differs.
 * In its own size it is returned as it is.
 */
export function fitRaster(raster: Raster, width: number, height: number): Raster {
  if (raster.width === width && raster.height === height) return raster
  const scale = Math.max(width / raster.width, height / raster.height)
  const [shownWidth, shownHeight] = [raster.width * scale, raster.height * scale]
  return drawnRaster(width, height, (brush) => {
    brush.imageSmoothingQuality = 'high'
    brush.drawImage(canvasOf(raster), (width - shownWidth) / 2, (height - shownHeight) / 2, shownWidth, shownHeight)
  })
}

/** Lays a raster over another, in place, with its upper left corner at `x`, `y`. Where it is fully transparent, nothing is touched. */
export function overlay(ground: Raster, top: Raster, x: number, y: number): void {
  for (let row = 0; row < top.height; row++) {
    let from = 4 * row * top.width
    let to = 4 * ((y + row) * ground.width + x)
    for (let column = 0; column < top.width; column++, from += 4, to += 4) {
      const opacity = top.data[from + 3]!
      if (opacity === 255) copyPixel(ground.data, to, top.data, from)
      else if (opacity > 0) blendPixel(ground.data, to, top.data, from)
    }
  }
}

function copyPixel(ground: Uint8ClampedArray, to: number, top: Uint8ClampedArray, from: number): void {
  ground[to] = top[from]!
  ground[to + 1] = top[from + 1]!
  ground[to + 2] = top[from + 2]!
  ground[to + 3] = 255
}

/** Porter and Duff's "over" for colours that are not multiplied with their alpha. */
function blendPixel(ground: Uint8ClampedArray, to: number, top: Uint8ClampedArray, from: number): void {
  const above = top[from + 3]! / 255
  const below = (ground[to + 3]! / 255) * (1 - above)
  const alpha = above + below
  for (let channel = 0; channel < 3; channel++)
    ground[to + channel] = Math.round((top[from + channel]! * above + ground[to + channel]! * below) / alpha)
  ground[to + 3] = Math.round(alpha * 255)
}

/** Fills what is transparent with white, in place. */
export function flatten({ data }: Raster): void {
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3]!
    if (alpha === 255) continue
    for (let channel = at; channel < at + 3; channel++) data[channel] = Math.round((data[channel]! * alpha + 255 * (255 - alpha)) / 255)
    data[at + 3] = 255
  }
}
