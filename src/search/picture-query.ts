import type { Nanos } from '../primitives/money.ts'

/** Where a page goes on: behind this picture, in the order in which they are shown. */
export interface PicturePlace {
  createdAtMs: number
  generationId: string
  idx: number
  imageId: string
}

/** Behind every picture of a generation: the largest number that the column holds, and what sorts behind every id. */
export const LAST_OF_GENERATION = { idx: 2 ** 31 - 1, imageId: '~' } as const

/** Which pictures somebody looks for; absent = any. */
export interface PictureQuery {
  /** Null = every project's. */
  projectId: string | null
  /** All of them, as `blindWords` makes them. */
  words?: readonly number[]
  /** First letters of the SHA-256 of a picture, in hexadecimal. */
  hash?: string | undefined
  owner?: string | undefined
  route?: string | undefined
  /** As it was asked for. */
  model?: string | undefined
  operation?: string | undefined
  surface?: string | undefined
  tag?: string | undefined
  /** State of the picture's review; `none` where it has none. */
  review?: string | undefined
  metadata?: readonly (readonly [key: string, value: string])[]
  width?: number | undefined
  height?: number | undefined
  format?: string | undefined
  /** What their generation cost, in nanos, both included. */
  costFrom?: Nanos | undefined
  costTo?: Nanos | undefined
  /** As `isCostSharp` found: pictures are found by their cost. @default false */
  isCostSharp?: boolean
  fromMs?: number | undefined
  /** Exclusive. */
  toMs?: number | undefined
}

/** A stretch of the order. */
export interface PictureWindow {
  /** Behind it; null = from the newest on. */
  after: PicturePlace | null
  /** Generations that are looked at, at most: what a statement costs does not depend on how few are found. */
  generations: number
  /** Pictures that are found, at most. */
  pictures: number
}
