import { createCanvas, loadImage } from '@napi-rs/canvas'

/** A rectangle in pixels. */
export interface Area {
  x: number
  y: number
  width: number
  height: number
}

/** A png with something to see in it: a wash of colour, stripes and a disc. */
export function scene(width: number, height: number, hue = 200): Buffer {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  const wash = context.createLinearGradient(0, 0, width, height)
  wash.addColorStop(0, `hsl(${hue} 60% 80%)`)
  wash.addColorStop(1, `hsl(${hue + 60} 60% 35%)`)
  context.fillStyle = wash
  context.fillRect(0, 0, width, height)
  context.fillStyle = `hsl(${hue + 180} 70% 45%)`
  for (let at = 0; at < 12; at++) context.fillRect(Math.round((at * width) / 12), Math.round(height * 0.7), Math.ceil(width / 40), height)
  context.beginPath()
  context.arc(width * 0.35, height * 0.4, Math.min(width, height) * 0.2, 0, 7)
  context.fill()
  return canvas.toBuffer('image/png')
}

/** A mask of a picture's size: opaque, with holes where it may be drawn anew. */
export function maskWithHoles(width: number, height: number, holes: readonly Area[]): Buffer {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.fillStyle = '#000'
  context.fillRect(0, 0, width, height)
  for (const hole of holes) context.clearRect(hole.x, hole.y, hole.width, hole.height)
  return canvas.toBuffer('image/png')
}

/** The pixels of a picture as RGBA. */
export async function pixelsOf(bytes: Buffer): Promise<{ width: number; height: number; data: Uint8ClampedArray }> {
  const image = await loadImage(bytes)
  const canvas = createCanvas(image.width, image.height)
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, image.width, image.height)
  return { width: image.width, height: image.height, data }
}

/** How many pixels differ where a mask is opaque, and where it is transparent. */
export async function differences(before: Buffer, after: Buffer, mask: Buffer): Promise<{ outside: number; inside: number }> {
  const [a, b, m] = await Promise.all([pixelsOf(before), pixelsOf(after), pixelsOf(mask)])
  const count = { outside: 0, inside: 0 }
  if (a.width !== b.width || a.height !== b.height) throw new Error(`${a.width}x${a.height} became ${b.width}x${b.height}`)
  for (let at = 0; at < a.data.length; at += 4) {
    const same = [0, 1, 2, 3].every((channel) => a.data[at + channel] === b.data[at + channel])
    if (!same) count[m.data[at + 3] === 0 ? 'inside' : 'outside']++
  }
  return count
}
