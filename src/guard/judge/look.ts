import { type PixelPool, pixelTask } from '../../pixels/index.ts'
import type { LookFigures, LookInput } from './look-figures.ts'

const lookTask = pixelTask<LookInput, LookFigures>('look at an edit', new URL('./look-task.ts', import.meta.url).href)

/** As long as a drift measurement may take: the same pictures at the same size. */
const TIME_LIMIT_MS = 30_000

/** Looks at camera and subject of an edit, in a child process. @throws PixelTaskError */
export function lookAt(pool: PixelPool, input: LookInput): Promise<LookFigures> {
  return pool.run(lookTask, input, { timeoutMs: TIME_LIMIT_MS })
}
