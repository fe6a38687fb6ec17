import type { Principal } from '../access/index.ts'
import { Failure, failure } from '../contract/failure.ts'
import { readImageUrl } from '../contract/image-url.ts'
import { deleteAfterMs } from '../contract/retention.ts'
import { statementContext } from '../db/index.ts'
import {
  checkFileUpload,
  cleanFileName,
  deleteFile,
  expiredFiles,
  type FileUpload,
  type FoundFile,
  findFile,
  recordFile,
} from '../files/index.ts'
import { type BodySource, takeInUpload, type Upload } from '../inputs/index.ts'
import { examinePicture, mediaTypes } from '../pixels/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { assertNotHeld } from '../retention/index.ts'
import { noteUnused, type ObjectHold, objectPath, recordObjects, removeUnused } from '../store/index.ts'
import { fetchInput } from './fetch-input.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { INPUT_LIMIT_BYTES } from './gather-inputs.ts'
import { openInputWorkspace } from './input-workspace.ts'
import { refusalOfPicture } from './refusal-of-picture.ts'
import { retentionFor } from './retention/retention-for.ts'
import { removalParts } from './retention/sweep-objects.ts'
import { servedUrls } from './take-in-call.ts'

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
  return await keepFile(parts, principal, checkFileUpload(Object.fromEntries(intake.fields)), upload)
}

/** A picture that the gateway is to fetch. */
export interface FileFetchAsk {
  principal: Principal
  requestId: string
  /** An http(s) address that the caller gave. */
  url: string
  /** Counted from now; null = kept until it is deleted. */
  expiresAfterMs: number | null
}

/**
 * Fetches a picture through the door for addresses nobody vouches for and keeps it like an uploaded one: for pages, which can neither fetch from elsewhere nor show what
 * they did not fetch. @throws Failure `url_not_allowed`, `url_fetch_failed`, those of pictures
 */
export async function takeFileFrom(parts: GatewayParts, { principal, requestId, url, expiresAfterMs }: FileFetchAsk): Promise<FoundFile> {
  assertFetchable(parts, url)
  await using workspace = await openInputWorkspace(parts, requestId)
  const fetched = await fetchInput(parts, { url, param: 'url', folder: workspace.folder, limitBytes: INPUT_LIMIT_BYTES })
  const fileName = cleanFileName(decodedName(url))
  return await keepFile(parts, principal, { purpose: 'vision', expiresAfterMs }, { ...fetched, fileName })
}

/** As addresses in edits are judged; what this gateway made itself is no file. */
function assertFetchable(parts: GatewayParts, url: string): void {
  const isOwn = servedUrls(parts, () => null)
  const from = readImageUrl('url', url, { spooledBytes: null, isOwn })
  if (from instanceof Failure) throw from
  if (from.kind !== 'url') throw failure('url_not_allowed', { param: 'url' })
}

/** The last part of an address's path. */
function decodedName(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1)!
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

async function keepFile(
  parts: GatewayParts,
  principal: Principal,
  { purpose, expiresAfterMs }: FileUpload,
  upload: Pick<Upload, 'path' | 'sha256' | 'bytes' | 'fileName'>,
): Promise<FoundFile> {
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
