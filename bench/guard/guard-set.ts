import { type Canvas, createCanvas } from '@napi-rs/canvas'
import type { Box } from '../../src/guard/index.ts'
import { type Chance, createChance } from '../../src/sandbox/render/chance.ts'
import { mix } from '../../src/sandbox/render/colour.ts'
import { alterText, pickText, type Script, scripts, settings } from './guard-texts.ts'
import { legibleGround, makeStage, otherGround, paintStage, type Stage, subjectBox, textBox } from './stage.ts'

/** Kinds of the set, and how many of each it holds: of glyphs so many that one miss does not decide a target. */
export const kinds = {
  honest: 40,
  background: 30,
  'text set anew': 15,
  jpeg: 20,
  noise: 15,
  'subject shifted': 38,
  'subject scaled': 14,
  'subject recoloured': 14,
  'camera moved': 14,
  'glyph latin': 100,
  'glyph japanese': 60,
  'glyph chinese': 60,
  'drawn right': 20,
  'drawn wrong': 24,
} as const

/** A kind of edit, or of drawn picture, by its label. */
export type Kind = keyof typeof kinds

/** What is true of a case: true = kept, false = changed, null = nothing to judge. */
export interface Truth {
  drift: boolean | null
  subject: boolean | null
  camera: boolean | null
  text: boolean | null
}

/** One labelled edit. */
export interface GuardCase {
  name: string
  kind: Kind
  script: Script
  /** Null for a picture that was drawn, not edited. */
  source: Buffer | null
  result: Buffer
  mask: Buffer | null
  protect: Box[]
  subject: Box | null
  texts: { text: string; lang: string; box: Box | null }[]
  truth: Truth
  /** Pixels by which the subject was shifted. */
  shift: number
}

const SIZE = { width: 640, height: 448 }

/** Cases of a seed, in turn; each is made when it is asked for. @param counts how many of which kind; absent = the whole set */
export function* guardSet(seed: string, counts: Partial<Record<Kind, number>> = kinds): Generator<GuardCase> {
  for (const [kind, count] of Object.entries(counts) as [Kind, number][])
    for (let index = 0; index < count; index++) yield guardCase(seed, kind, index)
}

/** One case, the same for the same words. */
export function guardCase(seed: string, kind: Kind, index: number): GuardCase {
  const chance = createChance(`${seed} ${kind} ${index}`)
  const script = scriptOf(kind) ?? scripts[index % scripts.length]!
  const words = pickText(script, chance)
  const stage = makeStage(chance, words, script, SIZE)
  const box = textBox(stage.text)
  const edit: Edit = { stage, chance, index, box, subject: subjectBox(stage), source: paintStage(stage) }
  const made = makers[kind](edit)
  const isDrawn = kind === 'drawn right' || kind === 'drawn wrong'
  return {
    ...{ name: `${kind} ${index}`, kind, script, shift: 0 },
    source: isDrawn ? null : edit.source.toBuffer('image/png'),
    mask: null,
    protect: [],
    // One in four does not say what the subject is, one in eight not where the text stands.
    subject: index % 4 === 3 ? null : edit.subject,
    texts: [{ text: words, lang: settings[script].lang, box: index % 8 === 5 ? null : box }],
    ...made,
    truth: { drift: null, subject: true, camera: true, text: true, ...made.truth },
  }
}

function scriptOf(kind: Kind): Script | null {
  return kind.startsWith('glyph ') ? (kind.slice('glyph '.length) as Script) : null
}

interface Edit {
  stage: Stage
  chance: Chance
  index: number
  box: Box
  subject: Box
  source: Canvas
}

type Made = Omit<Partial<GuardCase>, 'truth'> & { result: Buffer; truth: Partial<Truth> }

const makers: Record<Kind, (edit: Edit) => Made> = {
  honest: (edit) => honest(edit, 'png'),
  background: ({ stage, chance, box, subject, source }) => ({
    result: pasted(paintStage(legibleGround(stage, chance)), source, [subject]).toBuffer('image/png'),
    // Without a panel the ground between the letters is another one, which no mask may keep.
    mask: stage.text.hasPanel ? maskKeeping([subject, box]) : null,
    truth: stage.text.hasPanel ? { drift: true, camera: null } : { camera: null, subject: null },
  }),
  'text set anew': ({ stage, chance }) => {
    const { text } = stage
    const moved = { x: text.x + chance.between(-1.2, 1.2), baseline: text.baseline + chance.between(-0.8, 0.8) }
    return {
      result: paintStage({ ...stage, text: { ...text, ...moved, pixels: text.pixels * chance.between(0.985, 1.015) } }).toBuffer(
        'image/png',
      ),
      truth: {},
    }
  },
  jpeg: (edit) => honest(edit, 'jpeg'),
  noise: (edit) => ({ result: noisy(edit.source, edit.chance, edit.chance.integer(2, 8)), truth: {} }),
  'subject shifted': (edit) => shifted(edit),
  'subject scaled': ({ stage, chance }) => {
    const factor = chance.pick([0.88, 0.92, 0.95, 1.05, 1.08, 1.12])
    const subject = { ...stage.subject, size: stage.subject.size * factor }
    return { result: paintStage({ ...stage, subject }).toBuffer('image/png'), truth: { subject: false, camera: null } }
  },
  'subject recoloured': ({ stage, chance }) => {
    const colour = mix(stage.subject.colour, chance.pick(['#1d6fd8', '#c42d2d', '#2d9a4b', '#7a3fb0']), 0.7)
    return { result: paintStage({ ...stage, subject: { ...stage.subject, colour } }).toBuffer('image/png'), truth: { subject: false } }
  },
  'camera moved': ({ source, chance }) => ({
    result: cameraMoved(source, chance),
    truth: { subject: null, camera: false, text: null },
  }),
  'glyph latin': (edit) => altered(edit),
  'glyph japanese': (edit) => altered(edit),
  'glyph chinese': (edit) => altered(edit),
  'drawn right': ({ source }) => ({ result: source.toBuffer('image/png'), truth: { subject: null, camera: null } }),
  'drawn wrong': ({ stage, chance }) => ({
    result: withOtherText(stage, chance).toBuffer('image/png'),
    truth: { subject: null, camera: null, text: false },
  }),
}

/** A spot beside subject and text is painted anew, and nothing else. */
function honest({ stage, chance, box, subject, source, index }: Edit, format: 'png' | 'jpeg'): Made {
  const open = freeSpot(chance, [box, subject])
  const other = paintStage(otherGround(stage, chance))
  const result = pasted(source, other, [open])
  const mask = index % 2 === 0 ? maskKeeping([{ x: 0, y: 0, ...SIZE }], open) : null
  return {
    result: format === 'png' ? result.toBuffer('image/png') : result.toBuffer('image/jpeg', chance.integer(70, 92)),
    mask,
    protect: mask ? [] : [box],
    truth: { drift: true },
  }
}

function shifted({ stage, chance, index, box }: Edit): Made {
  const shift = 2 + (index % 19)
  const angle = chance.between(0, 2 * Math.PI)
  const [right, down] = [Math.round(shift * Math.cos(angle)), Math.round(shift * Math.sin(angle))]
  const subject = { ...stage.subject, x: stage.subject.x + right, foot: stage.subject.foot + down }
  return {
    result: paintStage({ ...stage, subject }).toBuffer('image/png'),
    protect: [box],
    shift: Math.hypot(right, down),
    truth: { subject: false, drift: true },
  }
}

function altered({ stage, chance, index, subject }: Edit): Made {
  const canvas = withOtherText(stage, chance)
  const result = index % 3 === 2 ? canvas.toBuffer('image/jpeg', 85) : canvas.toBuffer('image/png')
  return { result, protect: [subject], truth: { text: false, drift: true } }
}

function withOtherText(stage: Stage, chance: Chance): Canvas {
  return paintStage({ ...stage, text: { ...stage.text, words: alterText(stage.text.words, stage.text.script, chance) } })
}

/** Parts of one picture laid on another. */
function pasted(ground: Canvas, from: Canvas, boxes: readonly Box[]): Canvas {
  const canvas = createCanvas(ground.width, ground.height)
  const brush = canvas.getContext('2d')
  brush.drawImage(ground, 0, 0)
  for (const { x, y, width, height } of boxes) brush.drawImage(from, x, y, width, height, x, y, width, height)
  return canvas
}

/** Opaque in the boxes, transparent elsewhere and in the hole. */
function maskKeeping(boxes: readonly Box[], hole: Box | null = null): Buffer {
  const brush = createCanvas(SIZE.width, SIZE.height).getContext('2d')
  for (const { x, y, width, height } of boxes) brush.fillRect(x, y, width, height)
  if (hole) brush.clearRect(hole.x, hole.y, hole.width, hole.height)
  return brush.canvas.toBuffer('image/png')
}

function freeSpot(chance: Chance, taken: readonly Box[]): Box {
  for (let side = 150; ; side -= 2) {
    const spot = { x: chance.integer(0, SIZE.width - side), y: chance.integer(0, SIZE.height - side), width: side, height: side }
    if (!taken.some((box) => overlap(spot, box))) return spot
  }
}

function overlap(one: Box, other: Box): boolean {
  const room = 12
  return (
    one.x < other.x + other.width + room &&
    other.x < one.x + one.width + room &&
    one.y < other.y + other.height + room &&
    other.y < one.y + one.height + room
  )
}

function noisy(source: Canvas, chance: Chance, levels: number): Buffer {
  const canvas = pasted(source, source, [])
  const brush = canvas.getContext('2d')
  const pixels = brush.getImageData(0, 0, canvas.width, canvas.height)
  for (let at = 0; at < pixels.data.length; at++)
    if (at % 4 !== 3) pixels.data[at] = pixels.data[at]! + Math.round(levels * (2 * chance.next() - 1))
  brush.putImageData(pixels, 0, 0)
  return canvas.toBuffer('image/png')
}

/** The whole picture turned by 1 to 3 degrees, or 2 to 5 % nearer, or 8 to 20 pixels aside; its border shows the source. */
function cameraMoved(source: Canvas, chance: Chance): Buffer {
  const { width, height } = source
  const canvas = pasted(source, source, [])
  const brush = canvas.getContext('2d')
  brush.translate(width / 2, height / 2)
  const way = chance.pick(['turned', 'nearer', 'aside'])
  if (way === 'turned') brush.rotate((chance.pick([-1, 1]) * chance.between(1, 3) * Math.PI) / 180)
  if (way === 'nearer') brush.scale(...([0, 0].fill(chance.between(1.02, 1.05)) as [number, number]))
  if (way === 'aside') brush.translate(chance.pick([-1, 1]) * chance.between(8, 20), chance.between(-6, 6))
  brush.drawImage(source, -width / 2, -height / 2)
  return canvas.toBuffer('image/png')
}
