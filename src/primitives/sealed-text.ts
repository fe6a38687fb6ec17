import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { SealBroken, type SealingKey, seal, unseal } from './sealed-bytes.ts'

/** Texts beyond this many bytes are not sealed. */
export const MOST_SEALED_BYTES = 4 * 1024 * 1024

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Compresses and encrypts a text for one place: opened for any other it is refused. @returns as `seal`; null when the text is larger than 4 MiB */
export async function sealText(key: SealingKey, place: string, text: Buffer): Promise<string | null> {
  return text.length > MOST_SEALED_BYTES ? null : seal(key, place, await compress(text))
}

/** Opens what `sealText` made. @throws SealBroken */
export async function openSealedText(key: SealingKey, place: string, sealed: string): Promise<Buffer> {
  const compressed = unseal(key, place, sealed)
  try {
    return await decompress(compressed, { maxOutputLength: MOST_SEALED_BYTES })
  } catch (error) {
    throw new SealBroken('damaged', { cause: error })
  }
}
