import { type ArtDirection, directPicture } from '../art-direction.ts'
import { encodeRaster } from '../encode/encode-canvas.ts'
import type { EditBrief, PictureOrder, SourcePicture } from '../picture-order.ts'
import { damageSource } from './damage-source.ts'
import { badgeRegion, type EditRegion, markedRegion, overgrownRegion, regionOfMask } from './edit-region.ts'
import { largestPrintPixels, paintPrints } from './paint-prints.ts'
import { paintRegion } from './paint-region.ts'
import { decodeRaster, decodeShape, fitRaster, flatten, overlay, type Raster } from './raster.ts'

/**
 * Edits a picture: the first source in the order's size, one region of it repainted, every other pixel as it was. The other sources are
 * laid on as small prints: inside the mask where there is one, else along the lower edge.
 * @throws Error (rejection) when a source, mask or markup cannot be decoded.
 */
export async function drawEdit(order: PictureOrder, brief: EditBrief): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, damage = {} } = order
  const art = directPicture({ ...order, background: 'opaque' })
  const [first, ...others] = brief.sources as [SourcePicture, ...SourcePicture[]]
  const base = fitRaster(await decodeRaster(first.bytes), width, height)
  const prints = await printsOf(others, width, height)
  const region = await regionFor(order, brief, art)
  const picture = damageSource(base, damage, region, art.chance)
  if (region) repaint(picture, order, region, brief.mask ? prints : [])
  if (!brief.mask && prints.length > 0) overlay(picture, paintPrints(width, height, prints, art), 0, 0)
  const alpha = order.background === 'transparent' && order.format !== 'jpeg'
  if (!alpha) flatten(picture)
  return encodeRaster(picture, { format: order.format, compression: order.compression, alpha })
}

/** One after the other and made small at once: sixteen large pictures side by side would take gigabytes. */
async function printsOf(sources: readonly SourcePicture[], width: number, height: number): Promise<Raster[]> {
  const side = largestPrintPixels(width, height)
  const prints: Raster[] = []
  for (const { bytes } of sources) prints.push(fitRaster(await decodeShape(bytes), side, side))
  return prints
}

/** Null when the mask leaves nothing open: the picture comes back as it was. */
async function regionFor(
  { width, height, damage }: PictureOrder,
  { mask, markup }: EditBrief,
  art: ArtDirection,
): Promise<EditRegion | null> {
  const open = mask && regionOfMask(await sized(mask.bytes, width, height))
  if (mask) return open && damage?.ignoreMask ? overgrownRegion(open) : open
  const marked = markup && markedRegion(await sized(markup.bytes, width, height))
  return marked ?? badgeRegion(width, height, art.chance)
}

/** Mask and markup lie on the first source: what the size does to it, it does to them. */
async function sized(bytes: Uint8Array, width: number, height: number): Promise<Raster> {
  return fitRaster(await decodeShape(bytes), width, height)
}

function repaint(picture: Raster, order: PictureOrder, region: EditRegion, prints: readonly Raster[]): void {
  const { box } = region
  const painted = paintRegion(order, region, prints)
  for (let row = 0, at = 3; row < box.height; row++)
    for (let column = 0; column < box.width; column++, at += 4)
      painted.data[at] = region.weights[(box.y + row) * region.width + box.x + column]!
  overlay(picture, painted, box.x, box.y)
}
