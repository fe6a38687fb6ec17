/** Parts on a side of the picture; each must have been in sight. */
export const PARTS = 6

/** A window onto a picture, all in the same pixels. */
export interface Sight {
  left: number
  top: number
  width: number
  height: number
  /** Of the whole picture. */
  pictureWidth: number
  pictureHeight: number
}

/** The parts whose middle is in sight, as their places line by line. */
export function partsInSight({ left, top, width, height, pictureWidth, pictureHeight }: Sight): number[] {
  const isWithin = (place: number, whole: number, from: number, length: number) => {
    const middle = ((place + 0.5) / PARTS) * whole
    return middle >= from && middle <= from + length
  }
  return Array.from({ length: PARTS * PARTS }, (_, part) => part).filter(
    (part) => isWithin(part % PARTS, pictureWidth, left, width) && isWithin(Math.floor(part / PARTS), pictureHeight, top, height),
  )
}
