import { JPEG, PNG } from '@trustnxt/c2pa-ts/asset'

/** Formats in which a manifest is looked for. */
export type SignedFormat = 'png' | 'jpeg' | 'webp'

/** A run of bytes of the file. */
export interface ByteRange {
  start: number
  length: number
}

/** A manifest store and the place it takes in its file, with everything the format puts around it. */
export interface EmbeddedManifest {
  store: Uint8Array
  place: ByteRange
}

/**
 * Finds the manifest store: chunk `caBX` of a PNG, APP11 segments of a JPEG, chunk `C2PA` of a WebP (C2PA 2.1, A.3).
 * @returns null when there is not exactly one
 * @throws Error when the file's structure makes no sense
 */
export function findEmbeddedManifest(file: Buffer, format: SignedFormat): EmbeddedManifest | null {
  if (format === 'webp') return findInWebp(file)
  const asset = format === 'png' ? new PNG(file) : new JPEG(file)
  const store = asset.getManifestJUMBF()
  return store ? { store, place: asset.getHashExclusionRange() } : null
}

function findInWebp(file: Buffer): EmbeddedManifest | null {
  const found: EmbeddedManifest[] = []
  for (let start = 12; start + 8 <= file.length; ) {
    const length = file.readUInt32LE(start + 4)
    const end = start + 8 + length
    if (end > file.length) throw new Error('a chunk of the WebP is longer than the file')
    // Chunks are padded to an even length (RFC 9649, 2.3).
    const next = Math.min(end + (length % 2), file.length)
    if (file.toString('latin1', start, start + 4) === 'C2PA')
      found.push({ store: file.subarray(start + 8, end), place: { start, length: next - start } })
    start = next
  }
  return found.length === 1 ? found[0]! : null
}

const BOX_HEADER = 8

/** True when the bytes are one JUMBF superbox that describes itself first (ISO 19566-5); what is inside is not looked at. */
export function isManifestStore(store: Uint8Array): boolean {
  const bytes = Buffer.from(store.buffer, store.byteOffset, store.byteLength)
  if (bytes.length < 3 * BOX_HEADER) return false
  return bytes.readUInt32BE(0) <= bytes.length && bytes.toString('latin1', 4, 8) === 'jumb' && bytes.toString('latin1', 12, 16) === 'jumd'
}
