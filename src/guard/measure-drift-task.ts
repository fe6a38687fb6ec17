import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { align } from './align.ts'
import { boxDrift, type Comparison, changedFraction, outsideDrift } from './drift-figures.ts'
import type { Alignment, DriftInput, DriftMeasurement, HeatMapFile } from './drift-measurement.ts'
import { drawHeatMap } from './heat-map.ts'
import { layOver, type Overlay } from './lay-over.ts'
import { isStill, type Motion, STILL } from './motion.ts'
import { labOf } from './perceptual-difference.ts'
import { type ComparedSource, differenceOf, type PictureDifference } from './picture-difference.ts'
import { PLACE, placesOf } from './region.ts'
import { type PictureHeader, readAlpha, readHeader, readWorkingPicture, type Size } from './working-picture.ts'
import { workingSizeOf } from './working-size.ts'

/** The files of a comparison, as their headers say. */
interface Headers {
  source: PictureHeader
  result: PictureHeader
  mask: PictureHeader | null
}

/** Measures what an edit changed. @throws RefusedPixels `unreadable` when one of the files is no whole picture */
export async function run({ sourcePath, resultPath, maskPath, boxes, heatMapPath }: DriftInput): Promise<DriftMeasurement> {
  const headers = {
    source: await readHeader(sourcePath),
    result: await readHeader(resultPath),
    mask: maskPath === null ? null : await readHeader(maskPath),
  }
  const { result } = headers
  const workingSize = workingSizeOf(headers.source, result, headers.mask)
  if (typeof workingSize === 'string') return { comparable: false, reason: workingSize }
  const { source, alignment, comparison, rawFraction } = await compareFiles(headers, workingSize)
  // Encoding the PNG is work for a thread of its own, as long as the figures are taken.
  const heatMap = heatMapPath === null ? null : writeHeatMap(heatMapPath, drawHeatMap(source, comparison, boxes, result), result)
  const outside = outsideDrift(comparison, result)
  const openFraction = changedFraction(comparison.whole.changed, comparison.places, PLACE.open)
  return {
    comparable: true,
    reason: null,
    workingSize,
    alignment: inPixelsOf(result, workingSize, alignment),
    outside: outside && { ...outside, changedFractionRaw: rawFraction ?? 0 },
    inside: openFraction === null ? null : { changedFraction: openFraction },
    boxes: boxes.map((box) => boxDrift(comparison, box, result)),
    heatMap: await heatMap,
  }
}

async function compareFiles(headers: Headers, size: Size) {
  const [source, result, maskAlpha] = await Promise.all([
    readWorkingPicture(headers.source, size),
    readWorkingPicture(headers.result, size),
    headers.mask?.hasAlpha ? readAlpha(headers.mask.path, size) : null,
  ])
  const places = placesOf(maskAlpha, size)
  const [lab, estimate] = await Promise.all([labOf(source), align(source, result, places)])
  const compared = { picture: source, lab }
  const { alignment, laid, rawFraction } = await chooseAlignment(compared, estimate, (motion) => layOver(source, result, places, motion))
  const { overlay, difference } = laid
  const whole = overlay.restored === overlay.result ? difference : await differenceOf(compared, overlay.result)
  return { source, alignment, rawFraction, comparison: { size, places: overlay.places, kept: difference, whole } satisfies Comparison }
}

/** A result laid over its source, and how the kept part differs. */
interface Laid {
  overlay: Overlay
  difference: PictureDifference
  fraction: number | null
}

/** Compares as the pictures lie and, where they seem to have moved, once more with that undone; the one in which less changed stands. */
async function chooseAlignment(source: ComparedSource, estimate: Alignment, lay: (motion: Motion) => Overlay) {
  const raw = await compareKept(source, lay(STILL))
  const asItLies = { alignment: estimate, laid: raw, rawFraction: raw.fraction }
  if (isStill(estimate)) return asItLies
  const aligned = await compareKept(source, lay(estimate))
  if ((aligned.fraction ?? 1) <= (raw.fraction ?? 1)) return { ...asItLies, laid: aligned }
  return { ...asItLies, alignment: { ...STILL, confidence: 0 } }
}

async function compareKept(source: ComparedSource, overlay: Overlay): Promise<Laid> {
  const difference = await differenceOf(source, overlay.restored)
  return { overlay, difference, fraction: changedFraction(difference.changed, overlay.places, PLACE.kept) }
}

async function writeHeatMap(path: string, drawing: Promise<Buffer>, { width, height }: Size): Promise<HeatMapFile> {
  const png = await drawing
  await writeFile(path, png)
  return { sha256: createHash('sha256').update(png).digest('hex'), bytes: png.length, width, height }
}

function inPixelsOf(result: Size, working: Size, { shiftX, shiftY, scale, confidence }: Alignment): Alignment {
  return { shiftX: (shiftX * result.width) / working.width, shiftY: (shiftY * result.height) / working.height, scale, confidence }
}
