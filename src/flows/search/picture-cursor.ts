import { createHash } from 'node:crypto'
import { failure } from '../../contract/failure.ts'
import { isId } from '../../primitives/ids.ts'
import { LAST_OF_GENERATION, type PicturePlace } from '../../search/index.ts'

/** Names a search by what it asks for. */
export function markOf({
  cursor: _cursor,
  limit: _limit,
  baseUrl: _baseUrl,
  ...asked
}: object & { cursor?: unknown; limit?: unknown; baseUrl?: unknown }): string {
  const sorted = Object.entries(asked).sort(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 12)
}

/**
 * Where a page ended, as a text that callers send back unread. What a caller may see is decided by the search itself each time; the mark keeps a cursor from
 * being used, by mistake, with another search.
 */
export function writePlace(mark: string, { createdAtMs, generationId, idx, imageId }: PicturePlace): string {
  return Buffer.from(JSON.stringify([mark, createdAtMs, generationId, idx, imageId])).toString('base64url')
}

/** Reads it back. @throws Failure `invalid_value` for one that `writePlace` did not make for this search */
export function readPlace(mark: string, cursor: string): PicturePlace {
  const [ofSearch, createdAtMs, generationId, idx, imageId] = decoded(cursor)
  if (
    ofSearch === mark &&
    isUpTo(Number.MAX_SAFE_INTEGER, createdAtMs) &&
    isUpTo(LAST_OF_GENERATION.idx, idx) &&
    isGeneration(generationId) &&
    isImage(imageId)
  )
    return { createdAtMs, generationId, idx, imageId }
  throw failure('invalid_value', {
    param: 'cursor',
    message:
      'The cursor is not one of this search. Nothing was charged; send the next_cursor of its last page with the same words and filters, or none.',
  })
}

const isUpTo = (most: number, value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most
const isGeneration = (value: unknown): value is string => typeof value === 'string' && isId('gen', value)
const isImage = (value: unknown): value is string =>
  typeof value === 'string' && (isId('img', value) || value === LAST_OF_GENERATION.imageId)

function decoded(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
