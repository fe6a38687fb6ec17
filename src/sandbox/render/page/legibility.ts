import type { Canvas, SKRSContext2D } from '@napi-rs/canvas'
import { type Colour, colourOfPixel, contrast, layered, withAlpha } from '../colour.ts'
import type { Palette } from '../palettes.ts'
import type { Box } from './box.ts'

/** How text over a picture is made readable: the ink, and a veil of the opposite tone under it where the ground needs one. */
export interface Legibility {
  ink: Colour
  veil: Colour
  /** Opacity of the veil, 0..1; zero when the ground is quiet enough. */
  opacity: number
}

const SAMPLES = 24
/** WCAG asks 4.5 for body text; a little more, since the ground between two samples may be worse. */
const WANTED_CONTRAST = 5.2
const MOST_OPACITY = 0.94

/** A light veil on a night, or a dark one on a morning, spoils the mood: it must spare this much opacity to be chosen. */
const WORTH_A_CHANGE = 0.4

/**
 * Looks at the ground below a box and chooses light or dark ink: the one that goes with most of the ground, unless a few bright or dark
 * things in it would ask for a much stronger veil.
 * `scale` is the canvas's pixels per pixel of the finished picture.
 */
export function chooseInk(canvas: Canvas, box: Box, palette: Palette, scale: number): Legibility {
  const ground = sampleGround(canvas, box, scale)
  const options = [
    { ink: palette.ink, veil: palette.paper },
    { ink: palette.paper, veil: palette.ink },
  ].map((option) => ({ ...option, opacity: veilFor(option.ink, option.veil, ground) }))
  const [natural, other] = options.toSorted((a, b) => suits(b.ink, ground) - suits(a.ink, ground)) as [Legibility, Legibility]
  return natural.opacity > other.opacity + WORTH_A_CHANGE ? other : natural
}

/** Share of the samples on which this ink has the wanted contrast without any veil. */
function suits(ink: Colour, ground: readonly Colour[]): number {
  return ground.filter((colour) => contrast(ink, colour) >= WANTED_CONTRAST).length / ground.length
}

/** The weakest veil under which nearly every sample has the wanted contrast to the ink. */
function veilFor(ink: Colour, veil: Colour, ground: readonly Colour[]): number {
  for (let opacity = 0; opacity < MOST_OPACITY; opacity += 0.06) {
    const poor = ground.filter((colour) => contrast(ink, layered(veil, opacity, colour)) < WANTED_CONTRAST).length
    if (poor <= ground.length * 0.02) return opacity
  }
  return MOST_OPACITY
}

/** Reads the pixels themselves: drawing the canvas into a smaller one would render the whole picture a second time. */
function sampleGround(canvas: Canvas, box: Box, scale: number): Colour[] {
  const width = Math.max(1, Math.round(box.width * scale))
  const height = Math.max(1, Math.round(box.height * scale))
  const { data } = canvas.getContext('2d').getImageData(Math.round(box.x * scale), Math.round(box.y * scale), width, height)
  const samples: Colour[] = []
  for (let row = 0; row < SAMPLES; row++) {
    for (let column = 0; column < SAMPLES; column++) {
      const at = 4 * (Math.floor(((row + 0.5) / SAMPLES) * height) * width + Math.floor(((column + 0.5) / SAMPLES) * width))
      samples.push(colourOfPixel(data[at]!, data[at + 1]!, data[at + 2]!))
    }
  }
  return samples
}

/** Lays a veil over a whole page that is full under the box and fades out beyond it, towards the inside of the picture. */
export function drawVeil(brush: SKRSContext2D, page: Box, box: Box, calm: 'top' | 'bottom' | 'left' | 'centre', shade: Legibility): void {
  if (shade.opacity === 0) return
  const gradient = {
    top: () => brush.createLinearGradient(0, box.y + box.height, 0, Math.min(page.height, box.y + box.height + page.height * 0.16)),
    bottom: () => brush.createLinearGradient(0, box.y, 0, Math.max(0, box.y - page.height * 0.16)),
    left: () => brush.createLinearGradient(box.x + box.width, 0, Math.min(page.width, box.x + box.width + page.width * 0.2), 0),
    centre: () => {
      const reach = Math.max(box.width, box.height)
      return brush.createRadialGradient(
        box.x + box.width / 2,
        box.y + box.height / 2,
        reach * 0.55,
        box.x + box.width / 2,
        box.y + box.height / 2,
        reach * 0.8,
      )
    },
  }[calm]()
  for (let stop = 0; stop <= 8; stop++) {
    const share = stop / 8
    gradient.addColorStop(share, withAlpha(shade.veil, shade.opacity * (1 - share * share * (3 - 2 * share))))
  }
  brush.fillStyle = gradient
  brush.fillRect(page.x, page.y, page.width, page.height)
}
