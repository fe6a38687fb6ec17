import type { Alignment } from './drift-measurement.ts'

/** A shift in pixels, and a scale about the picture's centre. */
export type Motion = Omit<Alignment, 'confidence'>

/** Nothing moved. */
export const STILL: Motion = { shiftX: 0, shiftY: 0, scale: 1 }

/** True for the motion that is none. */
export function isStill({ shiftX, shiftY, scale }: Motion): boolean {
  return shiftX === STILL.shiftX && shiftY === STILL.shiftY && scale === STILL.scale
}
