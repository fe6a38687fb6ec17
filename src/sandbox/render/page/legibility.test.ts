import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import { createChance } from '../chance.ts'
import { colourOfPixel, contrast } from '../colour.ts'
import { palettes } from '../palettes.ts'
import { scenes } from '../scenes/index.ts'
import { chooseInk, drawVeil } from './legibility.ts'
import { planPage } from './page-plan.ts'

const WIDTH = 240
const HEIGHT = 200
/** WCAG 2.2, success criterion 1.4.3, for large text. */
const LARGE_TEXT_CONTRAST = 3

describe('the ground under a title on a picture', () => {
  it.each(scenes.map((scene) => [scene.name, scene] as const))('reads well on %s in every palette', (_name, scene) => {
    for (const palette of palettes) {
      const chance = createChance(`${scene.name} ${palette.name}`)
      const plan = planPage(WIDTH, HEIGHT, scene, 'bleed', chance)
      const canvas = createCanvas(WIDTH, HEIGHT)
      const brush = canvas.getContext('2d')
      scene.paint({ brush, width: WIDTH, height: HEIGHT, unit: plan.unit, chance, palette, detail: 1, calm: plan.calm, focus: plan.focus })
      const shade = chooseInk(canvas, plan.title, palette, 1)
      drawVeil(brush, { x: 0, y: 0, width: WIDTH, height: HEIGHT }, plan.title, 'top', shade)
      expect(readableShare(brush, plan.title, shade.ink), `${scene.name} in ${palette.name}`).toBeGreaterThan(0.96)
    }
  })
})

/** The share of pixels in a box on which an ink has the contrast that large text needs. */
function readableShare(
  brush: ReturnType<ReturnType<typeof createCanvas>['getContext']>,
  box: { x: number; y: number; width: number; height: number },
  ink: string,
): number {
  const { data } = brush.getImageData(Math.ceil(box.x), Math.ceil(box.y), Math.floor(box.width), Math.floor(box.height))
  let readable = 0
  for (let at = 0; at < data.length; at += 4)
    if (contrast(ink, colourOfPixel(data[at]!, data[at + 1]!, data[at + 2]!)) >= LARGE_TEXT_CONTRAST) readable++
  return readable / (data.length / 4)
}
