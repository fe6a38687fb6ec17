import { type PixelPool, pixelTask } from '../pixels/index.ts'
import type { Box, HeatMapFile } from './drift-measurement.ts'
import type { GuardReport } from './judge/judge-picture.ts'
import type { RuleVerdict } from './verdict.ts'

/** A box and what was said of it. */
export interface MarkedBox {
  box: Box
  verdict: RuleVerdict
  /** Shown large below the pictures as well. */
  isText: boolean
}

/** What is drawn: files by their paths, and the boxes that were judged, in pixels of the result. */
export interface SideBySideInput {
  /** Null for a picture that was not made of another: it stands alone. */
  sourcePath: string | null
  resultPath: string
  boxes: readonly MarkedBox[]
  /** Where the PNG is written. */
  path: string
}

const drawTask = pixelTask<SideBySideInput, HeatMapFile>('draw side by side', new URL('./side-by-side-task.ts', import.meta.url).href)
const TIME_LIMIT_MS = 60_000
/** Texts beyond these are framed, not shown large. */
const MOST_TEXTS = 12

/** Draws source and result beside one another, in a child process; the PNG is written by it. @throws PixelTaskError */
export function drawSideBySide(pool: PixelPool, input: SideBySideInput): Promise<HeatMapFile> {
  return pool.run(drawTask, input, { timeoutMs: TIME_LIMIT_MS })
}

/** The boxes of a verdict. @param protect in the order in which drift was measured */
export function markedBoxes({ subject, text, drift }: GuardReport, protect: readonly Box[]): MarkedBox[] {
  const texts = (text.figures ?? []).flatMap(({ box, verdict }) => (box ? [{ box, verdict }] : []))
  const protectedVerdict = drift.verdict ?? 'kept'
  return [
    ...texts.map(({ box, verdict }, place) => ({ box, verdict, isText: place < MOST_TEXTS })),
    ...(subject.figures && subject.verdict ? [{ box: subject.figures.box, verdict: subject.verdict, isText: false }] : []),
    ...protect.map((box) => ({ box, verdict: protectedVerdict, isText: false })),
  ]
}
