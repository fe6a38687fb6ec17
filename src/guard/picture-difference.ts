import { CHANGED_DELTA_E, type LabPicture, labOf, PerceptualDifference } from './perceptual-difference.ts'
import { StructuralSimilarity } from './structural-similarity.ts'
import type { WorkingPicture } from './working-picture.ts'

/**
 * Where local structural similarity is below this, a pixel has changed whatever its mean colour: grain, weave or small print that is
 * another now, or has moved by a few pixels. The encodings named at `CHANGED_DELTA_E` leave all but one pixel in ten thousand above 0.85.
 */
export const CHANGED_SSIM = 0.7

/** How two pictures of the same size differ, pixel by pixel. */
export interface PictureDifference {
  colour: PerceptualDifference
  structure: StructuralSimilarity
  /** 1 where a pixel changed visibly, in colour or structure. */
  changed: Uint8Array
}

/** A source as it is compared again and again. */
export interface ComparedSource {
  picture: WorkingPicture
  lab: LabPicture
}

/** Compares a picture with its source, both at the working size. */
export async function differenceOf(source: ComparedSource, picture: WorkingPicture): Promise<PictureDifference> {
  const [lab, structure] = await Promise.all([labOf(picture), StructuralSimilarity.of(source.picture, picture)])
  const colour = new PerceptualDifference(source.lab, lab)
  const changed = structure.below(CHANGED_SSIM)
  for (let at = 0; at < changed.length; at++) if (colour.deltaE[at]! >= CHANGED_DELTA_E) changed[at] = 1
  return { colour, structure, changed }
}
