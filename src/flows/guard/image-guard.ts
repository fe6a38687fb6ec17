import type { GuardReply } from '../../contract/record.ts'
import type { FoundImage } from '../../generations/index.ts'
import { findGuardReport, openGuardWords, presentGuard } from '../../guard/index.ts'
import { findObject } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What the guard says of a picture, in the shape of the API. @param sideBySideUrl where its drawing is read */
export async function imageGuard(parts: GatewayParts, image: FoundImage, sideBySideUrl: string): Promise<GuardReply> {
  const row = await findGuardReport(parts.database, image.id)
  const words = row?.words_sealed ? await openGuardWords(parts.guardKey, image.id, row.words_sealed) : null
  return presentGuard(row, { imageId: image.id, words, sideBySideUrl })
}

/** Where the side-by-side picture of a picture lies; null when there is none. */
export async function readSideBySide(parts: GatewayParts, imageId: string) {
  const row = await findGuardReport(parts.database, imageId)
  const object = row?.side_by_side_sha256 ? await findObject(parts.database, row.side_by_side_sha256) : null
  return object && { sha256: object.sha256, bytes: object.bytes, path: object.path }
}
