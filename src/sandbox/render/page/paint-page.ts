import type { Canvas, SKRSContext2D } from '@napi-rs/canvas'
import type { ArtDirection } from '../art-direction.ts'
import { contrast, mix, readableOn, withAlpha } from '../colour.ts'
import { grain, lifted } from '../scenes/brushes.ts'
import { composeTitle, drawTitle, type Title } from '../text/compose-title.ts'
import type { FontWeight } from '../text/font-library.ts'
import type { TitleText } from '../text/split-prompt.ts'
import { type Box, inset } from './box.ts'
import { drawImprint, type ImprintColours } from './imprint.ts'
import { chooseInk, drawVeil, type Legibility } from './legibility.ts'
import type { PagePlan } from './page-plan.ts'

/** What is printed on a page beside the scene. */
export interface PageText {
  title: TitleText
  label: readonly string[]
}

/** A canvas, its brush in the measure of the finished picture, and the canvas's pixels per pixel of it. */
export interface Sheet {
  canvas: Canvas
  brush: SKRSContext2D
  width: number
  height: number
  scale: number
}

/** Paints a whole page: ground, scene, title and imprint, in this order. */
export function paintPage(sheet: Sheet, art: ArtDirection, text: PageText): void {
  paintGround(sheet, art)
  paintScene(sheet, art)
  paintGrain(sheet, art)
  paintTitle(sheet, art, text.title)
  paintImprint(sheet, art, text.label)
}

/** Paints only the imprint; previews repeat it sharply over the soft picture. */
export function paintImprint({ brush }: Sheet, { plan, palette }: ArtDirection, label: readonly string[]): void {
  const onPaper: ImprintColours = { plate: palette.ink, word: palette.paper, lines: palette.ink }
  const onPicture: ImprintColours = { plate: palette.paper, word: palette.ink, lines: palette.paper, panel: palette.ink }
  drawImprint(brush, label, plan.imprint, plan.kind === 'plate' || plan.kind === 'sticker' ? onPaper : onPicture, plan.unit)
}

function paintGround({ brush, width, height }: Sheet, { plan, palette }: ArtDirection): void {
  if (plan.kind === 'sticker') return
  brush.fillStyle = palette.paper
  brush.fillRect(0, 0, width, height)
}

function paintScene(sheet: Sheet, art: ArtDirection): void {
  const { brush } = sheet
  const { plan, palette } = art
  if (plan.kind === 'sticker') paintRim(brush, plan, art)
  brush.save()
  windowPath(brush, plan, 0)
  brush.clip()
  brush.translate(plan.scene.x, plan.scene.y)
  const { width, height } = plan.scene
  const unit = Math.sqrt(width * height) / 1000
  art.scene.paint({
    brush,
    width,
    height,
    unit,
    chance: art.chance.fork(art.scene.name),
    palette,
    detail: art.detail,
    calm: plan.calm,
    focus: plan.focus,
  })
  brush.restore()
}

/** The white border of a sticker, with a soft shadow around it. */
function paintRim(brush: SKRSContext2D, plan: PagePlan, { palette }: ArtDirection): void {
  lifted(brush, 16 * plan.unit, palette.ink, 0.35, () => {
    brush.fillStyle = palette.paper
    windowPath(brush, plan, 12 * plan.unit)
    brush.fill()
  })
}

function windowPath(brush: SKRSContext2D, { scene, window, unit }: PagePlan, grow: number): void {
  const { x, y, width, height } = inset(scene, -grow)
  brush.beginPath()
  if (window === 'whole') brush.rect(x, y, width, height)
  else if (window === 'rounded') brush.roundRect(x, y, width, height, 22 * unit + grow)
  else if (window === 'circle') brush.ellipse(x + width / 2, y + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI)
  else brush.roundRect(x, y, width, height, [Math.min(width / 2, height), Math.min(width / 2, height), 10 * unit, 10 * unit])
}

function paintGrain({ brush, width, height, scale }: Sheet, { plan, chance, detail, palette }: ArtDirection): void {
  if (detail === 0 || plan.kind === 'sticker') return
  grain(brush, chance.fork('grain'), width, height, 1 / scale, palette.night ? 0.022 : 0.03)
}

function paintTitle(sheet: Sheet, art: ArtDirection, text: TitleText): void {
  const { brush } = sheet
  const { plan, palette } = art
  const title = composeTitle(brush, text, { ...plan.title, unit: plan.unit, weight: weightOf(art), largestPixels: largestHeadline(plan) })
  const box = placeTitle(plan, title)
  const shade = prepareGround(sheet, art, box)
  const bar = contrast(palette.accents[0], shade.ground) > 1.8 ? palette.accents[0] : shade.ink
  drawTitle(brush, title, box, plan.centred, { headline: shade.ink, deck: mix(shade.ink, shade.ground, 0.12), bar }, plan.unit)
}

function weightOf({ scene }: ArtDirection): FontWeight {
  return scene.name === 'tiles' || scene.name === 'still-life' ? 'black' : 'bold'
}

function largestHeadline({ title, unit }: PagePlan): number {
  return Math.max(24 * unit, Math.min(title.width * 0.24, title.height * 0.5, 150 * unit))
}

/** Where the title really stands in its room. */
function placeTitle({ title: room, anchor, centred }: PagePlan, title: Title): Box {
  const free = Math.max(0, room.height - title.height)
  const y = room.y + { top: 0, middle: free / 2, bottom: free }[anchor]
  return { x: room.x, y, width: centred ? room.width : Math.min(room.width, title.width), height: title.height }
}

/** Makes the ground under the title readable and says which ink it takes and what colour it has become. */
function prepareGround(sheet: Sheet, { plan, palette }: ArtDirection, box: Box): { ink: string; ground: string } {
  if (plan.kind === 'plate') return { ink: palette.ink, ground: palette.paper }
  if (plan.kind === 'sticker' || plan.kind === 'label') {
    paintLabel(sheet.brush, plan, palette.paper, palette.ink, box)
    return { ink: palette.ink, ground: palette.paper }
  }
  const shade: Legibility = chooseInk(sheet.canvas, box, palette, sheet.scale)
  drawVeil(sheet.brush, { x: 0, y: 0, width: sheet.width, height: sheet.height }, box, plan.calm === 'none' ? 'top' : plan.calm, shade)
  return { ink: shade.ink, ground: readableOn(shade.ink, palette.ink, palette.paper) }
}

/** A sheet of paper under title and, on a sticker, imprint; with a hairline frame when it lies on a picture. */
function paintLabel(brush: SKRSContext2D, plan: PagePlan, paper: string, ink: string, box: Box): void {
  const { unit } = plan
  const padding = (plan.kind === 'label' ? 46 : 34) * unit
  const sheet =
    plan.kind === 'label'
      ? inset(box, -padding)
      : {
          x: plan.title.x - padding,
          y: plan.title.y - padding,
          width: plan.title.width + 2 * padding,
          height: plan.imprint.y - plan.title.y + padding * 1.8,
        }
  lifted(brush, 12 * unit, ink, 0.35, () => {
    brush.fillStyle = paper
    brush.beginPath()
    brush.roundRect(sheet.x, sheet.y, sheet.width, sheet.height, plan.kind === 'label' ? 2 * unit : 14 * unit)
    brush.fill()
  })
  if (plan.kind !== 'label') return
  brush.strokeStyle = withAlpha(ink, 0.55)
  brush.lineWidth = 1.4 * unit
  const frame = inset(sheet, 12 * unit)
  brush.strokeRect(frame.x, frame.y, frame.width, frame.height)
}
