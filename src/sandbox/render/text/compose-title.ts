import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Colour } from '../colour.ts'
import type { Box } from '../page/box.ts'
import type { FontWeight } from './font-library.ts'
import { guessLanguages } from './language-guess.ts'
import { toAtoms } from './line-breaks.ts'
import { balanceLines, createMeasure, drawLine, fillLines, type Line, type Measure, type MeasuredAtom, shortenLines } from './set-lines.ts'
import type { TitleText } from './split-prompt.ts'

/** Room and limits for a title, in pixels of the finished picture. */
export interface TitleRoom {
  width: number
  height: number
  /** A thousandth of the side of a square of the picture's area. */
  unit: number
  weight: FontWeight
  /** The headline's largest size; it shrinks from there until everything fits. */
  largestPixels: number
}

/** A title that is ready to be drawn: its lines, sizes and outer measure in pixels. */
export interface Title {
  headline: Line[]
  headlinePixels: number
  headlineLead: number
  deck: Line[]
  deckPixels: number
  weight: FontWeight
  /** Thickness of the bar above the headline. */
  barPixels: number
  width: number
  height: number
}

/** Inks of a title. */
export interface TitleInks {
  headline: Colour
  deck: Colour
  bar: Colour
}

const DECK_WEIGHT: FontWeight = 'medium'
const DECK_LEAD = 1.45
const SHRINK = 0.93

/** Parts of the setting that stay the same while sizes are tried. */
interface Copy {
  headline: MeasuredAtom[]
  deck: MeasuredAtom[]
  measureHeadline: Measure
  measureDeck: Measure
  headlineLead: number
}

/**
 * Finds the largest setting of a title in its room: the headline as large as it fits without cutting a word, the deck in proportion.
 * When even the smallest legible sizes are too large, both are shortened with an ellipsis.
 */
export function composeTitle(brush: SKRSContext2D, text: TitleText, room: TitleRoom): Title {
  const copy = prepare(brush, text, room.weight)
  const smallest = Math.min(room.largestPixels, (copy.deck.length > 0 ? 36 : 21) * room.unit)
  const uncutFloor = Math.max(smallest, room.largestPixels * 0.3)
  for (let size = room.largestPixels; size >= smallest; size *= SHRINK) {
    const title = setAt(copy, room, size)
    const roomy = title.height <= room.height && title.width <= room.width + 1
    if (roomy && (size < uncutFloor || !fillLines(copy.headline, room.width / size, copy.measureHeadline).cutWords)) return title
  }
  return shorten(copy, room, smallest)
}

function prepare(brush: SKRSContext2D, text: TitleText, weight: FontWeight): Copy {
  const guess = guessLanguages(`${text.headline} ${text.deck}`)
  const measureHeadline = createMeasure(brush, weight)
  const measureDeck = createMeasure(brush, DECK_WEIGHT)
  const han = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text.headline)
  return {
    headline: toAtoms(text.headline, guess).map(measureHeadline),
    deck: toAtoms(text.deck, guess).map(measureDeck),
    measureHeadline,
    measureDeck,
    headlineLead: han ? 1.26 : 1.12,
  }
}

function deckSize({ unit }: TitleRoom, headlinePixels: number): number {
  return Math.max(17 * unit, Math.min(34 * unit, headlinePixels * 0.42))
}

function setAt(copy: Copy, room: TitleRoom, headlinePixels: number): Title {
  const deckPixels = deckSize(room, headlinePixels)
  const headline = balanceLines(copy.headline, room.width / headlinePixels, copy.measureHeadline).lines
  const deck = balanceLines(copy.deck, deckMeasure(room, deckPixels), copy.measureDeck).lines
  return measured({ headline, headlinePixels, headlineLead: copy.headlineLead, deck, deckPixels, weight: room.weight }, room)
}

/** Long lines tire: a deck is at most 34 ems wide, about 60 Latin letters. */
function deckMeasure(room: TitleRoom, deckPixels: number): number {
  return Math.min(room.width / deckPixels, 34)
}

function measured(title: Omit<Title, 'barPixels' | 'width' | 'height'>, { unit }: TitleRoom): Title {
  const barPixels = 6 * unit
  const width = Math.max(
    ...title.headline.map((line) => line.width * title.headlinePixels),
    ...title.deck.map((line) => line.width * title.deckPixels),
  )
  const headlineHeight = title.headline.length * title.headlineLead * title.headlinePixels
  const deckHeight = title.deck.length === 0 ? 0 : (title.deck.length * DECK_LEAD + deckSpace) * title.deckPixels
  return { ...title, barPixels, width, height: barPixels + barSpace(title.headlinePixels, unit) + headlineHeight + deckHeight }
}

const deckSpace = 0.55

function barSpace(headlinePixels: number, unit: number): number {
  return 8 * unit + headlinePixels * 0.16
}

/** The smallest sizes, with as many lines as there is room for: two thirds of them for the headline when both are long. */
function shorten(copy: Copy, room: TitleRoom, headlinePixels: number): Title {
  const deckPixels = deckSize(room, headlinePixels)
  const headlineMeasure = room.width / headlinePixels
  const free = room.height - 6 * room.unit - barSpace(headlinePixels, room.unit)
  const all = fillLines(copy.headline, headlineMeasure, copy.measureHeadline).lines
  const share = copy.deck.length === 0 ? 1 : 2 / 3
  const headlineRows = Math.max(1, Math.floor((free * share) / (copy.headlineLead * headlinePixels)))
  const headline = shortenLines(all, headlineRows, headlineMeasure, copy.measureHeadline)
  const left = free - headline.length * copy.headlineLead * headlinePixels - deckSpace * deckPixels
  const deckRows = Math.max(0, Math.floor(left / (DECK_LEAD * deckPixels)))
  const deckLines = fillLines(copy.deck, deckMeasure(room, deckPixels), copy.measureDeck).lines
  const deck = shortenLines(deckLines, deckRows, deckMeasure(room, deckPixels), copy.measureDeck)
  return measured({ headline, headlinePixels, headlineLead: copy.headlineLead, deck, deckPixels, weight: room.weight }, room)
}

/** Draws a title with its upper left corner, or upper middle when centred, at the box's. */
export function drawTitle(brush: SKRSContext2D, title: Title, box: Box, centred: boolean, inks: TitleInks, unit: number): void {
  const left = (width: number): number => (centred ? box.x + (box.width - width) / 2 : box.x)
  const barWidth = Math.max(title.headlinePixels * 0.7, 40 * unit)
  brush.textBaseline = 'alphabetic'
  brush.fillStyle = inks.bar
  brush.fillRect(left(barWidth), box.y, barWidth, title.barPixels)
  let y = box.y + title.barPixels + barSpace(title.headlinePixels, unit)
  brush.fillStyle = inks.headline
  for (const line of title.headline) {
    const baseline = y + title.headlinePixels * (0.88 + (title.headlineLead - 1) / 2)
    drawLine(brush, line, title.weight, title.headlinePixels, left(line.width * title.headlinePixels), baseline)
    y += title.headlineLead * title.headlinePixels
  }
  y += deckSpace * title.deckPixels
  brush.fillStyle = inks.deck
  for (const line of title.deck) {
    drawLine(brush, line, DECK_WEIGHT, title.deckPixels, left(line.width * title.deckPixels), y + title.deckPixels * 1.1)
    y += DECK_LEAD * title.deckPixels
  }
}
