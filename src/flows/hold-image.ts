import { failure } from '../contract/failure.ts'
import { findImage, type ProjectScope } from '../generations/index.ts'
import { isId } from '../primitives/ids.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { openInputWorkspace } from './input-workspace.ts'
import { localCopy } from './local-copy.ts'
import { assertIntact } from './verify-objects.ts'

/** A stored picture as a file on this machine, for as long as it is held. */
export interface HeldImage extends AsyncDisposable {
  path: string
  bytes: number
  mediaType: string | null
  /** Where the file lies; what is written beside it goes with it. */
  folder: string
}

/**
 * Copies a stored picture into a folder of its own, for work that needs a file.
 * @throws Failure `not_found`, `image_deleted`, `object_missing`, or what is wrong with its bytes
 */
export async function holdImage(parts: GatewayParts, { imageId, projectId }: ProjectScope & { imageId: string }): Promise<HeldImage> {
  const image = isId('img', imageId) ? await findImage(parts.database, { id: imageId, projectId }) : null
  if (!image) throw failure('not_found', { param: 'id' })
  if (image.deleted_at_ms !== null) throw failure('image_deleted')
  const { path: stored, sha256, bytes, media_type: mediaType } = image
  if (image.storage === 'not_stored' || stored === null) throw failure('object_missing')
  await assertIntact(parts, { path: stored, sha256, bytes })
  await using opening = new AsyncDisposableStack()
  const { folder } = opening.use(await openInputWorkspace(parts, parts.newId('req')))
  const path = await localCopy(parts, stored, folder, 'image')
  const open = opening.move()
  return { path, bytes, mediaType, folder, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
