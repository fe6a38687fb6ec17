import { failure } from '../contract/failure.ts'
import type { InputReference, InputSource } from '../contract/input-picture.ts'
import { findFile } from '../files/index.ts'
import { findImage } from '../generations/index.ts'
import { type Upload, writeInput } from '../inputs/index.ts'
import { isId } from '../primitives/ids.ts'
import type { BroughtInputs } from './brought-inputs.ts'
import { fetchInput } from './fetch-input.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { assertIntact } from './verify-objects.ts'

/** One input with its bytes in the request's own folder. */
export interface GatheredInput {
  reference: InputReference
  source: InputSource
  /** File name, address without its query, or id of the file or picture; null when the source has none. */
  sourceRef: string | null
  path: string
  bytes: number
  /** Hex. */
  sha256: string
}

/** Largest input that is taken from anywhere: upstream takes less than 50 MB. */
export const INPUT_LIMIT_BYTES = 50 * 1024 * 1024

/**
 * Brings every picture a request names into its folder: what came along lies there already, files and pictures of the caller's project
 * come from the store, everything else through the untrusted door.
 * @throws Failure naming the input that cannot be had; nothing was charged.
 */
export async function gatherInputs(
  parts: GatewayParts,
  references: readonly InputReference[],
  brought: BroughtInputs,
): Promise<GatheredInput[]> {
  const uploads = new Map(brought.uploads.map((upload) => [upload.param, upload]))
  const gathered: GatheredInput[] = []
  // One after the other: sixteen addresses of one request are not sixteen connections at once.
  for (const reference of references) gathered.push(await gather(parts, reference, brought, uploads))
  return gathered
}

async function gather(
  parts: GatewayParts,
  reference: InputReference,
  brought: BroughtInputs,
  uploads: ReadonlyMap<string, Upload>,
): Promise<GatheredInput> {
  const { from, param } = reference
  if (from.kind === 'bytes') return uploaded(reference, uploads.get(param))
  if (from.kind === 'file_id') return fromId(parts, reference, from.id, brought)
  const imageId = brought.ownImageId(from.url)
  if (imageId !== null) return fromImage(parts, reference, imageId, brought)
  const file = await fetchInput(parts, { url: from.url, param, folder: brought.folder, limitBytes: INPUT_LIMIT_BYTES })
  return { reference, source: 'url', sourceRef: shownAddress(from.url), ...file }
}

function uploaded(reference: InputReference, upload: Upload | undefined): GatheredInput {
  if (!upload) throw new Error(`nothing was taken in for ${reference.param}`)
  const { path, bytes, sha256, fileName, source } = upload
  return { reference, source, sourceRef: fileName, path, bytes, sha256 }
}

/** An id names a file of `/v1/files`, or a picture that this gateway made. */
async function fromId(parts: GatewayParts, reference: InputReference, id: string, brought: BroughtInputs): Promise<GatheredInput> {
  if (isId('img', id)) return fromImage(parts, reference, id, brought)
  const { projectId } = brought
  const file = isId('file', id) ? await findFile(parts.database, { id, projectId, nowMs: parts.clock.nowMs() }) : null
  if (!file || file.path === null) throw failure('file_not_found', { param: reference.param })
  return { reference, source: 'file', sourceRef: id, ...(await copyOut(parts, { ...file, path: file.path }, brought)) }
}

async function fromImage(parts: GatewayParts, reference: InputReference, id: string, brought: BroughtInputs): Promise<GatheredInput> {
  const image = isId('img', id) ? await findImage(parts.database, { id, projectId: brought.projectId }) : null
  if (!image) throw failure('file_not_found', { param: reference.param })
  if (image.deleted_at_ms !== null || image.path === null) throw failure('image_deleted', { param: reference.param })
  return { reference, source: 'image', sourceRef: id, ...(await copyOut(parts, { ...image, path: image.path }, brought)) }
}

/** A copy of stored bytes for this request alone: the object may be deleted while it is looked at. Damaged ones are not paid for. */
async function copyOut(parts: GatewayParts, object: { sha256: string; bytes: number; path: string }, { folder }: BroughtInputs) {
  await assertIntact(parts, object)
  return writeInput(await parts.store.open(object.path), { folder, name: 'stored', limitBytes: Number.MAX_SAFE_INTEGER })
}

/** An address as it may stand in a record: a query can hold a signature or a key. */
function shownAddress(address: string): string {
  const { origin, pathname } = new URL(address)
  return `${origin}${pathname}`.slice(0, 512)
}
