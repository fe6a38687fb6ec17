import type { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { JobSetRow } from '../../../db/index.ts'
import { type FoundSetItem, itemsOf } from '../../../jobs/index.ts'
import { csvCell } from '../../../primitives/csv-cell.ts'
import { formatUsd } from '../../../primitives/money.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { type BulkAskedFor, picturesOf, requireBulk } from './show-bulk.ts'

const AT_A_TIME = 500
const columns = ['item', 'custom_id', 'state', 'job_id', 'image_id', 'file', 'sha256', 'cost_usd', 'error_code', 'error_message']

/** The manifest of a bulk, a table with one line for each picture and for each item without one, as it comes. @throws Failure `not_found` */
export async function* bulkManifest(parts: GatewayParts, asked: BulkAskedFor): AsyncGenerator<string> {
  const set = await requireBulk(parts, asked)
  yield `${columns.join(',')}\r\n`
  for await (const item of allItems(parts, set)) yield await linesOf(parts, set, item)
}

/**
 * The pictures of a bulk and its manifest as one zip file, written while it is read: pictures are opened one after the other and not compressed
 * again.
 * @throws Failure `not_found`
 */
export async function bulkArchive(parts: GatewayParts, asked: BulkAskedFor): Promise<Readable> {
  const set = await requireBulk(parts, asked)
  const zip = new ZipFile()
  const output = zip.outputStream as unknown as Readable
  fill(parts, asked, set, zip).catch((error: unknown) => output.destroy(error as Error))
  return output
}

async function fill(parts: GatewayParts, asked: BulkAskedFor, set: JobSetRow, zip: ZipFile): Promise<void> {
  const lines: string[] = []
  for await (const line of bulkManifest(parts, asked)) lines.push(line)
  zip.addBuffer(Buffer.from(lines.join('')), 'manifest.csv')
  for await (const item of allItems(parts, set)) {
    if (item.job_id === null) continue
    for (const { path, file, bytes } of await picturesOf(parts, set, item))
      zip.addReadStreamLazy(file, { compress: false, size: bytes }, (opened) => {
        parts.store.open(path).then(
          (stream) => opened(null, stream as Readable),
          (error: unknown) => opened(error, null as unknown as Readable),
        )
      })
  }
  zip.end()
}

async function* allItems(parts: GatewayParts, set: JobSetRow): AsyncGenerator<FoundSetItem> {
  for (let from = 0; from < set.total; from += AT_A_TIME)
    yield* await itemsOf(parts.database, { setId: set.id, from, limit: Math.min(AT_A_TIME, set.total - from) })
}

async function linesOf(parts: GatewayParts, set: JobSetRow, item: FoundSetItem): Promise<string> {
  const pictures = item.job_id === null ? [] : await picturesOf(parts, set, item)
  const error = item.job_error_json ?? item.error_json
  const { code = '', message = '' } = error === null ? {} : (JSON.parse(error) as { code?: string | null; message?: string })
  const cost = item.settled_nanos === null ? '' : formatUsd(item.settled_nanos)
  const head = [String(item.place + 1), item.label ?? '', item.status ?? item.state, item.job_id ?? '']
  // What the item cost stands on its first line alone, so that a column adds up.
  const rows =
    pictures.length === 0 ? [['', '', '', cost]] : pictures.map(({ id, file, sha256 }, at) => [id, file, sha256, at === 0 ? cost : ''])
  return rows.map((row) => `${[...head, ...row, code ?? '', message].map(csvCell).join(',')}\r\n`).join('')
}
