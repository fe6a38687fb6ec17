import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import {
  type ContentCredentials,
  credentialSignals,
  pendingCredentials,
  readContentCredentials,
  recordCredentials,
  recordCredentialsFailure,
} from '../evidence/index.ts'
import { countWatchedPictures, type WatchedPictures } from '../gate/index.ts'
import { type FoundImage, findGeneration, findImage } from '../generations/index.ts'
import type { Evidence } from '../images/index.ts'
import { PixelTaskError } from '../pixels/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { routeConfigSha256 } from '../routes/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { localCopy } from './local-copy.ts'
import { mismatchOf, noteWatched } from './watch-pictures.ts'

const BATCH = 16

/** Reads the content credentials of every picture that waits for it. @param stop asked before each picture */
export async function readPendingCredentials(parts: GatewayParts, stop: () => boolean): Promise<void> {
  for (;;) {
    const waiting = await pendingCredentials(parts.database, BATCH)
    if (waiting.length === 0) return
    for (const imageId of waiting) {
      if (stop()) return
      const { record, watched } = await readOne(parts, imageId)
      const context = statementContext(parts.database, parts.clock, parts.newId)
      fp('credentials_before_record')
      const results = await parts.database.transact([record(context), ...(watched ? [countWatchedPictures(context, watched)] : [])])
      if (watched) noteWatched(parts, watched, results, context.nowMs)
    }
  }
}

interface ReadPicture {
  record: (context: StatementContext) => Statement
  /** What the picture says about its route, now that its credentials are read; null where that was counted before, or is not at all. */
  watched: WatchedPictures | null
}

async function watchedByCredentials(
  parts: GatewayParts,
  image: FoundImage,
  credentials: ContentCredentials,
): Promise<WatchedPictures | null> {
  const rows = await findGeneration(parts.database, { id: image.generation_id, projectId: null })
  const routeId = rows?.attempts.find(({ id }) => id === image.attempt_id)?.route_id
  const route = parts.routes.list().find(({ id }) => id === routeId)
  const { findings } = JSON.parse(image.evidence_json) as Partial<Evidence>
  if (!route || route.kind === 'sandbox' || !findings || mismatchOf({ findings }) !== null) return null
  const against = credentialSignals(credentials).find(({ verdict }) => verdict === 'against')
  return {
    routeId: route.id,
    configSha256: routeConfigSha256(route),
    pictures: 1,
    mismatched: against ? 1 : 0,
    generationId: image.generation_id,
    madeAtMs: image.created_at_ms,
    reason: against ? `${against.signal}: ${against.detail}` : null,
  }
}

/** Credentials that cannot be read are recorded as such: they must not be tried again with every start. */
async function readOne(parts: GatewayParts, imageId: string): Promise<ReadPicture> {
  const folder = await mkdtemp(join(parts.spoolFolder, 'credentials-'))
  try {
    const image = await findImage(parts.database, { id: imageId, projectId: null })
    if (!image || image.path === null) throw new Error('the picture is not there any more')
    const credentials = await readContentCredentials(parts.pixels, await localCopy(parts, image.path, folder, 'picture'))
    const watched = await watchedByCredentials(parts, image, credentials)
    return { watched, record: (context) => recordCredentials(context, { imageId, credentials }) }
  } catch (error) {
    parts.logger.error({ image_id: imageId, err: error }, 'the content credentials of a picture could not be read')
    const reason = error instanceof PixelTaskError ? error.code : 'picture_missing'
    return { watched: null, record: (context) => recordCredentialsFailure(context, { imageId, error: reason }) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
