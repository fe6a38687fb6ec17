import { featherBox } from './feather-box.ts'
import { type HistoryLimits, MaskHistory } from './mask-history.ts'
import {
  type Box,
  clipBox,
  type Dot,
  emptyRaster,
  fillBox,
  fillPolygon,
  type Ink,
  invertRaster,
  joinBoxes,
  type MaskRaster,
  openShare,
  type Point,
  paintStroke,
  placeRaster,
  polygonBox,
  strokeBox,
  wholeBox,
} from './mask-raster.ts'

/** Called with what changed; at the end of a step with `isAtRest`. */
export type MaskListener = (changed: Box, isAtRest: boolean) => void

/** A mask that is being drawn: every step can be taken back, and whoever shows it hears of what changed. */
export class MaskDocument {
  readonly raster: MaskRaster
  readonly #history: MaskHistory
  readonly #listeners = new Set<MaskListener>()
  #openShare = 0
  #version = 0
  #touched: Box | null = null

  constructor(width: number, height: number, limits?: HistoryLimits) {
    this.raster = emptyRaster(width, height)
    this.#history = new MaskHistory(this.raster, limits)
  }

  get width(): number {
    return this.raster.width
  }

  get height(): number {
    return this.raster.height
  }

  get canUndo(): boolean {
    return this.#history.canUndo
  }

  get canRedo(): boolean {
    return this.#history.canRedo
  }

  /** Share of the picture that the edit may paint, 0..1, as of the last step. */
  get openShare(): number {
    return this.#openShare
  }

  /** Another number after each step. */
  get version(): number {
    return this.#version
  }

  /** @returns what ends it. */
  subscribe(listener: MaskListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** A stretch of a stroke; `endStep` ends the stroke. */
  stroke(from: Dot, to: Dot, ink: Ink): void {
    this.#change(strokeBox(from, to), () => paintStroke(this.raster, from, to, ink))
  }

  /** Ends a step that was drawn in stretches. */
  endStep(): void {
    const touched = this.#touched
    this.#touched = null
    if (!this.#history.commit() || touched === null) return
    this.#rest(touched)
  }

  /** Gives up what was drawn since the last step ended. */
  dropStep(): void {
    this.#touched = null
    const changed = this.#history.rollback()
    if (changed !== null) this.#rest(changed)
  }

  fillBox(box: Box, ink: Ink): void {
    this.#step(box, () => fillBox(this.raster, box, ink))
  }

  fillPolygon(points: readonly Point[], ink: Ink): void {
    if (points.length >= 3) this.#step(polygonBox(points), () => fillPolygon(this.raster, points, ink))
  }

  invert(): void {
    this.#step(wholeBox(this.raster), () => invertRaster(this.raster))
  }

  /** Lets nothing be painted, or everything. */
  fill(ink: Ink): void {
    this.fillBox(wholeBox(this.raster), ink)
  }

  /** Takes a mask in whose corner lies at a place; around it nothing may be painted. */
  place(placed: MaskRaster, at: Point): void {
    this.#step(wholeBox(this.raster), () => {
      this.raster.values.fill(0)
      placeRaster(this.raster, placed, at)
    })
  }

  undo(): void {
    this.endStep()
    const changed = this.#history.undo()
    if (changed !== null) this.#rest(changed)
  }

  redo(): void {
    this.endStep()
    const changed = this.#history.redo()
    if (changed !== null) this.#rest(changed)
  }

  /** The mask with a soft edge, whole. Of a mask so narrow that nothing would be fully open, the edge is as soft as it can be. */
  feathered(featherPx: number): Uint8Array {
    for (let px = featherPx; ; px = Math.floor(px / 2)) {
      const values = featherBox(this.raster, wholeBox(this.raster), px)
      if (px === 0 || values.includes(255)) return values
    }
  }

  #step(box: Box, draw: () => void): void {
    this.endStep()
    this.#change(box, draw)
    this.endStep()
  }

  #change(box: Box, draw: () => void): void {
    const inside = clipBox(this.raster, box)
    if (inside === null) return
    this.#history.before(inside)
    draw()
    this.#touched = joinBoxes(this.#touched, inside)
    this.#tell(inside, false)
  }

  #rest(changed: Box): void {
    this.#version += 1
    this.#openShare = openShare(this.raster)
    this.#tell(changed, true)
  }

  #tell(changed: Box, isAtRest: boolean): void {
    for (const listener of this.#listeners) listener(changed, isAtRest)
  }
}
