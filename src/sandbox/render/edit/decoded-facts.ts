import { decodeShape } from './raster.ts'

/** What decoding a picture shows. */
export interface DecodedFacts {
  /** Pixels of the upright picture. */
  width: number
  height: number
  /** Share of pixels that are fully transparent, and fully opaque, 0..1. */
  transparentShare: number
  opaqueShare: number
}

/** Decodes a picture and counts its alpha. Null when it cannot be decoded. */
export async function decodedFacts(bytes: Uint8Array): Promise<DecodedFacts | null> {
  const raster = await decodeShape(bytes).catch(() => null)
  if (!raster) return null
  const { width, height, data } = raster
  let transparent = 0
  let opaque = 0
  for (let at = 3; at < data.length; at += 4) {
    if (data[at] === 255) opaque++
    else if (data[at] === 0) transparent++
  }
  const pixels = width * height
  return { width, height, transparentShare: transparent / pixels, opaqueShare: opaque / pixels }
}
