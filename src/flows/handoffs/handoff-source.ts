import { failure } from '../../contract/failure.ts'
import type { InputFormat } from '../../contract/input-picture.ts'
import { findFile } from '../../files/index.ts'
import { findImage } from '../../generations/index.ts'
import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** The picture that is edited by hand. */
export interface HandoffSource {
  kind: 'image' | 'file'
  id: string
  sha256: string
  width: number
  height: number
  format: InputFormat
  bytes: number
}

/** Looks a source up. @throws Failure `not_found`, `image_deleted`, `object_missing` or `file_not_found` */
export async function handoffSource(
  { database, clock }: Pick<GatewayParts, 'database' | 'clock'>,
  { kind, id }: Pick<HandoffSource, 'kind' | 'id'>,
  projectId: string,
): Promise<HandoffSource> {
  const found =
    kind === 'image' ? await keptImage(database, id, projectId) : await keptFile(database, { id, projectId, nowMs: clock.nowMs() })
  const { sha256, width, height, bytes } = found
  if (width === null || height === null) throw failure('object_missing', { param: 'source' })
  return { kind, id, sha256, width, height, bytes, format: found.format as InputFormat }
}

async function keptImage(database: GatewayParts['database'], id: string, projectId: string) {
  const image = isId('img', id) ? await findImage(database, { id, projectId }) : null
  if (!image) throw failure('not_found', { param: 'source.image_id' })
  if (image.deleted_at_ms !== null) throw failure('image_deleted', { param: 'source.image_id' })
  if (image.storage === 'not_stored') throw failure('object_missing', { param: 'source.image_id' })
  return image
}

async function keptFile(database: GatewayParts['database'], asked: { id: string; projectId: string; nowMs: number }) {
  const file = isId('file', asked.id) ? await findFile(database, asked) : null
  if (!file) throw failure('file_not_found', { param: 'source.file_id' })
  return { ...file, format: file.media_type.replace('image/', '') }
}
