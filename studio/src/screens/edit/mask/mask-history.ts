import { type Box, clipBox, joinBoxes, type MaskRaster } from './mask-raster.ts'

/** A tile as it was: its pixels, or the one value that all of them had. */
type Tile = Uint8Array | number

/** What one step changed: tiles by their place, as they are on the other side of the step. */
type Step = Map<number, Tile>

/** Bounds of what is remembered. */
export interface HistoryLimits {
  /** Edge of a tile, pixels. @default 128 */
  tileEdge?: number
  /** Bytes that all steps may take; the oldest go first. @default 48 MiB */
  limitBytes?: number
}

/** What a tile of one value counts for. */
const UNIFORM_BYTES = 32

/**
 * Undo and redo of a mask. A step keeps the tiles that it touched and no others, and of a tile of one value that value: a stroke over a picture of
 * eight megapixels costs some kilobytes.
 */
export class MaskHistory {
  readonly #raster: MaskRaster
  readonly #edge: number
  readonly #columns: number
  readonly #limitBytes: number
  #begun: Step | null = null
  #done: Step[] = []
  #undone: Step[] = []

  constructor(raster: MaskRaster, { tileEdge = 128, limitBytes = 48 * 1024 * 1024 }: HistoryLimits = {}) {
    this.#raster = raster
    this.#edge = tileEdge
    this.#columns = Math.ceil(raster.width / tileEdge)
    this.#limitBytes = limitBytes
  }

  get canUndo(): boolean {
    return this.#done.length > 0
  }

  get canRedo(): boolean {
    return this.#undone.length > 0
  }

  /** What the steps take, both ways. */
  get bytes(): number {
    return [...this.#done, ...this.#undone].reduce((sum, step) => sum + bytesOf(step), 0)
  }

  /** To be called before pixels of a box are changed; begins a step where none has begun. */
  before(box: Box): void {
    this.#begun ??= new Map()
    const inside = clipBox(this.#raster, box)
    if (inside === null) return
    const last = { x: Math.floor((inside.x + inside.width - 1) / this.#edge), y: Math.floor((inside.y + inside.height - 1) / this.#edge) }
    for (let y = Math.floor(inside.y / this.#edge); y <= last.y; y++) {
      for (let x = Math.floor(inside.x / this.#edge); x <= last.x; x++) {
        const place = y * this.#columns + x
        if (!this.#begun.has(place)) this.#begun.set(place, this.#read(place))
      }
    }
  }

  /** Ends the step. @returns whether it changed anything; a step that did not is forgotten, and nothing that was undone is lost to it. */
  commit(): boolean {
    const changed = new Map([...(this.#begun ?? [])].filter(([place, tile]) => !isSame(tile, this.#read(place))))
    this.#begun = null
    if (changed.size === 0) return false
    this.#done.push(changed)
    this.#undone = []
    while (this.#done.length > 1 && this.bytes > this.#limitBytes) this.#done.shift()
    return true
  }

  /** Gives the step up that has begun. @returns what it had changed */
  rollback(): Box | null {
    let changed: Box | null = null
    for (const [place, tile] of this.#begun ?? []) {
      this.#write(place, tile)
      changed = joinBoxes(changed, this.#boxOf(place))
    }
    this.#begun = null
    return changed
  }

  /** Takes the last step back. @returns what it changed, null when there is none. */
  undo(): Box | null {
    return this.#swap(this.#done, this.#undone)
  }

  /** Does the step again that was taken back last. */
  redo(): Box | null {
    return this.#swap(this.#undone, this.#done)
  }

  #swap(from: Step[], to: Step[]): Box | null {
    const step = from.pop()
    if (step === undefined) return null
    const opposite: Step = new Map()
    let changed: Box | null = null
    for (const [place, tile] of step) {
      opposite.set(place, this.#read(place))
      this.#write(place, tile)
      changed = joinBoxes(changed, this.#boxOf(place))
    }
    to.push(opposite)
    return changed
  }

  #boxOf(place: number): Box {
    const [x, y] = [(place % this.#columns) * this.#edge, Math.floor(place / this.#columns) * this.#edge]
    return { x, y, width: Math.min(this.#edge, this.#raster.width - x), height: Math.min(this.#edge, this.#raster.height - y) }
  }

  #read(place: number): Tile {
    const { x, y, width, height } = this.#boxOf(place)
    const { values, width: across } = this.#raster
    const first = values[y * across + x]!
    if (isUniform(values, first, y * across + x, { width, height, across })) return first
    const tile = new Uint8Array(width * height)
    for (let row = 0; row < height; row++) {
      const start = (y + row) * across + x
      tile.set(values.subarray(start, start + width), row * width)
    }
    return tile
  }

  #write(place: number, tile: Tile): void {
    const { x, y, width, height } = this.#boxOf(place)
    for (let row = 0; row < height; row++) {
      const start = (y + row) * this.#raster.width + x
      if (typeof tile === 'number') this.#raster.values.fill(tile, start, start + width)
      else this.#raster.values.set(tile.subarray(row * width, (row + 1) * width), start)
    }
  }
}

function bytesOf(step: Step): number {
  let bytes = 0
  for (const tile of step.values()) bytes += typeof tile === 'number' ? UNIFORM_BYTES : tile.byteLength
  return bytes
}

function isUniform(
  values: Uint8Array,
  value: number,
  start: number,
  { width, height, across }: { width: number; height: number; across: number },
): boolean {
  for (let row = 0; row < height; row++) {
    const from = start + row * across
    for (let index = from; index < from + width; index++) if (values[index] !== value) return false
  }
  return true
}

function isSame(one: Tile, other: Tile): boolean {
  if (typeof one === 'number' || typeof other === 'number') return one === other
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false
  return true
}
