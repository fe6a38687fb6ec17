import jsfeat from 'jsfeat'
import { PLACE, type Places } from '../region.ts'
import { fromRaw, type Size, type WorkingPicture } from '../working-picture.ts'

/** How the camera of the result stands against that of the source, by the affine motion of the features of the kept part. */
export interface CameraFigures {
  /** Features that were followed, there and back again. */
  features: number
  /** Share of them that the motion explains. */
  inliers: number
  /** Of the picture's middle, as shares of its longer side. */
  shiftX: number
  shiftY: number
  /** Degrees, clockwise. */
  rotation: number
  scaleX: number
  scaleY: number
  /** The furthest that a corner moved, as a share of the longer side. */
  corner: number
}

interface Pair {
  from: { x: number; y: number }
  to: { x: number; y: number }
}

/** x' = a·x + b·y + c, y' = d·x + e·y + f. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

const LONGEST_SIDE = 640
const LEVELS = 4
const WINDOW = 15
const ITERATIONS = 30
const EPSILON = 0.01
const LEAST_EIGENVALUE = 1e-4
/** The best feature of each cell is followed, so that one busy corner does not speak for the picture. */
const CELL = 20
/** A feature that does not come back to within so many pixels was lost. */
const RETURN_PIXELS = 0.7
const LEAST_FEATURES = 12
const ROUNDS = 8
/** What the motion leaves must be less than this, or than so many times the median. */
const INLIER_PIXELS = 0.8
const INLIER_MEDIANS = 2.5

/** Follows features from the source to the result (pyramidal Lucas-Kanade, jsfeat) and fits a motion; null when there are too few. */
export async function cameraOf(source: WorkingPicture, result: WorkingPicture, places: Places): Promise<CameraFigures | null> {
  const factor = Math.min(1, LONGEST_SIDE / Math.max(source.width, source.height))
  const size = { width: Math.max(1, Math.round(source.width * factor)), height: Math.max(1, Math.round(source.height * factor)) }
  if (Math.min(size.width, size.height) >> (LEVELS - 1) < WINDOW) return null
  const [before, after] = await Promise.all([pyramidOf(source, size), pyramidOf(result, size)])
  const isKept = (x: number, y: number) =>
    places[Math.min(source.height - 1, Math.floor(y / factor)) * source.width + Math.min(source.width - 1, Math.floor(x / factor))] ===
    PLACE.kept
  const pairs = follow(before, after, features(before.data[0]!, isKept))
  if (pairs.length < LEAST_FEATURES) return null
  const fitted = fitMotion(pairs)
  return fitted && figuresOf(fitted.motion, size, pairs.length, fitted.inliers / pairs.length)
}

async function pyramidOf(picture: WorkingPicture, { width, height }: Size) {
  const grey = await fromRaw(picture.rgb, picture, 3).resize(width, height, { fit: 'fill' }).greyscale().raw().toBuffer()
  const matrix = new jsfeat.matrix_t(width, height, jsfeat.U8C1_t)
  matrix.data.set(grey)
  const pyramid = new jsfeat.pyramid_t(LEVELS)
  pyramid.allocate(width, height, jsfeat.U8C1_t)
  pyramid.build(matrix, false)
  return pyramid
}

/** Filled by each detection, and kept for the next: a picture has room for tens of thousands. A peak has no other beside it, so a quarter is enough. */
const kept: InstanceType<typeof jsfeat.keypoint_t>[] = []

function keypoints(count: number) {
  while (kept.length < count) kept.push(new jsfeat.keypoint_t(0, 0, 0, 0))
  return kept
}

function features(
  picture: { cols: number; rows: number; data: Uint8Array | Int32Array | Float32Array },
  isKept: (x: number, y: number) => boolean,
) {
  const found = keypoints(Math.ceil((picture.cols * picture.rows) / 4))
  jsfeat.yape06.laplacian_threshold = 20
  jsfeat.yape06.min_eigen_value_threshold = 12
  const count = jsfeat.yape06.detect(picture, found, WINDOW)
  const best = new Map<string, { x: number; y: number; score: number }>()
  for (const point of found.slice(0, count)) {
    if (!isKept(point.x, point.y)) continue
    const cell = `${Math.floor(point.x / CELL)} ${Math.floor(point.y / CELL)}`
    if (point.score > (best.get(cell)?.score ?? 0)) best.set(cell, point)
  }
  return [...best.values()].map(({ x, y }) => ({ x, y }))
}

function follow(
  before: Parameters<typeof track>[0],
  after: Parameters<typeof track>[1],
  points: readonly { x: number; y: number }[],
): Pair[] {
  const start = Float32Array.from(points.flatMap(({ x, y }) => [x, y]))
  const there = track(before, after, start)
  const back = track(after, before, there.places)
  return points.flatMap((from, at) => {
    const [x, y] = [there.places[2 * at]!, there.places[2 * at + 1]!]
    const missed = Math.hypot(back.places[2 * at]! - from.x, back.places[2 * at + 1]! - from.y)
    return there.status[at] === 1 && back.status[at] === 1 && missed <= RETURN_PIXELS ? [{ from, to: { x, y } }] : []
  })
}

function track(before: InstanceType<typeof jsfeat.pyramid_t>, after: InstanceType<typeof jsfeat.pyramid_t>, start: Float32Array) {
  const places = new Float32Array(start.length)
  const status = new Uint8Array(start.length / 2)
  jsfeat.optical_flow_lk.track(before, after, start, places, status.length, WINDOW, ITERATIONS, status, EPSILON, LEAST_EIGENVALUE)
  return { places, status }
}

/** Least squares, again and again without what does not fit: what moved by itself is left out, and there is no chance in it. */
function fitMotion(pairs: readonly Pair[]): { motion: Affine; inliers: number } | null {
  let inliers = pairs
  let motion: Affine = [1, 0, median(pairs.map(({ from, to }) => to.x - from.x)), 0, 1, median(pairs.map(({ from, to }) => to.y - from.y))]
  for (let round = 0; round < ROUNDS; round++) {
    const misses = pairs.map((pair) => missOf(motion, pair))
    const limit = Math.max(INLIER_PIXELS, INLIER_MEDIANS * median(misses))
    inliers = pairs.filter((_, at) => misses[at]! <= limit)
    const better = inliers.length >= LEAST_FEATURES / 2 ? solve(inliers) : null
    if (better === null) return null
    motion = better
  }
  return { motion, inliers: pairs.filter((pair) => missOf(motion, pair) <= INLIER_PIXELS).length }
}

function solve(pairs: readonly Pair[]): Affine | null {
  const model = new jsfeat.matrix_t(3, 3, jsfeat.F32C1_t)
  const solved = new jsfeat.motion_model.affine2d().run(
    pairs.map(({ from }) => from),
    pairs.map(({ to }) => to),
    model,
    pairs.length,
  )
  const [a, b, c, d, e, f] = [...model.data]
  const motion = [a!, b!, c!, d!, e!, f!] as const
  return solved > 0 && motion.every(Number.isFinite) ? motion : null
}

const apply = ([a, b, c, d, e, f]: Affine, { x, y }: { x: number; y: number }) => ({ x: a * x + b * y + c, y: d * x + e * y + f })

function missOf(motion: Affine, { from, to }: Pair): number {
  const { x, y } = apply(motion, from)
  return Math.hypot(x - to.x, y - to.y)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function figuresOf(motion: Affine, { width, height }: Size, count: number, inliers: number): CameraFigures {
  const [a, b, , d, e] = motion
  const longer = Math.max(width, height)
  const middle = { x: (width - 1) / 2, y: (height - 1) / 2 }
  const moved = apply(motion, middle)
  const corners = [0, width - 1].flatMap((x) => [0, height - 1].map((y) => ({ x, y })))
  const furthest = Math.max(...corners.map((corner) => Math.hypot(apply(motion, corner).x - corner.x, apply(motion, corner).y - corner.y)))
  return {
    features: count,
    inliers,
    shiftX: (moved.x - middle.x) / longer,
    shiftY: (moved.y - middle.y) / longer,
    rotation: (Math.atan2(d - b, a + e) * 180) / Math.PI,
    scaleX: Math.hypot(a, d),
    scaleY: Math.hypot(b, e),
    corner: furthest / longer,
  }
}
