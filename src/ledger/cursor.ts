import { createHash } from 'node:crypto'
import { failure } from '../contract/failure.ts'
import type { JsonValue } from '../primitives/json.ts'

const LONGEST = 2_000

/**
 * Where a page of a report ended, as a text callers send back unread. It holds a position and nothing else: what a caller may see is
 * decided by the query itself each time, so a forged cursor can only begin elsewhere in what its sender may see anyhow.
 * The mark of the query keeps a cursor from being used, by mistake, with other dates or groups.
 */
export function writeCursor(query: JsonValue, position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([markOf(query), ...position])).toString('base64url')
}

/**
 * Reads a cursor of the same query back into its position.
 * @param types what each part of the position must be
 * @throws `Failure('invalid_value')` for parameter `cursor` when it is not one that `writeCursor` made for this query.
 */
export function readCursor(query: JsonValue, cursor: string, types: readonly ('string' | 'number')[]): (string | number)[] {
  const [mark, ...position] = decode(cursor)
  const fits = position.length === types.length && position.every((part, index) => isPosition(part, types[index]!))
  if (mark !== markOf(query) || !fits) throw invalidCursor()
  return position as (string | number)[]
}

function decode(cursor: string): unknown[] {
  try {
    const bytes = Buffer.from(cursor.slice(0, LONGEST), 'base64url')
    // Node skips what is not base64; a cursor that does not come out as it went in was not written here.
    if (bytes.toString('base64url') !== cursor) throw invalidCursor()
    const decoded: unknown = JSON.parse(bytes.toString('utf8'))
    return Array.isArray(decoded) ? decoded : []
  } catch {
    throw invalidCursor()
  }
}

const isPosition = (part: unknown, type: 'string' | 'number') => (type === 'string' ? typeof part === 'string' : Number.isSafeInteger(part))

const markOf = (query: JsonValue) => createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 16)

function invalidCursor() {
  return failure('invalid_value', {
    param: 'cursor',
    message:
      'The cursor is not one of this report. Nothing was charged; send the next_cursor of its last page with the same filters, or none.',
  })
}
