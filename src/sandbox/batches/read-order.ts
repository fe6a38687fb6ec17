import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import { invalidRequest, type Refusal } from '../refusal.ts'
import type { BatchEndpoint } from './check-input.ts'

/** What a batch is asked for. */
export interface AskedBatch {
  inputFileId: string
  endpoint: BatchEndpoint
  completionWindow: '24h'
  metadata: JsonObject | null
  outputLifetimeMs: number
}

const served: readonly string[] = ['/v1/images/generations', '/v1/images/edits']
/** All endpoints that upstream takes (openai 7.55.0 types). */
const endpoints: readonly string[] = [
  '/v1/responses',
  '/v1/chat/completions',
  '/v1/embeddings',
  '/v1/completions',
  '/v1/moderations',
  ...served,
  '/v1/videos',
]
const members = ['input_file_id', 'endpoint', 'completion_window', 'metadata', 'output_expires_after']
/** Seconds an output file may be asked to live, the longest being what it lives anyway (openai 7.55.0 types). */
const LIFETIME_SECONDS = { shortest: 3_600, longest: 2_592_000 }
/** (openai 7.55.0 types) */
const METADATA = { pairs: 16, key: 64, value: 512 }

/**
 * Reads the body of `POST /v1/batches`. Whether the file is there is not looked at: upstream finds that out later, and fails the batch.
 * @throws Refusal 400, and 501 for an endpoint whose batches are not emulated
 */
export function readBatchOrder(body: JsonObject): AskedBatch {
  const stray = Object.keys(body).find((name) => !members.includes(name))
  if (stray !== undefined) throw unknownParameter(stray.slice(0, 100))
  const inputFileId = text(body, 'input_file_id')
  const endpoint = oneOf(body, 'endpoint', endpoints)
  const completionWindow = oneOf(body, 'completion_window', ['24h']) as '24h'
  const metadata = readMetadata(body['metadata'] ?? null)
  const outputLifetimeMs = readLifetime(body['output_expires_after'] ?? null)
  if (!served.includes(endpoint)) throw notServed(endpoint)
  return { inputFileId, endpoint: endpoint as BatchEndpoint, completionWindow, metadata, outputLifetimeMs }
}

function text(body: JsonObject, param: string): string {
  const value = body[param]
  if (value === undefined) throw invalidRequest(`Missing required parameter: '${param}'.`, 'missing_required_parameter', { param })
  if (typeof value !== 'string') throw wrongType(param, 'a string', value)
  return value
}

function oneOf(body: JsonObject, param: string, known: readonly string[]): string {
  const value = text(body, param)
  if (known.includes(value)) return value
  const quoted = known.map((each) => `'${each}'`)
  const list = quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}` : quoted[0]
  throw invalidRequest(`Invalid value: '${value.slice(0, 100)}'. Supported values are: ${list}.`, 'invalid_value', { param })
}

function readMetadata(metadata: JsonValue): JsonObject | null {
  if (metadata === null) return null
  if (!isJsonObject(metadata)) throw wrongType('metadata', 'an object', metadata)
  const pairs = Object.entries(metadata)
  if (pairs.length > METADATA.pairs) {
    const message = `Invalid 'metadata': too many properties. Expected an object with at most ${METADATA.pairs} properties, but got an object with ${pairs.length} properties instead.`
    throw invalidRequest(message, 'object_above_max_properties', { param: 'metadata' })
  }
  for (const [key, value] of pairs) {
    const param = `metadata.${key.slice(0, 100)}`
    if (key.length > METADATA.key) throw tooLong(param, METADATA.key, key, 'property_name_above_max_length')
    if (typeof value !== 'string') throw wrongType(param, 'a string', value)
    if (value.length > METADATA.value) throw tooLong(param, METADATA.value, value, 'string_above_max_length')
  }
  return metadata
}

function readLifetime(policy: JsonValue): number {
  if (policy === null) return LIFETIME_SECONDS.longest * 1000
  const param = 'output_expires_after'
  if (!isJsonObject(policy)) throw wrongType(param, 'an object', policy)
  if (policy['anchor'] !== 'created_at')
    throw invalidRequest("Supported values are: 'created_at'.", 'invalid_value', { param: `${param}.anchor` })
  const seconds = policy['seconds']
  const { shortest, longest } = LIFETIME_SECONDS
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= shortest && seconds <= longest) return seconds * 1000
  const message = `Expected a whole number of seconds from ${shortest} to ${longest}.`
  throw invalidRequest(message, 'invalid_value', { param: `${param}.seconds` })
}

function wrongType(param: string, expected: string, value: JsonValue): Refusal {
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
  return invalidRequest(`Invalid type for '${param}': expected ${expected}, but got ${found} instead.`, 'invalid_type', { param })
}

function tooLong(param: string, most: number, value: string, code: string): Refusal {
  const message = `Invalid '${param}': string too long. Expected a string with maximum length ${most}, but got a string with length ${value.length} instead.`
  return invalidRequest(message, code, { param })
}

function unknownParameter(param: string): Refusal {
  return invalidRequest(`Unknown parameter: '${param}'.`, 'unknown_parameter', { param })
}

function notServed(endpoint: string): Refusal {
  const message = `The sandbox does not emulate batches of ${endpoint}. Nothing was charged.`
  return invalidRequest(message, 'sandbox_not_emulated', { status: 501, param: 'endpoint' })
}
