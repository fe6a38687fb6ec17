import { open, rm } from 'node:fs/promises'
import type { PixelPool, PixelTask } from '../pixels/index.ts'

/** What is retouched may have been paid for: only a task gone wrong may fail. The encoder of lossless WebP takes seconds and 300 MB. */
const limits = { timeoutMs: 60_000, maxRssBytes: 768 * 1024 * 1024 }

/**
 * Runs a task that fills the new file at `outPath`, which only this user can read, and flushes it to the disk: the task's own process
 * may not. Nothing is left there when it fails.
 * @throws PixelTaskError; `EEXIST` when there is a file already, which is left alone
 */
export async function runRetouch<Input extends { outPath: string }, Output>(
  pool: PixelPool,
  task: PixelTask<Input, Output>,
  input: Input,
): Promise<Output> {
  const file = await open(input.outPath, 'wx', 0o600)
  try {
    const output = await pool.run(task, input, limits)
    await file.sync()
    return output
  } catch (error) {
    await rm(input.outPath, { force: true })
    throw error
  } finally {
    await file.close()
  }
}
