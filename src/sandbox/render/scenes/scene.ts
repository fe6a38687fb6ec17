import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Chance } from '../chance.ts'
import type { Palette } from '../palettes.ts'

/** How much there is to see: 0 for low, 1 for medium, 2 for high quality. */
export type Detail = 0 | 1 | 2

/** Where the title will stand on the scene, so that the scene keeps quiet there; `none` when it stands beside the scene. */
export type CalmSide = 'top' | 'bottom' | 'left' | 'centre' | 'none'

/**
 * How a page is made up: `bleed` fills it with the scene and sets the title on a quiet side of it, `plate` shows the scene in a
 * window and sets the title on the paper beside it, `framed` sets the title in the middle of a scene that grows around it, `label` on a
 * paper label that lies on the scene.
 */
export type LayoutKind = 'bleed' | 'plate' | 'framed' | 'label'

/** Everything a scene paints with. Its area is `width × height` from the origin; what it paints outside is clipped away. */
export interface Easel {
  brush: SKRSContext2D
  width: number
  height: number
  /** A thousandth of the side of a square of the same area: the measure of lines and small things. */
  unit: number
  chance: Chance
  palette: Palette
  detail: Detail
  calm: CalmSide
  /** Where the main subject may stand, as shares 0..1 of width and height. */
  focus: { x: number; y: number }
}

/** One style of picture. */
export interface Scene {
  readonly name: string
  /** The ways of making up a page that suit this scene; the seed picks one. */
  readonly layouts: readonly LayoutKind[]
  /** Where a `bleed` of this scene has room for a title in an upright or square format. */
  readonly calm: 'top' | 'bottom'
  /** Covers the whole area of the easel. */
  paint(easel: Easel): void
}
