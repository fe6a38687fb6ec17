import { type PixelPool, type PixelPoolOptions, pixelTask } from '../../pixels/index.ts'
import type { TextFigures, TextInput } from './text-figures.ts'

const readTextsTask = pixelTask<TextInput, TextFigures[]>('read texts', new URL('./read-texts-task.ts', import.meta.url).href)

/** The process that reads: one, since it keeps its thread, and each holds the data of every language it was asked for; ended after a minute without work. */
export const readerOptions: PixelPoolOptions = { children: 1, idleMs: 60_000, maxRssBytes: 1024 ** 3 }

/** A whole picture takes about a second to read, a box a twentieth of that; a busy machine takes several times as long. */
const TIME_LIMIT_MS = 90_000

/**
 * Reads texts in a child process.
 * @param pool one of its own: the reader keeps languages loaded, and what is slow must not hold up what is quick
 * @throws PixelTaskError
 */
export function readTexts(pool: PixelPool, input: TextInput): Promise<TextFigures[]> {
  return pool.run(readTextsTask, input, { timeoutMs: TIME_LIMIT_MS })
}
