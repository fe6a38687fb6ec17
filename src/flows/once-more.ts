import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { PixelTaskError } from '../pixels/index.ts'

/**
 * Work on pictures in a folder. A process that died under it says nothing of the picture (the system kills when memory is short): it is done
 * once more, in a folder inside the first, where nothing half made is in the way.
 */
export async function onceMore<Result>(folder: string, work: (folder: string) => Promise<Result>): Promise<Result> {
  try {
    return await work(folder)
  } catch (error) {
    if (!(error instanceof PixelTaskError) || error.code !== 'crashed') throw error
    return work(await mkdtemp(join(folder, 'again-')))
  }
}
