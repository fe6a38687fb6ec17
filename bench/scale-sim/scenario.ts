import type { Quality } from '../../src/contract/model-row.ts'

/** Pictures of a kind, and how many of all they are. */
export interface PictureKind {
  share: number
  quality: Quality
  width: number
  height: number
  /** Bytes of the finished file. */
  mebibytes: number
  /** What upstream takes for one. */
  upstreamS: number
}

/** What is asked of an installation, and what it is given. Everything here is assumed; what was measured is in `figures.json`. */
export interface Scenario {
  imagesPerMinute: number
  kinds: readonly PictureKind[]
  /** The share that comes as jobs; the others are waited for. */
  jobShare: number
  /** The share of the largest project, and of its one budget. */
  largestProjectShare: number
  /** Databases with a bucket and nodes of their own, each with its part of the projects. */
  cells: number
  /** In each cell: processes with a core, their share of the whole, and routes to upstream accounts. */
  apiNodes: number
  workerNodes: number
  routes: number
  /** Calls at once of an api process, jobs at once of a worker, as they are when nobody sets them. */
  placesOfApi: number
  placesOfWorker: number
  /** Of the database server. */
  databaseCores: number
  /** How much faster than the measured machine's a server commits, and a core computes. */
  commitFactor: number
  coreFactor: number
  /** Limits of one upstream account. */
  upstreamImagesPerMinute: number
  upstreamTokensPerMinute: number
  /** Of one bucket prefix, as its operator promises. */
  bucketPutsPerSecond: number
  walMebibytesPerSecond: number
  nodeMebibytesPerSecond: number
}

/** A mix of a shop: previews, products, a few large ones. Seconds are between what OpenAI says (up to two minutes) and what resellers measured. */
const kinds: readonly PictureKind[] = [
  { share: 0.5, quality: 'low', width: 1024, height: 1024, mebibytes: 1.2, upstreamS: 10 },
  { share: 0.35, quality: 'medium', width: 1024, height: 1536, mebibytes: 2, upstreamS: 25 },
  { share: 0.14, quality: 'high', width: 1536, height: 1024, mebibytes: 2.5, upstreamS: 50 },
  { share: 0.01, quality: 'high', width: 3840, height: 2160, mebibytes: 12, upstreamS: 100 },
]

const base = {
  kinds,
  jobShare: 0.5,
  largestProjectShare: 0.2,
  placesOfApi: 128,
  placesOfWorker: 64,
  databaseCores: 16,
  commitFactor: 1,
  coreFactor: 1,
  upstreamImagesPerMinute: 250,
  upstreamTokensPerMinute: 8_000_000,
  bucketPutsPerSecond: 3500,
  walMebibytesPerSecond: 100,
  nodeMebibytesPerSecond: 1000,
} as const

/** The three rates of docs/scale.md: first as they come, then as that page says to mend them. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  '1k': { ...base, imagesPerMinute: 1_000, cells: 1, apiNodes: 2, workerNodes: 4, routes: 5 },
  '10k': { ...base, imagesPerMinute: 10_000, cells: 1, apiNodes: 20, workerNodes: 40, routes: 50 },
  '10k in 4 cells': {
    ...base,
    imagesPerMinute: 10_000,
    cells: 4,
    apiNodes: 5,
    workerNodes: 10,
    routes: 13,
    largestProjectShare: 0.02,
  },
  '100k': { ...base, imagesPerMinute: 100_000, cells: 1, apiNodes: 200, workerNodes: 400, routes: 500 },
  '100k in 40 cells': {
    ...base,
    imagesPerMinute: 100_000,
    cells: 40,
    apiNodes: 5,
    workerNodes: 10,
    routes: 13,
    largestProjectShare: 0.002,
  },
}

/** The mean over the kinds of pictures, each by its share. */
export function meanOf(kinds: readonly PictureKind[], read: (kind: PictureKind) => number): number {
  const whole = kinds.reduce((sum, { share }) => sum + share, 0)
  return kinds.reduce((sum, kind) => sum + kind.share * read(kind), 0) / whole
}
