import type { Bulk } from '../../contract/bulk-replies.ts'
import { cut, displayWidth, plainText } from '../layout.ts'
import { aboutUsd, doneOf, paceOf, timeLeft, troubleInWords } from './bulk-words.ts'

const NARROWEST_BAR = 8
const WIDEST_BAR = 24
const NAME_CELLS = 24
const GAP = '  '

/** Eighths of a cell. Braille is one cell wide in every terminal; blocks take two where letters of East Asia are at home. */
const eighths = ['⣀', '⣄', '⣤', '⣦', '⣶', '⣷', '⣿']

interface Piece {
  text: string
  /** What is left out first has the highest. */
  rank: number
}

const BAR: Piece = { text: ' '.repeat(NARROWEST_BAR), rank: 3 }

/**
 * How a bulk stands on one line of at most so many cells: name, bar, items done, trouble, what runs, cost, pace, time left. On a narrow terminal the less
 * important is left out.
 */
export function bulkLine(bulk: Bulk, cells: number, nowMs: number): string {
  const pieces = piecesOf(bulk, nowMs)
  while (pieces.length > 1 && widthOf(pieces) > cells) pieces.splice(pieces.indexOf(leastOf(pieces)), 1)
  const room = cells - widthOf(pieces) + NARROWEST_BAR
  return cut(
    pieces.map((piece) => (piece === BAR ? bar(doneOf(bulk) / bulk.total, Math.min(WIDEST_BAR, room)) : piece.text)).join(GAP),
    cells,
  )
}

function piecesOf(bulk: Bulk, nowMs: number): Piece[] {
  const { name, total, counts, cost, state, pause_reason, per_minute, eta } = bulk
  const spent = BigInt(cost.settled.nanos)
  const paused = pause_reason === null ? 'paused' : `paused: ${pause_reason}`
  return [
    { text: name === null ? '' : cut(plainText(name), NAME_CELLS), rank: 8 },
    BAR,
    { text: `${doneOf(bulk)}/${total}`, rank: 0 },
    { text: state === 'paused' ? paused : '', rank: 1 },
    { text: troubleInWords(bulk), rank: 2 },
    { text: counts.running === 0 ? '' : `${counts.running} running`, rank: 6 },
    { text: spent === 0n ? '' : `${aboutUsd(spent)} USD`, rank: 5 },
    { text: per_minute === null ? '' : paceOf(per_minute), rank: 7 },
    { text: eta === null ? '' : `${timeLeft(Date.parse(eta), nowMs)} left`, rank: 4 },
  ].filter(({ text }) => text !== '')
}

const widthOf = (pieces: readonly Piece[]) => pieces.reduce((sum, { text }) => sum + displayWidth(text), GAP.length * (pieces.length - 1))
const leastOf = (pieces: readonly Piece[]) => pieces.reduce((least, piece) => (piece.rank > least.rank ? piece : least))

function bar(share: number, cells: number): string {
  const steps = eighths.length - 1
  const filled = Math.floor(share * cells * steps)
  return Array.from({ length: cells }, (_, cell) => eighths[Math.min(steps, Math.max(0, filled - cell * steps))]).join('')
}
