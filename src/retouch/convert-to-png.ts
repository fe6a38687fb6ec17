import { type PixelPool, pixelTask } from '../pixels/index.ts'
import type { Conversion } from './convert-to-png-task.ts'
import type { RetouchedPicture } from './retouched-picture.ts'
import { runRetouch } from './run-retouch.ts'

const task = pixelTask<Conversion, RetouchedPicture>('convert to PNG', new URL('./convert-to-png-task.ts', import.meta.url).href)

/**
 * Turns a JPEG or WebP source into a PNG in 8-bit sRGB, so that a PNG mask can go with it. An orientation tag is applied: width and height
 * may trade places, and a mask must fit what comes out. An embedded colour profile is converted; metadata stays behind.
 * @throws PixelTaskError `refused` with `unreadable` when the source cannot be decoded
 */
export function convertToPng(pool: PixelPool, conversion: Conversion): Promise<RetouchedPicture> {
  return runRetouch(pool, task, conversion)
}
