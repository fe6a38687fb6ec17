import { isStill, type Motion } from './motion.ts'
import { PLACE, type Places } from './region.ts'
import { moveBack, restoreOpen } from './shift-picture.ts'
import type { WorkingPicture } from './working-picture.ts'

/** A result laid over its source. */
export interface Overlay {
  /** Where the source lies. */
  result: WorkingPicture
  /** The same with the source's pixels where nothing is kept; the result itself when everything is. */
  restored: WorkingPicture
  /** As the mask says; what has no counterpart in the result, or one that was open, is neither. */
  places: Places
}

/** Undoes a motion, and takes the edit itself out of the picture. */
export function layOver(source: WorkingPicture, result: WorkingPicture, places: Places, motion: Motion): Overlay {
  const laid = isStill(motion) ? { result, places } : undo(motion, source, result, places)
  const isAllKept = !laid.places.includes(PLACE.open) && !laid.places.includes(PLACE.neither)
  return { ...laid, restored: isAllKept ? laid.result : restoreOpen(source, laid.result, laid.places) }
}

/** A model that moves a picture may paint where the mask lay or where it should have moved to: what either leaves open is not kept. */
function undo(motion: Motion, source: WorkingPicture, result: WorkingPicture, places: Places): Pick<Overlay, 'result' | 'places'> {
  const { picture, origins } = moveBack(source, result, motion)
  const placesLeft = new Uint8Array(places)
  for (let at = 0; at < places.length; at++) {
    const origin = origins[at]!
    if (origin < 0 || (places[at] === PLACE.kept && places[origin] !== PLACE.kept)) placesLeft[at] = PLACE.neither
  }
  return { result: picture, places: placesLeft }
}
