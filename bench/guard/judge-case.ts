import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GuardReport, judgePicture, lookAt, measureDrift, readTexts } from '../../src/guard/index.ts'
import { type PixelPool, PixelTaskError } from '../../src/pixels/index.ts'
import type { GuardCase } from './guard-set.ts'

/** The two pools that the gateway has. */
export interface Pools {
  pixels: PixelPool
  reader: PixelPool
}

/** A machine that is busy with other things says nothing of the guard: what took too long is done again. */
export async function judgePatiently(pools: Pools, folder: string, made: GuardCase): Promise<GuardReport> {
  for (let tries = 1; ; tries++)
    try {
      return await judgeCase(pools, folder, made)
    } catch (error) {
      if (!(error instanceof PixelTaskError) || error.code !== 'timeout' || tries === 5) throw error
      process.stderr.write(`${made.name} took too long and is judged again\n`)
    }
}

/** Judges a case as the gateway judges a delivered picture: the same tasks, in child processes, the same rules. */
export async function judgeCase({ pixels, reader }: Pools, folder: string, made: GuardCase): Promise<GuardReport> {
  const write = async (name: string, bytes: Buffer | null) => {
    if (bytes !== null) await writeFile(join(folder, name), bytes)
    return bytes === null ? null : join(folder, name)
  }
  const sourcePath = await write('source', made.source)
  const maskPath = await write('mask', made.mask)
  const resultPath = (await write('result', made.result))!
  const input = sourcePath === null ? null : { sourcePath, resultPath, maskPath }
  const [drift, look, texts] = await Promise.all([
    input && measureDrift(pixels, { ...input, boxes: made.protect, heatMapPath: null }),
    input && lookAt(pixels, { ...input, subject: made.subject }),
    readTexts(reader, { sourcePath, resultPath, texts: made.texts, protect: [] }),
  ])
  return judgePicture({ isEdit: sourcePath !== null, hasMask: maskPath !== null, drift, look, texts }).report
}
