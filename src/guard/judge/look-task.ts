import type { Box } from '../drift-measurement.ts'
import { isStill } from '../motion.ts'
import { PLACE, type Places, placesOf, scaleBox } from '../region.ts'
import { readAlpha, readHeader, readWorkingPicture, type WorkingPicture } from '../working-picture.ts'
import { workingSizeOf } from '../working-size.ts'
import { cameraOf } from './camera.ts'
import { changedBox, changeIn } from './changed-box.ts'
import type { LookFigures, LookInput } from './look-figures.ts'
import { salientRegions } from './salient-region.ts'
import { subjectOf } from './subject.ts'

/** A subject smaller than this, in pixels of the working size, shows too little to be compared. */
const LEAST_SIDE = 16
/** What encoding again and noise leave, levels of 255. */
const LEAST_LEVELS = 4

/** Looks at camera and subject of an edit. @throws RefusedPixels `unreadable` */
export async function run({ sourcePath, resultPath, maskPath, subject }: LookInput): Promise<LookFigures> {
  const headers = {
    source: await readHeader(sourcePath),
    result: await readHeader(resultPath),
    mask: maskPath === null ? null : await readHeader(maskPath),
  }
  const size = workingSizeOf(headers.source, headers.result, headers.mask)
  if (typeof size === 'string') return { comparable: false, reason: size }
  const [source, result, alpha] = await Promise.all([
    readWorkingPicture(headers.source, size),
    readWorkingPicture(headers.result, size),
    headers.mask?.hasAlpha ? readAlpha(headers.mask.path, size) : null,
  ])
  const places = placesOf(alpha, size)
  const kept = places.reduce((count, place) => count + (place === PLACE.kept ? 1 : 0), 0) / places.length
  const declared = subject && scaleBox(subject, headers.result, size)
  const box = subject ? declared : await guessSubject(source, result, places)
  const isLarge = box !== null && Math.min(box.width, box.height) >= LEAST_SIDE
  const from = subject ? ('declared' as const) : ('salient' as const)
  const figures = isLarge ? await subjectOf(source, result, places, { box, from }) : null
  return {
    comparable: true,
    reason: null,
    kept,
    longerSide: Math.max(size.width, size.height),
    camera: await cameraOf(source, result, places),
    subject: figures && { ...figures, box: subject ?? (scaleBox(figures.box, size, headers.result) as Box) },
    subjectProblem: figures ? null : subject ? (declared ? 'too_small' : 'beyond_picture') : 'none_found',
  }
}

/** Where what changed has moved, that is the subject, wherever it stands; else one of the regions that stand out. */
async function guessSubject(source: WorkingPicture, result: WorkingPicture, places: Places): Promise<Box | null> {
  const changed = changedBox(source, result, places)
  if (changed && !isStill((await subjectOf(source, result, places, { box: changed, from: 'salient' })).motion)) return changed
  return mostChanged(await salientRegions(source), source, result, places)
}

/**
 * The region whose kept pixels changed most; the largest where none did. A guess which of them the subject is could miss the one that moved.
 */
function mostChanged(regions: readonly Box[], source: WorkingPicture, result: WorkingPicture, places: Places): Box | null {
  const changes = regions.map((box) => changeIn(box, source, result, places))
  const most = Math.max(...changes)
  return (most >= LEAST_LEVELS ? regions[changes.indexOf(most)] : regions[0]) ?? null
}
