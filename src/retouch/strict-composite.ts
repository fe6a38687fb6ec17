import { type PixelPool, pixelTask } from '../pixels/index.ts'
import { runRetouch } from './run-retouch.ts'
import type { CompositePicture, StrictComposite } from './strict-composite-task.ts'

const task = pixelTask<StrictComposite, CompositePicture>('strict composite', new URL('./strict-composite-task.ts', import.meta.url).href)

/**
 * Keeps the promise of a strict mask: inside the mask the model's pixels, outside byte for byte the source's.
 *
 * Where the mask's alpha is 255 a pixel is the source's own, to the last bit. Where it is 0 it is the model's; where it is in between, or
 * within `featherPx` inside the edge, both are blended. The picture made has the source's size: a result of another size but exactly the
 * same aspect is resampled to it (Lanczos), because the promise is about the source's pixels. Metadata of neither is carried over: the
 * content credentials of the model's picture would no longer be true of this one. Nor is a colour profile: source pixels go through as
 * stored, and without a profile they mean sRGB.
 * @throws PixelTaskError `refused` with `aspect_differs`, `source_too_large` (see `maxCompositePixels`), `mask_size`, `mask_without_alpha`, `orientation` (the source's
 * tag is not 1), `source_mode` (not 8-bit RGB or grey, or in a profile other than sRGB), `feather` or `unreadable`
 */
export function strictComposite(pool: PixelPool, composite: StrictComposite): Promise<CompositePicture> {
  return runRetouch(pool, task, composite)
}
