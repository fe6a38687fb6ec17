import { type PixelPool, pixelTask } from '../pixels/index.ts'
import type { AlphaMask, LuminanceMask } from './mask-from-luminance-task.ts'
import { runRetouch } from './run-retouch.ts'

const task = pixelTask<LuminanceMask, AlphaMask>('mask from luminance', new URL('./mask-from-luminance-task.ts', import.meta.url).href)

/**
 * Turns a black and white mask, as most other tools make them, into the alpha mask the models read. White is the area to edit and becomes
 * transparent; black is kept and becomes opaque; greys become partly transparent. `invert` swaps black and white. Values within 8 of
 * black or white count as black or white: lossy codecs leave such noise.
 * @throws PixelTaskError `refused` with `mask_has_alpha`, `mask_is_coloured` (more than 2 % of it), `mask_is_grey` (more than half of it),
 * `orientation` (its tag is not 1) or `unreadable`
 */
export function maskFromLuminance(pool: PixelPool, mask: LuminanceMask): Promise<AlphaMask> {
  return runRetouch(pool, task, mask)
}
