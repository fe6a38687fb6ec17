import type { Box } from '../drift-measurement.ts'
import type { GlyphComparison } from './compare-glyphs.ts'
import type { ReadBox } from './read-box.ts'

/** A text that a picture shall show. */
export interface DeclaredText {
  text: string
  /** As its caller named it. */
  lang: string
  /** Pixels of the result; null = it may stand anywhere. */
  box: Box | null
}

/** What is read: a picture, its source where it is an edit, and what shall be found there. */
export interface TextInput {
  /** Null for a picture that was not made of another, or of one that has another shape. */
  sourcePath: string | null
  resultPath: string
  texts: readonly DeclaredText[]
  /** Protected boxes: what is read in the source shall be read in the result. */
  protect: readonly Box[]
}

/** Why a text could not be looked at. */
export type TextProblem = 'not_installed' | 'no_data' | 'unknown_language' | 'beyond_picture' | 'too_small' | 'not_found' | 'reader_failed'

/** What was found of one text. */
export interface TextFigures {
  /** `declared`: by its caller; `protected`: read in a protected box of the source. */
  kind: 'declared' | 'protected'
  /** Place in the list of its kind. */
  index: number
  text: string
  lang: string
  /** Where it was read, pixels of the result; null when it was not found. */
  box: Box | null
  problem: TextProblem | null
  /** Null where there is no source. */
  source: ReadBox | null
  result: ReadBox | null
  /** Null where there is no source. */
  glyphs: GlyphComparison | null
}
