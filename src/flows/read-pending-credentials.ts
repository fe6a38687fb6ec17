import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import { pendingCredentials, readContentCredentials, recordCredentials, recordCredentialsFailure } from '../evidence/index.ts'
import { findImage } from '../generations/index.ts'
import { PixelTaskError } from '../pixels/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { localCopy } from './local-copy.ts'

const BATCH = 16

/** Reads the content credentials of every picture that waits for it. @param stop asked before each picture */
export async function readPendingCredentials(parts: GatewayParts, stop: () => boolean): Promise<void> {
  for (;;) {
    const waiting = await pendingCredentials(parts.database, BATCH)
    if (waiting.length === 0) return
    for (const imageId of waiting) {
      if (stop()) return
      const record = await readOne(parts, imageId)
      await parts.database.transact([record(statementContext(parts.database, parts.clock, parts.newId))])
    }
  }
}

/** Credentials that cannot be read are recorded as such: they must not be tried again with every start. */
async function readOne(parts: GatewayParts, imageId: string): Promise<(context: StatementContext) => Statement> {
  const folder = await mkdtemp(join(parts.spoolFolder, 'credentials-'))
  try {
    const image = await findImage(parts.database, { id: imageId, projectId: null })
    if (!image || image.path === null) throw new Error('the picture is not there any more')
    const credentials = await readContentCredentials(parts.pixels, await localCopy(parts, image.path, folder, 'picture'))
    return (context) => recordCredentials(context, { imageId, credentials })
  } catch (error) {
    parts.logger.error({ image_id: imageId, err: error }, 'the content credentials of a picture could not be read')
    const reason = error instanceof PixelTaskError ? error.code : 'picture_missing'
    return (context) => recordCredentialsFailure(context, { imageId, error: reason })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
