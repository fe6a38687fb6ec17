import type { GlyphComparison } from '../text/compare-glyphs.ts'
import { charactersOf, likeness, normaliseText } from '../text/normalise-text.ts'
import type { ReadBox, Reading } from '../text/read-box.ts'
import type { TextFigures, TextProblem } from '../text/text-figures.ts'
import type { RuleVerdict } from '../verdict.ts'

/** Why a text is what it is said to be; docs/guard.md explains each. */
export type TextReason =
  | TextProblem
  | 'same_print'
  | 'reads_as_declared'
  | 'reads_otherwise'
  | 'reads_otherwise_before_and_after'
  | 'print_and_reading_disagree'
  | 'print_changed_reads_the_same'
  | 'low_confidence'

/** What is said of one text. */
export interface TextJudgement {
  verdict: RuleVerdict
  reason: TextReason
  /** Confidence of the reading that decided, 0..100; null where none did. */
  confidence: number | null
  /** What was read before and after; null where nothing was. */
  readBefore: string | null
  readAfter: string | null
}

/** Spots of print: none that count below this, another glyph above that; between them the reading decides. Squares of a stroke's width. */
const SAME_SPOT = 0.12
const OTHER_SPOT = 0.2
/** Where a part of the text agrees less, print changed there however small its spots: it hardly stands off its ground, or strokes only moved. */
const SAME_AGREEMENT = 0.94
/** A changed glyph is one place of a text; where print differs in more of it than this, it was set anew. */
const SET_ANEW = 0.6
/** A reading counts from here on, and one by which a text is said to be another from there on. */
const CONFIDENT = 80
const SURE = 85
/** Without print to compare, a single badly read character makes a reading doubtful. */
const LEAST_CHARACTER = 55
/** Print that stayed is taken for the declared text when what is read is at least so much like it. */
const LIKE = 0.5
const LEAST_CLARITY = 0.7

/** Judges what was found of a text. */
export function judgeText(figures: TextFigures): TextJudgement {
  const { problem, source, result } = figures
  const read = { readBefore: source ? bestOf(source).text : null, readAfter: result ? bestOf(result).text : null }
  if (problem !== null || result === null) return { verdict: 'unsure', reason: problem ?? 'reader_failed', confidence: null, ...read }
  return { ...verdictOf(figures, result), ...read }
}

type Said = Pick<TextJudgement, 'verdict' | 'reason' | 'confidence'>

function verdictOf({ text, source, glyphs, kind }: TextFigures, result: ReadBox): Said {
  const shown = matching(result, text)
  const before = source && matching(source, text)
  const print = glyphs && printOf(glyphs)
  if (print === 'same') return samePrint(text, { shown, before }, { source: source!, result })
  if (shown === null) return otherText(text, result, kind === 'protected' || before !== null)
  if (print === 'one_place' && before) return { verdict: 'unsure', reason: 'print_changed_reads_the_same', confidence: shown.confidence }
  const isSure = shown.confidence >= CONFIDENT && (print === 'set_anew' || shown.lowest >= LEAST_CHARACTER)
  return { verdict: isSure ? 'kept' : 'unsure', reason: isSure ? 'reads_as_declared' : 'low_confidence', confidence: shown.confidence }
}

/**
 * Not a stroke differs from the source: what the reader says now, it would have said before. Where it surely reads another text now than it read before, one
 * of the two witnesses is wrong.
 */
function samePrint(
  text: string,
  { shown, before }: { shown: Reading | null; before: Reading | null },
  { source, result }: { source: ReadBox; result: ReadBox },
): Said {
  if (shown) return { verdict: 'kept', reason: 'same_print', confidence: shown.confidence }
  const best = bestOf(result)
  if (isCertain(result)) {
    const reason = before ? 'print_and_reading_disagree' : 'reads_otherwise_before_and_after'
    return { verdict: 'unsure', reason, confidence: best.confidence }
  }
  if (before === null && saysOtherwise(bestOf(source), best))
    return { verdict: 'unsure', reason: 'print_and_reading_disagree', confidence: best.confidence }
  const isLike = before !== null || likeness(best.text, text) >= LIKE
  return { verdict: isLike ? 'kept' : 'unsure', reason: isLike ? 'same_print' : 'low_confidence', confidence: (before ?? best).confidence }
}

function saysOtherwise(before: Reading, after: Reading): boolean {
  return Math.min(before.confidence, after.confidence) >= SURE && normaliseText(before.text) !== normaliseText(after.text)
}

/** @param wasShown the source was read as the text, so the reader can read it */
function otherText(text: string, result: ReadBox, wasShown: boolean): Said {
  const best = bestOf(result)
  // A reader that cannot read a picture at all makes up characters; what is near the text was read.
  const isText = likeness(best.text, text) >= 0.3 || wasShown
  const isSure = isText && (wasShown ? best.confidence >= CONFIDENT : isCertain(result))
  return { verdict: isSure ? 'changed' : 'unsure', reason: isSure ? 'reads_otherwise' : 'low_confidence', confidence: best.confidence }
}

function printOf({ spot, spread, clarity, agreement }: GlyphComparison): 'same' | 'one_place' | 'set_anew' | 'unclear' {
  const agrees = agreement >= SAME_AGREEMENT
  if (spot <= SAME_SPOT && agrees) return 'same'
  if (clarity < LEAST_CLARITY || (spot < OTHER_SPOT && agrees)) return 'unclear'
  return spread >= SET_ANEW ? 'set_anew' : 'one_place'
}

/** Every way of showing it to the reader gave the same other text, surely. */
function isCertain({ readings }: ReadBox): boolean {
  const [first, ...others] = readings.map(({ text }) => normaliseText(text))
  const agree = first !== '' && others.every((text) => text === first)
  return agree && readings.every(({ confidence, lowest }) => confidence >= SURE && lowest >= LEAST_CHARACTER)
}

/** The most confident reading that is the text, white space apart. */
function matching({ readings }: ReadBox, text: string): Reading | null {
  const wanted = normaliseText(text)
  const equal = readings.filter((reading) => normaliseText(reading.text) === wanted)
  return equal.sort((one, other) => other.confidence - one.confidence)[0] ?? null
}

function bestOf({ readings }: ReadBox): Reading {
  const scored = readings.map((reading) => ({ reading, score: charactersOf(reading.text).length === 0 ? -1 : reading.confidence }))
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).reading
}
