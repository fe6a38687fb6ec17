import { createHash } from 'node:crypto'
import { createCanvas, loadImage, type SKRSContext2D } from '@napi-rs/canvas'
import OpenAI, { toFile } from 'openai'
import type { Box } from './render/page/box.ts'
import type { Sandbox } from './start-sandbox.ts'

/** Pixels as the graphics library reads them. */
export interface Pixels {
  width: number
  height: number
  data: Uint8ClampedArray
}

/** The official client on a sandbox; it never repeats a call. */
export function clientOf(sandbox: Sandbox): OpenAI {
  return new OpenAI({ baseURL: `${sandbox.url}/v1`, apiKey: 'sk-any', maxRetries: 0 })
}

/** A png of noise, so that hardly two pixels are alike and it does not compress; a different picture for each `tone`. */
export function sourcePng(width: number, height: number, tone = 0): Buffer {
  return drawnPng(width, height, (brush) => {
    const pixels = brush.createImageData(width, height)
    for (let at = 0; at < pixels.data.length; at += 4) {
      const mixed = Math.imul(at + 40_503 * tone + 1, 2_654_435_761)
      const noise = Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519)
      pixels.data.set([noise >>> 24, (noise >>> 16) & 255, (noise >>> 8) & 255, 255], at)
    }
    brush.putImageData(pixels, 0, 0)
  })
}

/** A mask that is opaque but for one box. */
export function maskPng(width: number, height: number, open: Box): Buffer {
  return drawnPng(width, height, (brush) => {
    brush.fillRect(0, 0, width, height)
    brush.clearRect(open.x, open.y, open.width, open.height)
  })
}

/** The png of what a function draws on an empty ground. */
export function drawnPng(width: number, height: number, draw: (brush: SKRSContext2D) => void): Buffer {
  const canvas = createCanvas(width, height)
  draw(canvas.getContext('2d'))
  return canvas.encodeSync('png')
}

/** Decodes a picture. */
export async function pixelsOf(bytes: Uint8Array): Promise<Pixels> {
  const image = await loadImage(bytes)
  const brush = createCanvas(image.width, image.height).getContext('2d')
  brush.drawImage(image, 0, 0)
  return { width: image.width, height: image.height, data: brush.getImageData(0, 0, image.width, image.height).data }
}

/** How many pixels of two pictures of one size differ inside a box, and outside it. */
export function differences(first: Pixels, second: Pixels, box: Box): { inside: number; outside: number } {
  const count = { inside: 0, outside: 0 }
  for (let y = 0, at = 0; y < first.height; y++) {
    for (let x = 0; x < first.width; x++, at += 4) {
      if ([0, 1, 2, 3].every((channel) => first.data[at + channel] === second.data[at + channel])) continue
      const isInside = x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
      count[isInside ? 'inside' : 'outside'] += 1
    }
  }
  return count
}

/** A picture as a file for the client. */
export function asFile(bytes: Buffer, name = 'picture.png', type = 'image/png') {
  return toFile(bytes, name, { type })
}

/** A picture as a data URL. */
export function dataUrl(bytes: Buffer, type = 'image/png'): string {
  return `data:${type};base64,${bytes.toString('base64')}`
}

/** The pictures of an answer. */
export function picturesOf(reply: { data?: { b64_json?: string }[] }): Buffer[] {
  return (reply.data ?? []).map(({ b64_json }) => Buffer.from(b64_json!, 'base64'))
}

/** POSTs an edit in its JSON form. */
export function postEdit(sandbox: Sandbox, body: Record<string, unknown>): Promise<Response> {
  return fetch(`${sandbox.url}/v1/images/edits`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-image-2', prompt: 'a cat', quality: 'low', ...body }),
  })
}

/** POSTs an edit as a form; parts that are bytes become files. */
export function postForm(sandbox: Sandbox, parts: readonly (readonly [name: string, value: string | Buffer])[]): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of parts)
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, new Blob([new Uint8Array(value)], { type: 'image/png' }), 'picture.png')
  return fetch(`${sandbox.url}/v1/images/edits`, { method: 'POST', headers: { authorization: 'Bearer sk-any' }, body: form })
}

/** SHA-256, hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
