import type { Chance } from '../chance.ts'
import type { CalmSide, LayoutKind, Scene } from '../scenes/scene.ts'
import type { Box } from './box.ts'

/** The outline through which a scene is seen. */
export type WindowShape = 'whole' | 'rounded' | 'arch' | 'circle'

/** Where everything stands on a page, in pixels of the finished picture. */
export interface PagePlan {
  kind: LayoutKind | 'sticker'
  /** The scene's area. */
  scene: Box
  window: WindowShape
  /** Room of the title. */
  title: Box
  /** Where the title stands in its room. */
  anchor: 'top' | 'middle' | 'bottom'
  centred: boolean
  /** Lower left corner of SANDBOX and the parameter lines. */
  imprint: { x: number; y: number; width: number }
  /** For the scene: the side to keep quiet and the place of its subject. */
  calm: CalmSide
  focus: { x: number; y: number }
  /** A thousandth of the side of a square of the picture's area. */
  unit: number
}

/** Measures that every plan starts from. */
interface Sheet {
  width: number
  height: number
  aspect: number
  margin: number
  unit: number
  /** Room at the foot for the imprint, without margin. */
  foot: number
}

/** Plans a page of any size for a scene: makes it up as one of the scene's layouts, chosen by the seed. */
export function planPage(width: number, height: number, scene: Scene, kind: LayoutKind, chance: Chance): PagePlan {
  const unit = Math.sqrt(width * height) / 1000
  const sheet: Sheet = { width, height, aspect: width / height, margin: Math.min(width, height) * 0.06, unit, foot: 62 * unit }
  const place = chance.fork('page')
  if (kind === 'plate') return sheet.aspect >= 1.25 ? platesAside(sheet, place) : platesAbove(sheet, place)
  if (kind === 'framed') return framed(sheet)
  if (kind === 'label') return labelled(sheet)
  return sheet.aspect >= 1.4 ? bleedAside(sheet, place) : bleedUpright(sheet, scene, place)
}

function imprintOf({ width, height, margin }: Sheet): PagePlan['imprint'] {
  return { x: margin, y: height - margin, width: width - 2 * margin }
}

function bleedUpright(sheet: Sheet, scene: Scene, place: Chance): PagePlan {
  const { width, height, margin, unit, aspect, foot } = sheet
  const room = height * (aspect < 0.7 ? 0.27 : 0.34)
  const top = scene.calm === 'top' ? margin : height - 2 * margin - foot - room
  return {
    kind: 'bleed',
    scene: { x: 0, y: 0, width, height },
    window: 'whole',
    title: { x: margin, y: top, width: width - 2 * margin, height: room },
    anchor: scene.calm === 'top' ? 'top' : 'bottom',
    centred: false,
    imprint: imprintOf(sheet),
    calm: scene.calm,
    focus: { x: place.between(0.42, 0.68), y: 0.5 },
    unit,
  }
}

function bleedAside(sheet: Sheet, place: Chance): PagePlan {
  const { width, height, margin, unit, aspect, foot } = sheet
  const share = aspect > 2.2 ? 0.36 : 0.42
  return {
    kind: 'bleed',
    scene: { x: 0, y: 0, width, height },
    window: 'whole',
    title: { x: margin, y: margin, width: width * share - margin, height: height - 3 * margin - foot },
    anchor: 'top',
    centred: false,
    imprint: imprintOf(sheet),
    calm: 'left',
    focus: { x: place.between(0.66, 0.76), y: 0.5 },
    unit,
  }
}

function platesAside(sheet: Sheet, place: Chance): PagePlan {
  const { width, height, margin, unit, aspect, foot } = sheet
  const column = width * (aspect > 2.2 ? 0.34 : 0.4)
  const bleeding = place.happens(0.5)
  const scene = bleeding
    ? { x: column, y: 0, width: width - column, height }
    : { x: column, y: margin, width: width - column - margin, height: height - 2 * margin }
  return {
    kind: 'plate',
    scene,
    window: bleeding ? 'whole' : place.pick(aspect > 2.2 ? ['rounded'] : ['rounded', 'arch']),
    title: { x: margin, y: margin, width: column - 2 * margin, height: height - 3 * margin - foot },
    anchor: 'top',
    centred: false,
    imprint: { ...imprintOf(sheet), width: column - 2 * margin },
    calm: 'none',
    focus: { x: place.between(0.44, 0.62), y: 0.5 },
    unit,
  }
}

function platesAbove(sheet: Sheet, place: Chance): PagePlan {
  const { width, height, margin, unit, aspect, foot } = sheet
  const share = aspect < 0.5 ? 0.66 : 0.58
  const bleeding = place.happens(0.4)
  const scene = bleeding
    ? { x: 0, y: 0, width, height: height * share }
    : { x: margin, y: margin, width: width - 2 * margin, height: height * share - margin }
  const top = height * share + margin * 0.8
  return {
    kind: 'plate',
    scene,
    window: bleeding ? 'whole' : place.pick(aspect < 0.9 ? ['rounded', 'arch', 'arch'] : ['rounded', 'rounded', 'arch']),
    title: { x: margin, y: top, width: width - 2 * margin, height: height - top - foot - 1.5 * margin },
    anchor: 'top',
    centred: false,
    imprint: imprintOf(sheet),
    calm: 'none',
    focus: { x: place.between(0.4, 0.6), y: 0.5 },
    unit,
  }
}

function framed(sheet: Sheet): PagePlan {
  const { width, height, unit, aspect } = sheet
  const across = aspect > 1.6 ? 0.46 : 0.54
  const down = aspect < 0.7 ? 0.4 : 0.44
  return {
    kind: 'framed',
    scene: { x: 0, y: 0, width, height },
    window: 'whole',
    title: { x: (width * (1 - across)) / 2, y: (height * (1 - down)) / 2, width: width * across, height: height * down },
    anchor: 'middle',
    centred: true,
    imprint: imprintOf(sheet),
    calm: 'centre',
    focus: { x: 0.5, y: 0.5 },
    unit,
  }
}

/** A paper label on the scene: in the middle of an upright page, on the left of a wide one. */
function labelled(sheet: Sheet): PagePlan {
  const plan = framed(sheet)
  if (sheet.aspect < 1.6) return { ...plan, kind: 'label', centred: false }
  return { ...plan, kind: 'label', centred: false, title: { ...plan.title, x: sheet.margin * 2, width: sheet.width * 0.4 } }
}

/** A cut-out on transparent ground: the scene in a window, overlapped by a paper label with the title and the imprint. */
export function planSticker(width: number, height: number, chance: Chance): PagePlan {
  const unit = Math.sqrt(width * height) / 1000
  const margin = Math.min(width, height) * 0.07
  const aspect = width / height
  const wide = aspect >= 1.4
  const share = wide ? 0.46 : 0.36
  const label: Box = wide
    ? { x: margin, y: height * 0.2, width: width * share - margin, height: height * 0.6 }
    : { x: margin * 1.6, y: height * (1 - share) - margin, width: width - 3.2 * margin, height: height * share }
  const scene: Box = wide
    ? { x: width * (share - 0.08), y: margin, width: width * (1.08 - share) - margin, height: height - 2 * margin }
    : { x: margin, y: margin, width: width - 2 * margin, height: height * (1.07 - share) - 2 * margin }
  const padding = 34 * unit
  return {
    kind: 'sticker',
    scene,
    window: chance.fork('page').pick(['rounded', wide ? 'circle' : 'arch', 'circle']),
    title: {
      x: label.x + padding,
      y: label.y + padding,
      width: label.width - 2 * padding,
      height: label.height - 2.2 * padding - 50 * unit,
    },
    anchor: 'top',
    centred: false,
    imprint: { x: label.x + padding, y: label.y + label.height - padding * 0.8, width: label.width - 2 * padding },
    calm: 'none',
    focus: { x: 0.5, y: 0.5 },
    unit,
  }
}
