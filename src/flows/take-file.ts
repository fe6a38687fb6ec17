import type { Principal } from '../access/index.ts'
import { failure } from '../contract/failure.ts'
import { deleteAfterMs } from '../contract/retention.ts'
import { statementContext } from '../db/index.ts'
import { checkFileUpload, deleteFile, expiredFiles, type FoundFile, findFile, recordFile } from '../files/index.ts'
import { type BodySource, takeInUpload, type Upload } from '../inputs/index.ts'
import { examinePicture, mediaTypes } from '../pixels/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { assertNotHeld } from '../retention/index.ts'
import { noteUnused, type ObjectHold, objectPath, recordObjects, removeUnused } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { openInputWorkspace } from './input-workspace.ts'
import { refusalOfPicture } from './refusal-of-picture.ts'
import { retentionFor } from './retention/retention-for.ts'
import { removalParts } from './retention/sweep-objects.ts'

/** An upload whose body is still to be read. */
export interface FileAsk {
  principal: Principal
  requestId: string
  source: BodySource
}

/**
 * Keeps a file that later requests may name. It is a picture that upstream would read, or it is refused now instead of with the first
 * edit that uses it.
 */
export async function takeFileUpload(parts: GatewayParts, { principal, requestId, source }: FileAsk): Promise<FoundFile> {
  await using workspace = await openInputWorkspace(parts, requestId)
  const intake = await takeInUpload(source, { folder: workspace.folder, name: 'file' })
  const [upload] = intake.uploads
  if (!upload) throw failure('missing_required_parameter', { param: 'file', message: "Missing required parameter: 'file'." })
  const doubled = intake.fields.find(([name], at) => intake.fields.findIndex(([other]) => other === name) !== at)
  if (doubled) throw failure('duplicate_key', { param: doubled[0].slice(0, 64) })
  return await keepFile(parts, principal, Object.fromEntries(intake.fields), upload)
}

async function keepFile(
  parts: GatewayParts,
  principal: Principal,
  fields: Readonly<Record<string, string>>,
  upload: Upload,
): Promise<FoundFile> {
  const { purpose, expiresAfterMs } = checkFileUpload(fields)
  const examination = await examinePicture(parts.pixels, upload.path)
  if (!examination.ok) throw refusalOfPicture(examination.problem, examination.found, 'file')
  const { format, width, height } = examination.picture
  const { sha256, bytes, path: spoolPath } = upload
  const [id, { projectId }] = [parts.newId('file'), principal]
  await parts.storageHealth.assertWritable()
  const kept = await retentionFor(parts, projectId)
  const keep = async (hold: ObjectHold) => {
    const { store, path, existed } = await parts.store.put({ spoolPath, sha256, extension: format })
    const mediaType = mediaTypes[format]
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const file = {
      id,
      projectId,
      purpose,
      fileName: upload.fileName ?? 'file',
      bytes,
      sha256,
      mediaType,
      width,
      height,
      expiresAfterMs: earlier(expiresAfterMs, deleteAfterMs(kept.inputs, 0)),
    }
    try {
      fp('file_before_record')
      await parts.database.transact([
        ...recordObjects(context, [{ sha256, store, path, bytes, mediaType }], hold),
        recordFile(context, file),
      ])
    } catch (error) {
      if (!existed) await parts.store.remove(path).catch(() => undefined)
      throw error
    }
  }
  await parts.objectLocks.hold([sha256], keep, { putting: [objectPath(sha256, format)] })
  fp('file_after_record')
  const file = await findFile(parts.database, { id, projectId, nowMs: parts.clock.nowMs() })
  if (!file) throw failure('internal_error', { outcome: 'not_charged' })
  return file
}

/** The shorter of two times, where null has no end. */
const earlier = (one: number | null, other: number | null) => (one === null || other === null ? (one ?? other) : Math.min(one, other))

/** Gives a file up; its bytes go when nothing else refers to them. @throws Failure `file_not_found`, `legal_hold` */
export async function giveUpFile(parts: GatewayParts, { id, projectId }: { id: string; projectId: string | null }): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const file = await findFile(parts.database, { id, projectId, nowMs: 0 })
  if (!file) throw failure('file_not_found', { param: 'file_id' })
  const [, deleted] = await parts.database.transact([
    assertNotHeld(context, [file.project_id]),
    deleteFile(context, { id, projectId }),
    ...noteUnused(context, [file.sha256]),
  ])
  if (deleted!.rows.length === 0) throw failure('file_not_found', { param: 'file_id' })
  await removeUnused(removalParts(parts), file.sha256)
}

const SWEEP_BATCH = 100

/** Gives up every file whose time is over. @returns how many */
export async function sweepExpiredFiles(parts: GatewayParts): Promise<number> {
  let count = 0
  for (;;) {
    const expired = await expiredFiles(parts.database, parts.clock.nowMs(), SWEEP_BATCH)
    for (const { id } of expired) await giveUpFile(parts, { id, projectId: null })
    count += expired.length
    if (expired.length < SWEEP_BATCH) return count
  }
}
