import type { Box, DriftMeasurement } from '../drift-measurement.ts'
import type { TextFigures } from '../text/text-figures.ts'
import type { GuardOverall, RuleVerdict } from '../verdict.ts'
import type { CameraFigures } from './camera.ts'
import { judgeText, type TextJudgement } from './judge-text.ts'
import type { LookFigures } from './look-figures.ts'
import type { SubjectFigures } from './subject.ts'

/** Why a rule is not judged, or cannot be; docs/guard.md explains each. */
export type RuleReason =
  | 'within_limits'
  | 'beyond_limits'
  | 'between_limits'
  | 'not_comparable'
  | 'nothing_declared'
  | 'open_to_the_edit'
  | 'no_source'
  | 'no_subject'
  | 'too_small'
  | 'beyond_picture'
  | 'too_few_features'
  | 'not_measured'
  | 'texts'

/** A verdict is null where the rule has nothing to judge in this picture. */
export interface JudgedRule<Figures> {
  verdict: RuleVerdict | null
  reason: RuleReason
  figures: Figures | null
}

/** The text rule on one text, without its words. */
export interface JudgedText extends Omit<TextJudgement, 'readBefore' | 'readAfter'> {
  kind: TextFigures['kind']
  index: number
  lang: string
  box: Box | null
  print: TextFigures['glyphs']
}

/** Words of a text: as declared, as read before and after. */
export interface TextWords {
  text: string
  readBefore: string | null
  readAfter: string | null
}

/** What the guard found about a picture. */
export interface GuardReport {
  overall: GuardOverall
  drift: JudgedRule<{ outside: number | null; boxes: (number | null)[] }>
  subject: JudgedRule<SubjectFigures>
  camera: JudgedRule<CameraFigures | { shiftX: number; shiftY: number; scale: number; confidence: number }>
  text: JudgedRule<JudgedText[]>
}

/** What there is to judge by. */
export interface GuardFindings {
  /** False for a picture that was not made of another: texts are all there is to judge. */
  isEdit: boolean
  hasMask: boolean
  drift: DriftMeasurement | null
  look: LookFigures | null
  texts: TextFigures[]
}

/** Kept up to the first, changed from the second on. Shares of pixels, of the longer side, or as named. */
const limits = {
  outside: [0.005, 0.03],
  box: [0.01, 0.06],
  shift: [0.0018, 0.0032],
  scale: [0.006, 0.015],
  deltaE: [2.2, 4],
  dissimilarity: [0.06, 0.12],
  corner: [0.0035, 0.008],
} as const
/** Below this a shift is a matter of resampling, whatever the picture's size. Pixels. */
const LEAST_SHIFT_PIXELS = 1
const OPEN_SUBJECT = 0.5
const LEAST_KEPT = 0.25
const LEAST_INLIERS = 0.4
const LEAST_ALIGNMENT = 0.6
const LEAST_BOX_PIXELS = 64

/** Judges a picture: every rule, and what follows of them. Pure: the same findings give the same verdict. */
export function judgePicture(findings: GuardFindings): { report: GuardReport; words: TextWords[] } {
  const judged = findings.texts.map((figures) => ({ figures, said: judgeText(figures) }))
  const rules = {
    drift: judgeDrift(findings),
    subject: judgeSubject(findings),
    camera: judgeCamera(findings),
    text: judgeTexts(judged),
  }
  return {
    report: { overall: overallOf(rules), ...rules },
    words: judged.map(({ figures, said }) => ({ text: figures.text, readBefore: said.readBefore, readAfter: said.readAfter })),
  }
}

/** A guess never rejects: where nobody said what the subject is, people are asked. */
function overallOf({ drift, subject, camera, text }: Omit<GuardReport, 'overall'>): GuardOverall {
  const isGuess = subject.figures?.from === 'salient'
  const rejecting = [drift, camera, text, ...(isGuess ? [] : [subject])]
  if (rejecting.some(({ verdict }) => verdict === 'changed')) return 'reject'
  const all = [drift, subject, camera, text]
  return all.every(({ verdict }) => verdict === 'kept' || verdict === null) ? 'adoptable' : 'needs_human'
}

function judgeDrift({ isEdit, hasMask, drift }: GuardFindings): GuardReport['drift'] {
  if (!isEdit) return { verdict: null, reason: 'no_source', figures: null }
  if (drift === null) return { verdict: 'unsure', reason: 'not_measured', figures: null }
  if (!drift.comparable) return { verdict: 'unsure', reason: 'not_comparable', figures: null }
  const outside = hasMask ? (drift.outside?.changedFraction ?? null) : null
  const boxes = drift.boxes.map((box) => box?.changedFraction ?? null)
  const figures = { outside, boxes }
  if (outside === null && boxes.length === 0) return { verdict: null, reason: hasMask ? 'open_to_the_edit' : 'nothing_declared', figures }
  const verdicts = [
    ...(outside === null ? [] : [between(outside, limits.outside)]),
    ...drift.boxes.map((box) => {
      if (box === null || box.box.width * box.box.height < LEAST_BOX_PIXELS) return 'unsure'
      return between(box.changedFraction, limits.box)
    }),
  ]
  if (drift.boxes.includes(null)) return { verdict: worst(verdicts), reason: 'beyond_picture', figures }
  return ruled(worst(verdicts), figures)
}

function judgeSubject({ isEdit, look }: GuardFindings): GuardReport['subject'] {
  if (!isEdit) return { verdict: null, reason: 'no_source', figures: null }
  if (look === null) return { verdict: 'unsure', reason: 'not_measured', figures: null }
  if (!look.comparable) return { verdict: 'unsure', reason: 'not_comparable', figures: null }
  const { subject, subjectProblem, longerSide } = look
  if (subject === null) {
    if (subjectProblem === 'none_found') return { verdict: null, reason: 'no_subject', figures: null }
    return { verdict: 'unsure', reason: subjectProblem ?? 'not_measured', figures: null }
  }
  if (subject.open > OPEN_SUBJECT) return { verdict: null, reason: 'open_to_the_edit', figures: subject }
  const { motion, ssim, deltaE } = subject
  const shift = Math.hypot(motion.shiftX, motion.shiftY)
  const verdicts = [
    shift <= LEAST_SHIFT_PIXELS ? 'kept' : between(shift / longerSide, limits.shift),
    between(Math.abs(motion.scale - 1), limits.scale),
    between(deltaE, limits.deltaE),
    between(1 - ssim, limits.dissimilarity),
  ] as const
  return ruled(worst(verdicts), subject)
}

function judgeCamera({ isEdit, look, drift }: GuardFindings): GuardReport['camera'] {
  if (!isEdit) return { verdict: null, reason: 'no_source', figures: null }
  if (look === null) return { verdict: 'unsure', reason: 'not_measured', figures: null }
  if (!look.comparable) return { verdict: 'unsure', reason: 'not_comparable', figures: null }
  if (look.kept < LEAST_KEPT) return { verdict: null, reason: 'open_to_the_edit', figures: look.camera }
  const { camera } = look
  if (camera !== null && camera.inliers >= LEAST_INLIERS) return ruled(between(camera.corner, limits.corner), camera)
  const alignment = drift?.comparable ? drift.alignment : null
  if (alignment === null || alignment.confidence < LEAST_ALIGNMENT)
    return { verdict: 'unsure', reason: 'too_few_features', figures: camera }
  const moved = Math.hypot(alignment.shiftX, alignment.shiftY) / look.longerSide + Math.abs(alignment.scale - 1) / 2
  return ruled(between(moved, limits.corner), alignment)
}

function judgeTexts(judged: readonly { figures: TextFigures; said: TextJudgement }[]): GuardReport['text'] {
  if (judged.length === 0) return { verdict: null, reason: 'nothing_declared', figures: null }
  const figures = judged.map(({ figures: { kind, index, lang, box, glyphs }, said: { verdict, reason, confidence } }) => ({
    ...{ kind, index, lang, box, verdict, reason, confidence, print: glyphs },
  }))
  return { verdict: worst(figures.map(({ verdict }) => verdict)), reason: 'texts', figures }
}

function between(value: number, [kept, changed]: readonly [number, number]): RuleVerdict {
  if (value <= kept) return 'kept'
  return value >= changed ? 'changed' : 'unsure'
}

function worst(verdicts: readonly RuleVerdict[]): RuleVerdict {
  if (verdicts.includes('changed')) return 'changed'
  return verdicts.includes('unsure') ? 'unsure' : 'kept'
}

const reasons = { kept: 'within_limits', changed: 'beyond_limits', unsure: 'between_limits' } as const

function ruled<Figures>(verdict: RuleVerdict, figures: Figures): JudgedRule<Figures> {
  return { verdict, reason: reasons[verdict], figures }
}
