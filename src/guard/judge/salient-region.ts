import type { Box } from '../drift-measurement.ts'
import { largestMarked } from '../region.ts'
import { fromRaw, type WorkingPicture } from '../working-picture.ts'

const LONGEST_SIDE = 320
const BLUR_PIXELS = 2
/** A region smaller than this share of the picture is no subject; one larger is the picture. */
const LEAST_SHARE = 0.008
const MOST_SHARE = 0.75
const MOST_REGIONS = 3

/**
 * The largest regions that stand off from the picture's mean colour by at least twice as much as pixels do on the average (Achanta and others,
 * "Frequency-tuned salient region detection", 2009), the largest first; three at most.
 */
export async function salientRegions(picture: WorkingPicture): Promise<Box[]> {
  const factor = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height))
  const size = { width: Math.max(1, Math.round(picture.width * factor)), height: Math.max(1, Math.round(picture.height * factor)) }
  const bytes = await fromRaw(picture.rgb, picture, 3)
    .resize(size.width, size.height, { fit: 'fill' })
    .blur(BLUR_PIXELS)
    .toColourspace('lab')
    .raw({ depth: 'float' })
    .toBuffer()
  const lab = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / Float32Array.BYTES_PER_ELEMENT)
  const pixels = size.width * size.height
  const mean = [0, 1, 2].map((channel) => {
    let sum = 0
    for (let at = 0; at < pixels; at++) sum += lab[3 * at + channel]!
    return sum / pixels
  }) as [number, number, number]
  const saliency = new Float32Array(pixels)
  for (let at = 0; at < pixels; at++)
    saliency[at] = Math.hypot(lab[3 * at]! - mean[0], lab[3 * at + 1]! - mean[1], lab[3 * at + 2]! - mean[2])
  const threshold = (2 * saliency.reduce((sum, value) => sum + value, 0)) / pixels
  const marked = Uint8Array.from(saliency, (value) => (value > threshold ? 1 : 0))
  const regions: Box[] = []
  for (let region = largestMarked(marked, size); region && regions.length < MOST_REGIONS; region = largestMarked(marked, size)) {
    const share = (region.width * region.height) / pixels
    if (share < LEAST_SHARE) break
    if (share <= MOST_SHARE) regions.push(enlarged(region, factor, picture))
    unmark(marked, size.width, region)
  }
  return regions
}

function unmark(marked: Uint8Array, width: number, box: Box): void {
  for (let y = box.y; y < box.y + box.height; y++) marked.fill(0, y * width + box.x, y * width + box.x + box.width)
}

function enlarged({ x, y, width, height }: Box, factor: number, picture: WorkingPicture): Box {
  const [left, top] = [Math.floor(x / factor), Math.floor(y / factor)]
  const [right, bottom] = [
    Math.min(picture.width, Math.ceil((x + width) / factor)),
    Math.min(picture.height, Math.ceil((y + height) / factor)),
  ]
  return { x: left, y: top, width: right - left, height: bottom - top }
}
