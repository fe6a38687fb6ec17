import { readFile } from 'node:fs/promises'
import { bulkLimits } from '../contract/bulk-request.ts'
import { readBulkLines, readBulkObject, readBulkTable, readBulkTemplate } from '../contract/bulk-rows.ts'
import { failure } from '../contract/failure.ts'
import { rowAsBody } from '../contract/fill-template.ts'
import { takeBulkForm } from '../flows/index.ts'
import type { JsonObject } from '../primitives/json.ts'
import { bodySource } from './coming-edit.ts'
import type { KnownContext } from './http-route.ts'

/** A bulk as it came: its settings, its template, and its items, none of which was judged. */
export interface ReadBulk {
  settings: JsonObject
  template: JsonObject | null
  rows: JsonObject[]
}

/**
 * Reads the body of a bulk: JSON with `items`, lines of JSON, a table, or a form with either as a file and the template as a field. What a body
 * of lines or a table cannot say is said in the query.
 * @throws Failure `invalid_bulk`, `unsupported_media_type`, `body_too_large`, `invalid_encoding`
 */
export async function readBulk(context: KnownContext): Promise<ReadBulk> {
  const { request } = context
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (type === 'multipart/form-data') return readForm(context)
  const bytes = await readAll(context)
  const settings = { ...(request.query as JsonObject) }
  switch (type) {
    case 'application/json':
      return fromJson(bytes)
    case 'application/x-ndjson':
    case 'application/jsonl':
    case 'application/jsonlines':
      return { settings, template: null, rows: readBulkLines(bytes) }
    case 'text/csv':
      return { settings, template: null, rows: readBulkTable(bytes).map(rowAsBody) }
    default:
      throw failure('unsupported_media_type', {
        message:
          'A bulk comes as application/json, application/x-ndjson, text/csv or multipart/form-data. Nothing was queued or charged; name one of them.',
      })
  }
}

async function readAll({ request }: KnownContext): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of bodySource(request).body as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > bulkLimits.bytes) throw failure('body_too_large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

async function readForm(context: KnownContext): Promise<ReadBulk> {
  const { parts, request, requestId } = context
  await using form = await takeBulkForm(parts, { requestId, source: bodySource(request) })
  const { template: text, ...settings } = form.fields
  const template = text === undefined ? null : readBulkTemplate(Buffer.from(text))
  const bytes = await readFile(form.path)
  if (/^\s*\{/.test(bytes.subarray(0, 1024).toString('utf8'))) return { settings, template, rows: readBulkLines(bytes) }
  const rows = readBulkTable(bytes)
  return { settings, template, rows: template === null ? rows.map(rowAsBody) : rows }
}

function fromJson(bytes: Buffer): ReadBulk {
  const { items: rows, template, settings } = readBulkObject(bytes)
  return { settings, template, rows }
}
