import { createHash } from 'node:crypto'
import { loadImage } from '@napi-rs/canvas'

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
