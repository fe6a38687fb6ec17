import { type PixelPool, pixelTask } from '../../pixels/index.ts'
import type { LookFigures, LookInput } from './look-figures.ts'

const lookTask = pixelTask<LookInput, LookFigures>('look at an edit', new URL('./look-task.ts', import.meta.url).href)

/** It takes half a second of a core; its process gives way to everything else, and nobody waits for it. */
const TIME_LIMIT_MS = 60_000

/** Looks at camera and subject of an edit, in a child process. @throws PixelTaskError */
export function lookAt(pool: PixelPool, input: LookInput): Promise<LookFigures> {
  return pool.run(lookTask, input, { timeoutMs: TIME_LIMIT_MS })
}
