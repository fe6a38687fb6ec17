import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { findSecretKinds } from './secrets.ts'
import { type RecordedRequest, recordedOperation, type Traffic } from './traffic.ts'

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')
const list = (value: JsonValue | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : [])
const object = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {})

/** Longer values of a body are pictures or prompts. */
const FIELD_LENGTH = 100

/**
 * Adds the image requests of an HTTP archive (HAR 1.2) to the traffic.
 * @returns what was wrong with the file, or null.
 */
export function readHar(content: string, traffic: Traffic): string | null {
  let archive: JsonValue
  try {
    archive = JSON.parse(content)
  } catch {
    return 'not read: no JSON'
  }
  const log = object(archive)['log']
  if (!isJsonObject(log) || !Array.isArray(log['entries'])) return 'not read: JSON, but no HTTP archive'
  for (const [index, entry] of list(log['entries']).entries()) addEntry(entry, index + 1, traffic)
  return null
}

function addEntry(entry: JsonObject, line: number, traffic: Traffic): void {
  const request = object(entry['request'])
  const response = object(entry['response'])
  const address = text(request['url'])
  const body = object(request['postData'])
  const operation = recordedOperation(address, text(body['text']).slice(0, 100_000))
  if (operation === null) return
  const headers = list(request['headers'])
  const status = response['status']
  const recorded: RecordedRequest = {
    line,
    address,
    fields: fieldsOf(body),
    headerNames: [...headers.map((header) => text(header['name'])), ...cookieNames(request, headers)],
    status: typeof status === 'number' ? status : null,
    output: outputOf(text(object(response['content'])['text'])),
    isRetry: headers.some((header) => /^x-stainless-retry-count$/i.test(text(header['name'])) && Number(text(header['value'])) > 0),
    secrets: findSecretKinds(headers.map((header) => `${text(header['name'])}: ${text(header['value'])}`).join('\n')),
  }
  traffic.add(recorded, operation)
}

function cookieNames(request: JsonObject, headers: readonly JsonObject[]): string[] {
  const listed = list(request['cookies']).map((cookie) => text(cookie['name']))
  const header = headers.find(({ name }) => /^cookie$/i.test(text(name)))
  return [
    ...listed,
    ...text(header?.['value'])
      .split(';')
      .map((pair) => pair.split('=')[0]!.trim()),
  ]
}

/** The short fields of a JSON or form body. */
export function fieldsOf(body: JsonObject): Record<string, string> {
  const params = list(body['params']).map((param): [string, JsonValue] => [text(param['name']), param['value'] ?? null])
  return shortFields(params.length > 0 ? Object.fromEntries(params) : bodyJson(text(body['text'])))
}

function bodyJson(source: string): JsonObject {
  try {
    return object(JSON.parse(source))
  } catch {
    return multipartFields(source)
  }
}

function multipartFields(source: string): JsonObject {
  return Object.fromEntries(
    [...source.slice(0, 100_000).matchAll(/name="(\w+)"\r?\n\r?\n([^\r\n]{1,100})\r?\n/g)].map((match) => [match[1]!, match[2]!]),
  )
}

/** Fields of a JSON object that are short texts, numbers or booleans. The prompt is none of ours. */
export function shortFields(source: JsonObject): Record<string, string> {
  const short = Object.entries(source).filter(
    ([name, value]) => name !== 'prompt' && ['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= FIELD_LENGTH,
  )
  return Object.fromEntries(short.map(([name, value]) => [name, String(value)]))
}

function outputOf(content: string): RecordedRequest['output'] {
  const head = content.slice(0, 10_000)
  const hasUrl = /"url"\s*:/.test(head)
  if (/"(?:b64_json|partial_image_b64)"\s*:/.test(head)) return hasUrl ? 'both' : 'base64'
  return hasUrl ? 'url' : 'unknown'
}
