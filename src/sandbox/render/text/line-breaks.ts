import type { Language } from './font-library.ts'
import type { LanguageGuess } from './language-guess.ts'

/** A stretch of text in one language's letter forms. */
export interface Run {
  text: string
  language: Language
}

/** What a line break never divides: a word, with the punctuation that belongs to it. */
export interface Atom {
  runs: Run[]
  /** Space before it, in ems, when it does not start a line: a word space, or a hair between Latin and Han. */
  gap: number
}

const WORD_SPACE = 0.27
const SCRIPT_GAP = 0.14

// The classes of JIS X 4051 and GB/T 15834 that matter in titles: what may not start a line, and what may not end one.
const noStart = /^[\p{Pe}\p{Pf}、。，．・：；？！‐–〜～…‥ゝゞ々〻ヽヾーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!%‰℃°'"’”]/u
const noEnd = /[\p{Ps}\p{Pi}“‘（「『【〈《〔［｛#＃$＄£￡¥￥@]$/u
const ideograph = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}々〆ー、。「」『』（）【】《》〈〉！？：；，．・…]'
// A Japanese particle or ending belongs to the word before it: 静かな夜に, not 夜 / に.
const particle = /^\p{Script=Hiragana}{1,3}$/u
const endsInWord = /[\p{Script=Han}\p{Script=Katakana}ー」』]\p{Script=Hiragana}{0,2}$/u
const startsIdeographic = new RegExp(`^${ideograph}`, 'u')
const endsIdeographic = new RegExp(`${ideograph}$`, 'u')
// A hyphen after a few letters, as in mid-century, would leave too little on the line.
const breakableAfter = /(?:[\p{L}\p{N}]{5,}[-‐/]|[–—])$/u

const segmenters: Record<Language, Intl.Segmenter> = {
  ja: new Intl.Segmenter('ja', { granularity: 'word' }),
  zh: new Intl.Segmenter('zh', { granularity: 'word' }),
}

/**
 * Cuts text at every place where a line may end: at spaces and hyphens, and in Japanese and Chinese between words (found by the
 * dictionaries of ICU), but never before closing punctuation or small kana and never after opening punctuation.
 */
export function toAtoms(text: string, guess: LanguageGuess): Atom[] {
  const atoms: Atom[] = []
  let spaced = false
  for (const word of words(text, guess)) {
    if (word.text.trim() === '') {
      spaced = true
      continue
    }
    const last = atoms.at(-1)
    if (!last || spaced || mayBreakBetween(last, word.text)) atoms.push({ runs: [word], gap: gapBefore(last, word.text, spaced) })
    else append(last, word)
    spaced = false
  }
  return atoms
}

/** Splits an atom that is wider than a whole line into single characters, punctuation rules kept. */
export function splitAtom(atom: Atom): Atom[] {
  const parts: Atom[] = []
  for (const run of atom.runs) {
    for (const { segment } of graphemes.segment(run.text)) {
      const last = parts.at(-1)
      const letter: Run = { text: segment, language: run.language }
      if (last && (noStart.test(segment) || noEnd.test(textOf(last)))) append(last, letter)
      else parts.push({ runs: [letter], gap: parts.length === 0 ? atom.gap : 0 })
    }
  }
  return parts
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The plain text of an atom. */
export function textOf(atom: Atom): string {
  return atom.runs.map((run) => run.text).join('')
}

function* words(text: string, guess: LanguageGuess): Generator<Run> {
  for (const [phrase] of text.matchAll(/\s+|[\x21-\u1fff]+|[^\s\x21-\u1fff]+/gu)) {
    const language = guess(phrase)
    for (const { segment } of segmenters[language].segment(phrase)) yield { text: segment, language }
  }
}

function mayBreakBetween(before: Atom, after: string): boolean {
  const text = textOf(before)
  if (noStart.test(after) || noEnd.test(text)) return false
  if (particle.test(after) && endsInWord.test(text)) return false
  if (endsIdeographic.test(text) || startsIdeographic.test(after)) return true
  return breakableAfter.test(text) && /^[\p{L}\p{N}]/u.test(after)
}

function gapBefore(before: Atom | undefined, after: string, spaced: boolean): number {
  if (!before) return 0
  if (spaced) return WORD_SPACE
  const text = textOf(before)
  const mixed = /[\p{Script=Latin}\p{N}]$/u.test(text)
    ? /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
    : /^[\p{Script=Latin}\p{N}]/u
  return mixed.test(after) && /[\p{L}\p{N}]$/u.test(text) ? SCRIPT_GAP : 0
}

function append(atom: Atom, run: Run): void {
  const last = atom.runs.at(-1)
  if (last?.language === run.language) last.text += run.text
  else atom.runs.push({ ...run })
}
