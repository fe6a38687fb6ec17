import type { SKRSContext2D } from '@napi-rs/canvas'
import { cssFont, type FontWeight } from './font-library.ts'
import { type Atom, splitAtom, textOf } from './line-breaks.ts'

/** An atom with its width in ems, and the widths of its runs. */
export interface MeasuredAtom extends Atom {
  widths: number[]
  width: number
}

/** A set line: atoms side by side, its width in ems. */
export interface Line {
  atoms: MeasuredAtom[]
  width: number
}

/** Lines of a paragraph, with what had to be done to get them. */
export interface Paragraph {
  lines: Line[]
  /** A word was wider than the measure and was cut inside. */
  cutWords: boolean
}

/** Measures atoms in the fonts they will be drawn with. */
export type Measure = (atom: Atom) => MeasuredAtom

const MEASURING_PIXELS = 100
/** The fonts set … at mid-height, as Japanese print has it; after Latin letters the dots stand on the line. */
const ellipses = { latin: '...', han: '…' }

/** A measure for one weight; equal words are measured once. */
export function createMeasure(brush: SKRSContext2D, weight: FontWeight): Measure {
  const known = new Map<string, number>()
  const widthOf = (text: string, font: string): number => {
    const key = `${font}\u0000${text}`
    let width = known.get(key)
    if (width === undefined) {
      brush.font = font
      width = brush.measureText(text).width / MEASURING_PIXELS
      known.set(key, width)
    }
    return width
  }
  return (atom) => {
    const widths = atom.runs.map((run) => widthOf(run.text, cssFont(run.language, weight, MEASURING_PIXELS)))
    return { ...atom, widths, width: widths.reduce((total, width) => total + width, 0) }
  }
}

/** Fills lines of at most `measureEms` from left to right; a word that is wider than a whole line is cut. */
export function fillLines(atoms: readonly MeasuredAtom[], measureEms: number, measure: Measure): Paragraph {
  const lines: Line[] = []
  let cutWords = false
  let line: Line = { atoms: [], width: 0 }
  const place = (atom: MeasuredAtom): void => {
    const gap = line.atoms.length === 0 ? 0 : atom.gap
    if (line.atoms.length > 0 && line.width + gap + atom.width > measureEms) {
      lines.push(line)
      line = { atoms: [], width: 0 }
      place(atom)
      return
    }
    line.atoms.push(atom)
    line.width += gap + atom.width
  }
  for (const atom of atoms) {
    if (atom.width <= measureEms) {
      place(atom)
      continue
    }
    cutWords = true
    for (const part of splitAtom(atom)) place(measure(part))
  }
  if (line.atoms.length > 0) lines.push(line)
  return { lines, cutWords }
}

/** The same number of lines in the narrowest measure that holds them, so that no line is left nearly empty. */
export function balanceLines(atoms: readonly MeasuredAtom[], measureEms: number, measure: Measure): Paragraph {
  const full = fillLines(atoms, measureEms, measure)
  if (full.lines.length < 2 || full.cutWords) return full
  let narrow = Math.max(...atoms.map((atom) => atom.width))
  let wide = measureEms
  for (let round = 0; round < 12; round++) {
    const middle = (narrow + wide) / 2
    if (fillLines(atoms, middle, measure).lines.length <= full.lines.length) wide = middle
    else narrow = middle
  }
  return fillLines(atoms, wide, measure)
}

/** Keeps the first lines and ends the last of them with an ellipsis, after a whole word where the line has more than one. */
export function shortenLines(lines: readonly Line[], count: number, measureEms: number, measure: Measure): Line[] {
  if (lines.length <= count) return [...lines]
  const kept = lines.slice(0, Math.max(0, count))
  const last = kept.at(-1)
  if (!last) return []
  let atoms = last.atoms.slice()
  while (atoms.length > 1 && widthOfLine(atoms) + 1 > measureEms) atoms.pop()
  if (widthOfLine(atoms) + 1 > measureEms) atoms = atoms.flatMap((atom) => splitAtom(atom).map(measure))
  while (atoms.length > 1 && (widthOfLine(atoms) + 1 > measureEms || /^[\p{P}\p{S}]+$/u.test(textOf(atoms.at(-1)!)))) atoms.pop()
  const shortened = [...atoms, measure(ellipsisAfter(atoms.at(-1)!))]
  return [...kept.slice(0, -1), { atoms: shortened, width: widthOfLine(shortened) }]
}

function ellipsisAfter(atom: Atom): Atom {
  const dots = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]$/u.test(textOf(atom)) ? ellipses.han : ellipses.latin
  return { runs: [{ text: dots, language: atom.runs[0]!.language }], gap: 0 }
}

function widthOfLine(atoms: readonly MeasuredAtom[]): number {
  return atoms.reduce((total, atom, index) => total + atom.width + (index === 0 ? 0 : atom.gap), 0)
}

/** Draws a line with its left end at `x` and its baseline at `y`, in the brush's fill style. */
export function drawLine(brush: SKRSContext2D, line: Line, weight: FontWeight, sizePixels: number, x: number, y: number): void {
  let at = x
  for (const [index, atom] of line.atoms.entries()) {
    if (index > 0) at += atom.gap * sizePixels
    for (const [run, { text, language }] of atom.runs.entries()) {
      brush.font = cssFont(language, weight, sizePixels)
      brush.fillText(text, at, y)
      at += atom.widths[run]! * sizePixels
    }
  }
}
