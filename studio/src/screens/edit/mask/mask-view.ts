import type { Point } from './mask-raster.ts'

/** How a picture lies in its window: pixels of the screen for one of the picture, and where its corner is. */
export interface View extends Point {
  scale: number
}

/** Width and height. */
export interface Extent {
  width: number
  height: number
}

/** Farthest in: screen pixels for one pixel of the picture. */
const CLOSEST = 16

/** The whole picture in the middle of its window, as large as it can be; small ones are not blown up more than fourfold. */
export function fitView(window: Extent, picture: Extent): View {
  const scale = Math.min(window.width / picture.width, window.height / picture.height, 4)
  return { scale, x: (window.width - picture.width * scale) / 2, y: (window.height - picture.height * scale) / 2 }
}

/** Nearer or farther, with what lies under a place of the window staying there; never farther than the whole picture. */
export function zoomView(view: View, factor: number, at: Point, window: Extent, picture: Extent): View {
  const { scale: whole } = fitView(window, picture)
  const scale = Math.min(Math.max(view.scale * factor, whole), Math.max(CLOSEST, whole))
  const under = toPicture(view, at)
  return keptInSight({ scale, x: at.x - under.x * scale, y: at.y - under.y * scale }, window, picture)
}

/** Moves the picture by so many pixels of the screen. */
export function panView(view: View, by: Point, window: Extent, picture: Extent): View {
  return keptInSight({ ...view, x: view.x + by.x, y: view.y + by.y }, window, picture)
}

/** Moves the picture so far that a place of it can be seen. */
export function showInView(view: View, place: Point, window: Extent, picture: Extent): View {
  const [x, y] = [view.x + place.x * view.scale, view.y + place.y * view.scale]
  const by = (at: number, length: number) => (at < 0 ? -at + length / 4 : at > length ? length - at - length / 4 : 0)
  const move = { x: by(x, window.width), y: by(y, window.height) }
  return move.x === 0 && move.y === 0 ? view : panView(view, move, window, picture)
}

/** The place of the picture that lies under one of the window. */
export function toPicture(view: View, at: Point): Point {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale }
}

/** A picture that is smaller than its window stays in the middle; of a larger one no edge comes into it. */
function keptInSight(view: View, window: Extent, picture: Extent): View {
  const along = (at: number, length: number, drawn: number) =>
    drawn <= length ? (length - drawn) / 2 : Math.min(0, Math.max(length - drawn, at))
  return {
    scale: view.scale,
    x: along(view.x, window.width, picture.width * view.scale),
    y: along(view.y, window.height, picture.height * view.scale),
  }
}
