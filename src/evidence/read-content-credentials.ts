import { inspectImageFile, type PixelPool, PixelTaskError, pixelTask } from '../pixels/index.ts'
import { absentCredentials, type ContentCredentials } from './content-credentials.ts'
import { presentCredentials } from './credential-problems.ts'
import type { ManifestOrder } from './read-content-credentials-task.ts'

const readCredentialsTask = pixelTask<ManifestOrder, ContentCredentials>(
  'read content credentials',
  new URL('./read-content-credentials-task.ts', import.meta.url).href,
)

/** A 30 MB picture takes well under a second; what takes longer was made to. */
const TIME_LIMIT_MS = 10_000

/**
 * Reads the C2PA manifest of a PNG, JPEG or WebP and checks its signature, in a child process: every byte is taken for hostile. A file
 * without a manifest is told by its structure alone and costs no child. A manifest at which the child crashed, starved or stalled is
 * `unchecked`, with `crashed`, `out_of_memory` or `timeout` among its problems.
 * @throws PixelTaskError `failed` when no child could do the work; what the file system says when the file cannot be read
 */
export async function readContentCredentials(pool: PixelPool, path: string): Promise<ContentCredentials> {
  const facts = await inspectImageFile(path)
  if (!facts?.hasContentCredentials || facts.format === 'gif') return absentCredentials
  if (!facts.complete) return presentCredentials(['file_incomplete'])
  try {
    return await pool.run(readCredentialsTask, { path, format: facts.format }, { timeoutMs: TIME_LIMIT_MS })
  } catch (error) {
    if (!(error instanceof PixelTaskError) || error.kind === 'failed') throw error
    return presentCredentials([error.code])
  }
}
