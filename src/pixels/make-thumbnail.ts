import type { ThumbnailOrder } from './make-thumbnail-task.ts'
import type { PixelPool } from './pixel-pool.ts'
import { pixelTask } from './pixel-task.ts'

const task = pixelTask<ThumbnailOrder, { bytes: number }>('make a thumbnail', new URL('./make-thumbnail-task.ts', import.meta.url).href)

/** Writes a small WebP of a picture. @throws PixelTaskError, `refused` when it cannot be decoded */
export function makeThumbnail(pool: PixelPool, order: ThumbnailOrder): Promise<{ bytes: number }> {
  return pool.run(task, order)
}
