import type { SKRSContext2D } from '@napi-rs/canvas'
import { type Colour, withAlpha } from '../colour.ts'
import { cleanPrompt } from '../text/clean-prompt.ts'
import { canDraw, cssFont } from '../text/font-library.ts'
import { guessLanguages } from '../text/language-guess.ts'
import { toAtoms } from '../text/line-breaks.ts'
import { createMeasure, drawLine, fillLines, type Line, shortenLines } from '../text/set-lines.ts'

/** How the imprint stands out: a filled plate with SANDBOX in it, lines beside it, all on a panel when it lies on a picture. */
export interface ImprintColours {
  plate: Colour
  word: Colour
  lines: Colour
  /** Ground of the panel; absent when the page's own paper is the ground. */
  panel?: Colour
}

const MAX_LINES = 4
const WORD = 'SANDBOX'
const LETTER_SPACE = 0.16
const LINE_LEAD = 1.35

/** Sizes of an imprint in pixels, found before anything is drawn. */
interface Setting {
  wordPixels: number
  plate: { width: number; height: number }
  lines: Line[]
  linePixels: number
  block: { width: number; height: number }
  gap: number
  /** The lines stand to the right of the word; in a narrow place they stand above it. */
  beside: boolean
  padding: number
  width: number
  height: number
}

/** Draws the word SANDBOX and up to four parameter lines, standing on the lower left corner `place`. */
export function drawImprint(
  brush: SKRSContext2D,
  label: readonly string[],
  place: { x: number; y: number; width: number },
  colours: ImprintColours,
  unit: number,
): void {
  const setting = setImprint(brush, label, place.width, colours.panel ? 11 * unit : 0, unit)
  const outer = { x: place.x, y: place.y - setting.height - 2 * setting.padding }
  if (colours.panel) {
    brush.fillStyle = withAlpha(colours.panel, 0.93)
    brush.beginPath()
    brush.roundRect(outer.x, outer.y, setting.width + 2 * setting.padding, setting.height + 2 * setting.padding, 7 * unit)
    brush.fill()
  }
  const corner = { x: outer.x + setting.padding, y: outer.y + setting.padding }
  drawWord(brush, corner, setting, colours, unit)
  drawLines(brush, corner, setting, colours)
}

function setImprint(brush: SKRSContext2D, label: readonly string[], room: number, padding: number, unit: number): Setting {
  const wordPixels = Math.min(27 * unit, room / 7.4)
  const linePixels = 13.5 * unit
  const gap = 16 * unit
  const plate = { width: wordWidth(brush, wordPixels) + wordPixels * 1.3, height: wordPixels * 1.9 }
  const besideRoom = room - plate.width - gap - 2 * padding
  const beside = besideRoom > 18 * linePixels
  const lines = setLabel(brush, label, (beside ? besideRoom : room - 2 * padding) / linePixels)
  const block = { width: Math.max(0, ...lines.map((line) => line.width * linePixels)), height: lines.length * linePixels * LINE_LEAD }
  const spacer = lines.length === 0 ? 0 : beside ? gap : gap / 2
  const width = beside ? plate.width + spacer + block.width : Math.max(plate.width, block.width)
  const height = beside ? Math.max(plate.height, block.height) : plate.height + spacer + block.height
  return { wordPixels, plate, lines, linePixels, block, gap, beside, padding, width, height }
}

function drawWord(
  brush: SKRSContext2D,
  corner: Corner,
  { plate, wordPixels, beside, height }: Setting,
  colours: ImprintColours,
  unit: number,
): void {
  const top = corner.y + (height - plate.height) / (beside ? 2 : 1)
  brush.fillStyle = colours.plate
  brush.beginPath()
  brush.roundRect(corner.x, top, plate.width, plate.height, 4 * unit)
  brush.fill()
  spaced(brush, wordPixels)
  brush.fillStyle = colours.word
  brush.textBaseline = 'alphabetic'
  brush.fillText(WORD, corner.x + wordPixels * (0.65 + LETTER_SPACE / 2), top + plate.height / 2 + wordPixels * 0.36)
  brush.letterSpacing = '0px'
}

/** An upper left corner. */
interface Corner {
  x: number
  y: number
}

function drawLines(brush: SKRSContext2D, corner: Corner, setting: Setting, colours: ImprintColours): void {
  const { lines, linePixels, beside, plate, gap, block, height } = setting
  const x = beside ? corner.x + plate.width + gap : corner.x
  const top = beside ? corner.y + (height - block.height) / 2 : corner.y
  brush.fillStyle = colours.lines
  for (const [index, line] of lines.entries()) {
    const baseline = top + linePixels * (0.99 * LINE_LEAD - 0.12 + index * LINE_LEAD)
    drawLine(brush, line, 'medium', linePixels, x, baseline)
  }
}

function spaced(brush: SKRSContext2D, wordPixels: number): void {
  brush.font = cssFont('ja', 'black', wordPixels)
  brush.letterSpacing = `${wordPixels * LETTER_SPACE}px`
}

function wordWidth(brush: SKRSContext2D, wordPixels: number): number {
  spaced(brush, wordPixels)
  const { width } = brush.measureText(WORD)
  brush.letterSpacing = '0px'
  return width
}

/** Each label is one line, cut with an ellipsis where it is too long. */
function setLabel(brush: SKRSContext2D, label: readonly string[], measureEms: number): Line[] {
  const measure = createMeasure(brush, 'medium')
  return label.slice(0, MAX_LINES).flatMap((text) => {
    const clean = cleanPrompt(text, canDraw).replaceAll('\n', ' ')
    const { lines } = fillLines(toAtoms(clean, guessLanguages(clean)).map(measure), measureEms, measure)
    return shortenLines(lines, 1, measureEms, measure)
  })
}
