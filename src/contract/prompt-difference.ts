import type { z } from 'zod'
import type { promptSegmentSchema } from './thread-replies.ts'

/** One piece of a comparison of two prompts. */
export type PromptSegment = z.infer<typeof promptSegmentSchema>

/** How a main model rewrote a prompt. */
export interface PromptDifference {
  /** The `same` and `removed` pieces make up the asked prompt, `same` and `added` the revised one. */
  segments: PromptSegment[]
  /** Words, punctuation not counted; in Japanese and Chinese as the dictionary divides them. */
  wordsAdded: number
  wordsRemoved: number
}

/** Above this many cells the middle of two prompts is shown as replaced whole: the table would cost more than it tells. */
const largestTable = 4_000_000

/** Compares an asked prompt with the revised one, word by word. */
export function promptDifference(asked: string, revised: string): PromptDifference {
  const [before, after] = [piecesOf(asked), piecesOf(revised)]
  const start = sharedLength(before, after, (pieces, index) => pieces[index])
  const [beforeRest, afterRest] = [before.slice(start), after.slice(start)]
  const end = sharedLength(beforeRest, afterRest, (pieces, index) => pieces[pieces.length - 1 - index])
  const changed = changes(beforeRest.slice(0, beforeRest.length - end), afterRest.slice(0, afterRest.length - end))
  const pieces = [...before.slice(0, start).map(same), ...changed, ...beforeRest.slice(beforeRest.length - end).map(same)]
  const words = (op: Piece['op']) => pieces.filter((piece) => piece.op === op && isWord(piece.text)).length
  return { segments: joined(pieces), wordsAdded: words('added'), wordsRemoved: words('removed') }
}

type Piece = PromptSegment

const same = (text: string): Piece => ({ op: 'same', text })
const removed = (text: string): Piece => ({ op: 'removed', text })
const added = (text: string): Piece => ({ op: 'added', text })

const wordSegmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** Words, spaces and signs, which make up the text again when joined. */
function piecesOf(text: string): string[] {
  return Array.from(wordSegmenter.segment(text), ({ segment }) => segment)
}

const isWord = (text: string) => /[\p{L}\p{N}]/u.test(text)

function sharedLength(
  one: readonly string[],
  other: readonly string[],
  at: (pieces: readonly string[], index: number) => string | undefined,
) {
  const most = Math.min(one.length, other.length)
  let length = 0
  while (length < most && at(one, length) === at(other, length)) length += 1
  return length
}

function changes(before: readonly string[], after: readonly string[]): Piece[] {
  const cells = (before.length + 1) * (after.length + 1)
  if (before.length === 0 || after.length === 0 || cells > largestTable) return [...before.map(removed), ...after.map(added)]
  return walk(before, after, longestCommon(before, after))
}

/** Cell `i * (after.length + 1) + j` holds the length of the longest common run of pieces from `before[i]` and `after[j]` on. */
function longestCommon(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1
  const table = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const here = i * width + j
      table[here] = before[i] === after[j] ? table[here + width + 1]! + 1 : Math.max(table[here + width]!, table[here + 1]!)
    }
  }
  return table
}

function walk(before: readonly string[], after: readonly string[], table: Uint32Array): Piece[] {
  const width = after.length + 1
  const pieces: Piece[] = []
  let [i, j] = [0, 0]
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      pieces.push(same(before[i]!))
      i += 1
      j += 1
    } else if (table[(i + 1) * width + j]! >= table[i * width + j + 1]!) {
      pieces.push(removed(before[i]!))
      i += 1
    } else {
      pieces.push(added(after[j]!))
      j += 1
    }
  }
  return [...pieces, ...before.slice(i).map(removed), ...after.slice(j).map(added)]
}

function joined(pieces: readonly Piece[]): PromptSegment[] {
  const segments: PromptSegment[] = []
  for (const { op, text } of pieces) {
    const last = segments.at(-1)
    if (last?.op === op) last.text += text
    else segments.push({ op, text })
  }
  return segments
}
