import { type Canvas, createCanvas } from '@napi-rs/canvas'
import type { Box } from '../../src/guard/index.ts'
import { type Chance, createChance } from '../../src/sandbox/render/chance.ts'
import { type Colour, mix } from '../../src/sandbox/render/colour.ts'
import { type Palette, palettes } from '../../src/sandbox/render/palettes.ts'
import { scenes } from '../../src/sandbox/render/scenes/index.ts'
import { paintThing } from '../../src/sandbox/render/scenes/still-life.ts'
import { bottle, cup, jug, type Thing, vase } from '../../src/sandbox/render/scenes/still-life-things.ts'
import { cssFont, type FontWeight } from '../../src/sandbox/render/text/font-library.ts'
import { type Script, settings } from './guard-texts.ts'

/** A picture of the set before it is painted: a scene, a thing before it, and a text. */
export interface Stage {
  width: number
  height: number
  ground: { scene: number; palette: number; seed: string }
  subject: { thing: number; x: number; foot: number; size: number; colour: Colour }
  text: StageText
}

/** A text on the stage. */
export interface StageText {
  words: string
  script: Script
  weight: FontWeight
  pixels: number
  x: number
  baseline: number
  /** Set on a panel, or on the scene itself. */
  hasPanel: boolean
  panel: Colour
  ink: Colour
}

/** Between a text's box and the edge of the picture: a panel's border, and what setting it a hair larger takes. */
const EDGE_PIXELS = 16

const things: readonly Thing[] = [bottle, jug, vase, cup]

/** Makes up a stage. @param side of the shorter edge, pixels */
export function makeStage(chance: Chance, words: string, script: Script, { width, height }: { width: number; height: number }): Stage {
  const palette = chance.integer(0, palettes.length - 1)
  const colours = palettes[palette]!
  const pixels = Math.round(chance.between(0.055, 0.085) * height)
  const left = chance.happens(0.5)
  const darkPanel = chance.happens(0.4)
  const stage: Stage = {
    width,
    height,
    ground: { scene: chance.integer(0, scenes.length - 1), palette, seed: `ground ${chance.integer(0, 1e9)}` },
    subject: {
      thing: chance.integer(0, things.length - 1),
      x: width * (left ? chance.between(0.2, 0.32) : chance.between(0.68, 0.8)),
      foot: height * chance.between(0.86, 0.93),
      size: height * chance.between(0.62, 0.78),
      colour: chance.pick([...colours.accents, mix(colours.accents[0], colours.paper, 0.4)]),
    },
    text: {
      words,
      script,
      weight: chance.pick(['medium', 'bold', 'black'] as const),
      pixels,
      x: left ? width * 0.46 : width * 0.05,
      baseline: Math.round(height * chance.between(0.14, 0.24)),
      hasPanel: chance.happens(0.75),
      panel: darkPanel ? colours.ink : colours.paper,
      ink: darkPanel ? colours.paper : colours.ink,
    },
  }
  return { ...stage, text: fitted(stage) }
}

/** Set small enough to end before the picture does. */
function fitted({ text, width }: Stage): StageText {
  const box = textBox(text)
  const room = width - EDGE_PIXELS - box.x
  return box.width <= room ? text : { ...text, pixels: Math.floor((text.pixels * room) / box.width) }
}

/** Paints a stage. */
export function paintStage({ width, height, ground, subject, text }: Stage): Canvas {
  const canvas = createCanvas(width, height)
  const brush = canvas.getContext('2d')
  const palette = palettes[ground.palette]!
  const easel = {
    ...{ brush, width, height, palette, detail: 1 as const, calm: 'top' as const, focus: { x: 0.5, y: 0.6 } },
    ...{ unit: Math.sqrt(width * height) / 1000, chance: createChance(ground.seed) },
  }
  brush.save()
  scenes[ground.scene]!.paint(easel)
  brush.restore()
  brush.save()
  paintThing(
    { ...easel, chance: createChance('the same thing') },
    things[subject.thing]!,
    { x: subject.x, y: subject.foot },
    subject.size,
    subject.colour,
  )
  brush.restore()
  paintText(canvas, text, palette)
  return canvas
}

function paintText(canvas: Canvas, text: StageText, palette: Palette): void {
  const brush = canvas.getContext('2d')
  const box = textBox(text)
  if (text.hasPanel) {
    brush.fillStyle = text.panel
    brush.fillRect(box.x - 0.3 * text.pixels, box.y - 0.25 * text.pixels, box.width + 0.6 * text.pixels, box.height + 0.5 * text.pixels)
  }
  brush.font = cssFont(settings[text.script].font, text.weight, text.pixels)
  brush.textBaseline = 'alphabetic'
  brush.fillStyle = inkOf(text, palette)
  brush.fillText(text.words, text.x, text.baseline)
}

/** Where a text stands, as a caller would draw the box: from above its tallest to below its lowest letter. */
export function textBox({ words, script, weight, pixels, x, baseline }: StageText): Box {
  const brush = createCanvas(1, 1).getContext('2d')
  brush.font = cssFont(settings[script].font, weight, pixels)
  const width = Math.ceil(brush.measureText(words).width)
  return { x: Math.floor(x - 3), y: Math.round(baseline - 0.95 * pixels), width: width + 8, height: Math.round(1.3 * pixels) }
}

/** Where the subject stands, its twigs and steam left out. */
export function subjectBox({ width, height, subject }: Stage): Box {
  const thing = things[subject.thing]!
  const [tall, half] = [thing.height * subject.size, thing.half * subject.size * 1.35]
  const [left, top] = [Math.max(0, Math.floor(subject.x - half)), Math.max(0, Math.floor(subject.foot - tall))]
  const [right, bottom] = [Math.min(width, Math.ceil(subject.x + half)), Math.min(height, Math.ceil(subject.foot + 0.03 * height))]
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** Levels by which print must stand off the mean of its ground to be read. */
const LEGIBLE_LEVELS = 60
const MOST_TRIES = 20

/** Another ground on which the text can still be read: an edit after which it cannot is no honest one. */
export function legibleGround(stage: Stage, chance: Chance): Stage {
  let other = otherGround(stage, chance)
  for (let tries = 1; tries < MOST_TRIES && !stage.text.hasPanel && contrastOf(other) < LEGIBLE_LEVELS; tries++)
    other = otherGround(stage, chance)
  return other
}

/** Levels between a text's ink and the mean of what lies behind it. */
function contrastOf(stage: Stage): number {
  const { x, y, width, height } = textBox(stage.text)
  const bare = paintStage({ ...stage, text: { ...stage.text, words: '' } })
    .getContext('2d')
    .getImageData(x, y, width, height).data
  const palette = palettes[stage.ground.palette]!
  const ink = createCanvas(1, 1).getContext('2d')
  ink.fillStyle = inkOf(stage.text, palette)
  ink.fillRect(0, 0, 1, 1)
  return Math.abs(lightnessOf(bare) - lightnessOf(ink.getImageData(0, 0, 1, 1).data))
}

function lightnessOf(rgba: Uint8ClampedArray): number {
  let sum = 0
  for (let at = 0; at < rgba.length; at += 4) sum += 0.21 * rgba[at]! + 0.72 * rgba[at + 1]! + 0.07 * rgba[at + 2]!
  return (4 * sum) / rgba.length
}

const inkOf = (text: StageText, palette: Palette) => (text.hasPanel ? text.ink : palette.night ? palette.paper : palette.ink)

/** Another ground behind the same subject and text. */
export function otherGround(stage: Stage, chance: Chance): Stage {
  const scene = (stage.ground.scene + chance.integer(1, scenes.length - 1)) % scenes.length
  const sameTime = palettes.flatMap((palette, place) => (palette.night === palettes[stage.ground.palette]!.night ? [place] : []))
  return { ...stage, ground: { scene, palette: chance.pick(sameTime), seed: `other ${chance.integer(0, 1e9)}` } }
}
