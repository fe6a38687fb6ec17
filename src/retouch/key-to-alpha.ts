import { rm } from 'node:fs/promises'
import { type PixelPool, pixelTask } from '../pixels/index.ts'
import type { KeyedPicture, Keying } from './key-to-alpha-task.ts'
import { runRetouch } from './run-retouch.ts'

const task = pixelTask<Keying, KeyedPicture>('key to alpha', new URL('./key-to-alpha-task.ts', import.meta.url).href)

/**
 * Turns the flat background of a picture that was drawn for it (`keyPrompt`) into transparency, with soft edges from which the key's colour
 * is taken out. What colour the model really drew is read off the picture's border. When the border does not show the key, the answer is
 * `keyed: false` and no file is made: the picture is to be delivered as it is, saying so.
 * @throws PixelTaskError `refused` with `unreadable` when the picture cannot be decoded
 */
export async function keyToAlpha(pool: PixelPool, keying: Keying): Promise<KeyedPicture> {
  const result = await runRetouch(pool, task, keying)
  if (!result.keyed) await rm(keying.outPath, { force: true })
  return result
}
