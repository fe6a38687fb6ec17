import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createCanvas, loadImage } from '@napi-rs/canvas'

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What a picture's bytes really are: the format by signature, the pixels by decoding them. Throws when they cannot be decoded. */
export async function decodePicture(
  bytes: Buffer,
): Promise<{ format: 'png' | 'jpeg' | 'webp' | 'unknown'; width: number; height: number }> {
  const { width, height } = await loadImage(bytes)
  return { format: formatOf(bytes), width, height }
}

function formatOf(bytes: Buffer): 'png' | 'jpeg' | 'webp' | 'unknown' {
  if (bytes.toString('latin1', 1, 4) === 'PNG') return 'png'
  if (bytes.readUInt16BE(0) === 0xffd8) return 'jpeg'
  return bytes.toString('latin1', 8, 12) === 'WEBP' ? 'webp' : 'unknown'
}

/** A png of noise: its bytes are nearly as many as its pixels' and cannot be made fewer. */
export function noisePicture(width: number, height: number): Promise<Buffer> {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  const pixels = context.createImageData(width, height)
  pixels.data.set(randomBytes(pixels.data.length))
  context.putImageData(pixels, 0, 0)
  return canvas.encode('png')
}

/** SHA-256 of a file in hexadecimal. */
export async function fileSha256(path: string): Promise<string> {
  return sha256(await readFile(path))
}
