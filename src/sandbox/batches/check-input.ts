import { setImmediate as nextTurn } from 'node:timers/promises'
import { Failure } from '../../contract/failure.ts'
import { parseStrictJson } from '../../contract/strict-json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import { type DataUrl, takeDataUrls } from '../intake/take-data-urls.ts'
import type { SandboxState } from '../sandbox-state.ts'
import type { BatchError } from './batch-object.ts'
import { linesOf } from './input-file.ts'

/** The endpoints whose lines are made here. */
export type BatchEndpoint = '/v1/images/generations' | '/v1/images/edits'

/** A line that was accepted; its body is read again when it is made. */
export interface BatchLine {
  customId: string
  bytes: Buffer
}

/** What an input file holds, or everything that is wrong with it. */
export type CheckedInput = { lines: BatchLine[]; model: string } | { errors: BatchError[] }

/** Lines that are checked before others get a turn. */
const LINES_A_TURN = 256

/** Members a request cannot do without, in the order they are missed. */
const required: Record<BatchEndpoint, readonly string[]> = {
  '/v1/images/generations': ['model', 'prompt'],
  '/v1/images/edits': ['model', 'images', 'prompt'],
}

/**
 * What upstream checks before it runs a batch, with its words (reported by live runs of 2025 and 2026 for other endpoints): one wrong line
 * fails the whole. What else a body holds is judged when the line is made.
 */
export async function checkInput(file: Buffer, endpoint: BatchEndpoint, sandbox: SandboxState): Promise<CheckedInput> {
  const { batchLimits } = sandbox.settings
  if (file.length > batchLimits.bytes) return { errors: [tooLarge(batchLimits.bytes)] }
  const errors: BatchError[] = []
  const lines: BatchLine[] = []
  const seen = new Set<string>()
  let model: string | null = null
  for (const { number, bytes } of linesOf(file)) {
    if (lines.length % LINES_A_TURN === 0) await nextTurn()
    if (lines.length === batchLimits.requests) return { errors: [tooMany(batchLimits.requests)] }
    const checked = checkLine(bytes, { endpoint, seen, model }, sandbox)
    if ('code' in checked) errors.push({ ...checked, line: number })
    else {
      lines.push({ customId: checked.customId, bytes })
      seen.add(checked.customId)
      model ??= checked.model
    }
  }
  if (errors.length > 0) return { errors }
  return model === null ? { errors: [emptyFile] } : { lines, model }
}

/** A line as JSON; its data URLs stand apart. Null when it is none. */
export function readLine(bytes: Buffer): { line: JsonObject; urls: readonly DataUrl[] } | null {
  const { text, urls } = takeDataUrls(bytes)
  const line = parseStrictJson(text)
  return line instanceof Failure ? null : { line, urls }
}

type LineError = Omit<BatchError, 'line'>

function checkLine(
  bytes: Buffer,
  { endpoint, seen, model }: { endpoint: BatchEndpoint; seen: ReadonlySet<string>; model: string | null },
  { settings }: SandboxState,
): LineError | { customId: string; model: string } {
  const line = readLine(bytes)?.line
  if (!line) return { code: 'invalid_json_line', message: 'This line is not parseable as valid JSON.', param: null }
  const { custom_id: customId, method, url, body } = line
  const lacking = ['custom_id', 'method', 'url', 'body'].find((name) => line[name] === undefined)
  if (lacking !== undefined) return missing(lacking)
  if (typeof customId !== 'string' || customId === '') return wrong('custom_id', 'Custom_id must be a string.')
  if (seen.has(customId)) return duplicate(customId)
  if (method !== 'POST') return wrong('method', "Method must be 'POST'.")
  if (url !== endpoint)
    return { code: 'invalid_url', message: 'The URL provided for this request does not match the batch endpoint.', param: 'url' }
  if (!isJsonObject(body)) return wrong('body', 'Body must be a JSON dictionary object.')
  const lackingInBody = required[endpoint].find((name) => body[name] === undefined)
  if (lackingInBody !== undefined) return { ...missing(lackingInBody), param: `body.${lackingInBody}` }
  if (body['stream'] === true) return streaming
  return (
    checkModel(body['model']!, model, (id) => settings.catalogue.find(id, settings.clock.nowMs())?.retired === false) ?? {
      customId,
      model: String(body['model']),
    }
  )
}

function checkModel(asked: JsonValue, ofOthers: string | null, isServed: (id: string) => boolean): LineError | null {
  const id = typeof asked === 'string' ? asked : JSON.stringify(asked)
  const shown = id.slice(0, 100)
  const param = 'body.model'
  if (!isServed(id)) return { code: 'model_not_found', message: `The provided model '${shown}' is not supported by the Batch API.`, param }
  if (ofOthers === null || ofOthers === id) return null
  const message = `The model '${shown}' for this request does not match the rest of the batch. Each batch must contain requests for a single model.`
  return { code: 'mismatched_model', message, param }
}

function missing(param: string): LineError {
  return { code: 'missing_required_parameter', message: `Missing required parameter: '${param}'.`, param }
}

function wrong(param: string, message: string): LineError {
  return { code: 'invalid_request', message, param }
}

function duplicate(customId: string): LineError {
  const message =
    `The custom_id '${customId.slice(0, 100)}' for this request is a duplicate of another request. ` +
    'The custom_id parameter must be unique for each request in a batch.'
  return { code: 'duplicate_custom_id', message, param: 'custom_id' }
}

const streaming: LineError = {
  code: 'streaming_unsupported',
  message: 'Images: Streaming is not supported in the Batch API.',
  param: 'body.stream',
}

const emptyFile: BatchError = {
  code: 'empty_file',
  message: 'The input file is empty. Please ensure that your batch contains at least one request.',
  param: null,
  line: null,
}

/** Upstream's words name the model; its code for these two is not known. */
function tooLarge(bytes: number): BatchError {
  const message = `The batch input file is larger than the ${bytes} maximum. Please try again with a smaller batch.`
  return { code: 'invalid_request', message, param: null, line: null }
}

function tooMany(requests: number): BatchError {
  const message = `The batch contains more than ${requests} requests. Please try again with a smaller batch.`
  return { code: 'invalid_request', message, param: null, line: null }
}
