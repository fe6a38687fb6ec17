import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { bulkLimits } from '../contract/bulk-request.ts'
import { Failure, failure } from '../contract/failure.ts'
import { rowAsBody } from '../contract/fill-template.ts'
import { parseStrictJson } from '../contract/strict-json.ts'
import { takeBulkForm } from '../flows/index.ts'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'
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
      return { settings, template: null, rows: readLines(bytes) }
    case 'text/csv':
      return { settings, template: null, rows: readTable(bytes).map(rowAsBody) }
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
  const template = text === undefined ? null : strictObject(Buffer.from(text), 'template')
  const bytes = await readFile(form.path)
  if (/^\s*\{/.test(bytes.subarray(0, 1024).toString('utf8'))) return { settings, template, rows: readLines(bytes) }
  const rows = readTable(bytes)
  return { settings, template, rows: template === null ? rows.map(rowAsBody) : rows }
}

function fromJson(bytes: Buffer): ReadBulk {
  const { items, template, ...settings } = parsedJson(bytes)
  if (!Array.isArray(items) || !items.every(isJsonObject)) throw invalid('items', "'items' must be a list of objects.")
  if (template !== undefined && !isJsonObject(template)) throw invalid('template', "'template' must be an object.")
  return { settings, template: template ?? null, rows: items }
}

/** Larger than any other JSON body: strictly read up to its usual bound, and as JSON beyond it. */
function parsedJson(bytes: Buffer): JsonObject {
  if (bytes.length <= 1_048_576) return strictObject(bytes, null)
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (isJsonObject(value as JsonObject)) return value as JsonObject
  } catch {
    throw failure('invalid_json')
  }
  throw failure('invalid_body')
}

function strictObject(bytes: Buffer, param: string | null): JsonObject {
  const body = parseStrictJson(bytes)
  if (!(body instanceof Failure)) return body
  throw param === null ? body : invalid(param, `'${param}' is not one JSON object.`)
}

function readLines(bytes: Buffer): JsonObject[] {
  const rows: JsonObject[] = []
  let number = 0
  for (const line of decoded(bytes).split('\n')) {
    number += 1
    if (line.trim() === '') continue
    const row = parseStrictJson(Buffer.from(line))
    if (row instanceof Failure) throw invalid(`line ${number}`, `Line ${number} is not one JSON object: ${row.message}`)
    rows.push(row)
    if (rows.length > bulkLimits.items) break
  }
  return rows
}

function readTable(bytes: Buffer): Record<string, string>[] {
  decoded(bytes)
  try {
    return parse(bytes, {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      to: bulkLimits.items + 1,
      max_record_size: 1_048_576,
    })
  } catch (error) {
    const { message } = error as Error
    throw invalid('table', `The table cannot be read: ${message}.`)
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw failure('invalid_encoding')
  }
}

const invalid = (param: string, what: string) =>
  failure('invalid_bulk', { param, message: `${what} Nothing was queued or charged; correct it and send the bulk again.` })
