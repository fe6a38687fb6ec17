import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { BulkItem } from '../../contract/bulk-request.ts'
import type { BulkObject } from '../../contract/bulk-rows.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { CommandError, UsageError } from '../command.ts'
import { RefusedError } from '../gateway-client.ts'
import { formatBytes } from '../layout.ts'

/** A file of items, read as the gateway reads it. */
export interface BulkFile {
  name: string
  bytes: Buffer
  /** Given on the command line. */
  template: JsonObject | null
  /** Of a file that is one JSON object or list; null for lines and tables, which are sent as they are. */
  object: BulkObject | null
  items: BulkItem[]
}

const kinds: Readonly<Record<string, 'json' | 'lines' | 'table'>> = {
  '.json': 'json',
  '.jsonl': 'lines',
  '.ndjson': 'lines',
  '.csv': 'table',
}

/**
 * Reads a file of items, with a template where one is given as text or as a file, and judges each item as the gateway does when a bulk is submitted.
 * @throws UsageError for a file that is not there or of no known kind; CommandError for one that is too large; RefusedError `invalid_bulk` naming what is wrong
 */
export async function readBulkFile(path: string, template: string | undefined): Promise<BulkFile> {
  const kind = kinds[extname(path).toLowerCase()]
  if (kind === undefined) throw new UsageError(`a bulk is a file that ends in ${Object.keys(kinds).join(', ')}, found '${path}'`)
  const [{ bulkLimits, readBulkItems }, rows, { rowAsBody }, { Failure }] = await Promise.all([
    import('../../contract/bulk-request.ts'),
    // It brings a reader of tables, which would slow every other command down.
    import('../../contract/bulk-rows.ts'),
    import('../../contract/fill-template.ts'),
    import('../../contract/failure.ts'),
  ])
  const bytes = await bytesOf(path, bulkLimits.bytes)
  const given = template === undefined ? null : await templateBytes(template)
  try {
    const ownTemplate = given && rows.readBulkTemplate(given)
    const object = kind === 'json' ? rows.readBulkObject(asObject(bytes)) : null
    if (ownTemplate && object?.template) throw new UsageError(`${path} has a template of its own: leave it out, or leave --template out`)
    const used = ownTemplate ?? object?.template ?? null
    const found =
      object?.items ??
      (kind === 'lines' ? rows.readBulkLines(bytes) : rows.readBulkTable(bytes).map((row) => (used ? row : rowAsBody(row))))
    return { name: basename(path), bytes, template: ownTemplate, object, items: readBulkItems(found, used) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { message, code, param, outcome, nextAction: next_action, extra } = error
    throw new RefusedError(null, { message, code, param, outcome, next_action, docs: `/docs/errors#${code}`, ...extra })
  }
}

/** What tells one file with its template from another. */
export function contentOf({ bytes, template }: BulkFile): string {
  return createHash('sha256').update(bytes).update('\0').update(JSON.stringify(template)).digest('hex')
}

async function bytesOf(path: string, limit: number): Promise<Buffer> {
  const found = await stat(path).catch(() => null)
  if (!found?.isFile()) throw new UsageError(`There is no file '${path}'. The items of a bulk stand in a file: one line or one row each.`)
  if (found.size > limit)
    throw new CommandError(`${path} has ${formatBytes(found.size)}; a bulk has at most ${formatBytes(limit)}. Send it in parts.`)
  return readFile(path)
}

function templateBytes(template: string): Promise<Buffer> {
  if (template.trimStart().startsWith('{')) return Promise.resolve(Buffer.from(template))
  return readFile(template).catch(() => {
    throw new UsageError(`--template expects a file or a JSON object, found '${template}'`)
  })
}

/** A list is the items of a bulk that says nothing else. */
function asObject(bytes: Buffer): Buffer {
  if (!/^\s*\[/.test(bytes.subarray(0, 1024).toString('utf8'))) return bytes
  return Buffer.concat([Buffer.from('{"items":'), bytes, Buffer.from('}')])
}
