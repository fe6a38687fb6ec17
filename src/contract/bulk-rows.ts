import { parse } from 'csv-parse/sync'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'
import { bulkLimits } from './bulk-request.ts'
import { Failure, failure } from './failure.ts'
import { jsonBodyLimitBytes, parseStrictJson } from './strict-json.ts'

/** A bulk as one JSON object: its items and its template, none of which was judged, and what else stands beside them. */
export interface BulkObject {
  items: JsonObject[]
  template: JsonObject | null
  settings: JsonObject
}

/** Reads a bulk that is one JSON object with `items`. @throws Failure `invalid_bulk`, `invalid_json`, `invalid_body` and whatever else strict reading finds */
export function readBulkObject(bytes: Uint8Array): BulkObject {
  const { items, template, ...settings } = parsedJson(bytes)
  if (!Array.isArray(items) || !items.every(isJsonObject)) throw invalidBulk('items', "'items' must be a list of objects.")
  if (template !== undefined && !isJsonObject(template)) throw invalidBulk('template', "'template' must be an object.")
  return { items, template: template ?? null, settings }
}

/** Reads the template of a bulk. @throws Failure `invalid_bulk` */
export function readBulkTemplate(bytes: Uint8Array): JsonObject {
  const template = parseStrictJson(bytes)
  if (template instanceof Failure) throw invalidBulk('template', "'template' is not one JSON object.")
  return template
}

/** Reads lines of JSON, one object each; empty lines are none. @throws Failure `invalid_bulk` naming the line, `invalid_encoding` */
export function readBulkLines(bytes: Uint8Array): JsonObject[] {
  const rows: JsonObject[] = []
  let number = 0
  for (const line of decoded(bytes).split('\n')) {
    number += 1
    if (line.trim() === '') continue
    const row = parseStrictJson(Buffer.from(line))
    if (row instanceof Failure) throw invalidBulk(`line ${number}`, `Line ${number} is not one JSON object: ${row.message}`)
    rows.push(row)
    if (rows.length > bulkLimits.items) break
  }
  return rows
}

/** Reads a table whose first line names its columns. @throws Failure `invalid_bulk`, `invalid_encoding` */
export function readBulkTable(bytes: Uint8Array): Record<string, string>[] {
  decoded(bytes)
  try {
    return parse(Buffer.from(bytes), {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      to: bulkLimits.items + 1,
      max_record_size: jsonBodyLimitBytes,
    })
  } catch (error) {
    const { message } = error as Error
    throw invalidBulk('table', `The table cannot be read: ${message}.`)
  }
}

/** Larger than any other JSON body: strictly read up to its usual bound, and as JSON beyond it. */
function parsedJson(bytes: Uint8Array): JsonObject {
  if (bytes.length <= jsonBodyLimitBytes) return strictObject(bytes)
  let value: unknown
  try {
    value = JSON.parse(decoded(bytes))
  } catch {
    throw failure('invalid_json')
  }
  if (!isJsonObject(value)) throw failure('invalid_body')
  return value
}

function strictObject(bytes: Uint8Array): JsonObject {
  const body = parseStrictJson(bytes)
  if (body instanceof Failure) throw body
  return body
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw failure('invalid_encoding')
  }
}

const invalidBulk = (param: string, what: string) =>
  failure('invalid_bulk', { param, message: `${what} Nothing was queued or charged; correct it and send the bulk again.` })
