import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { shortFields } from './read-har.ts'
import { findSecretKinds } from './secrets.ts'
import { recordedOperation, type Traffic } from './traffic.ts'

const interesting = /\/images\/|gpt-image|dall-e|backend-(?:api|anon)|chat\/completions|image_generation|api\/auth\/session/i
const requestForm = /"?(?:POST|PUT|GET)\s+(https?:\/\/[^\s"]+|\/[^\s"]+)(?:\s+HTTP\/[\d.]+)?"?\s*(\d{3})?/
/** An address in a JSON line that is cut or broken. */
const cutForm = /"(?:url|uri|path|endpoint|request_uri)"\s*:\s*"([^"]{1,2000})"()/
const addressKeys = ['url', 'uri', 'endpoint', 'path', 'request_path', 'request_uri', 'target', 'href'] as const
const hostKeys = ['host', 'hostname', 'upstream', 'base_url', 'baseURL'] as const
const statusKeys = ['status', 'status_code', 'statusCode', 'http_status'] as const
const NESTING = 4

/** Adds one line of a log to the traffic when it tells of an image request: JSON, or an access log in the common forms. Never throws. */
export function readLogLine(text: string, line: number, traffic: Traffic): void {
  if (!interesting.test(text)) return
  const json = text.trimStart().startsWith('{') ? parse(text) : null
  if (json) addJson(json, text, line, traffic)
  else addAccess(text, line, traffic)
}

function parse(text: string): JsonObject | null {
  try {
    const value: JsonValue = JSON.parse(text)
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}

function addJson(json: JsonObject, source: string, line: number, traffic: Traffic): void {
  const values = flatten(json)
  const pick = (keys: readonly string[]) => keys.map((key) => values.get(key)).find((value) => value !== undefined && value !== '')
  const path = pick(addressKeys) ?? requestForm.exec(source)?.[1]
  if (path === undefined) return
  const host = path.startsWith('/') ? pick(hostKeys) : undefined
  const address = host === undefined ? path : `${/^[a-z]+:\/\//i.test(host) ? '' : 'https://'}${host.replace(/\/+$/, '')}${path}`
  const operation = recordedOperation(address, source)
  if (operation === null) return
  const status = Number(pick(statusKeys))
  traffic.add(
    {
      line,
      address,
      fields: shortFields(Object.fromEntries(values)),
      headerNames: [...values.keys()],
      status: Number.isInteger(status) && status > 0 ? status : null,
      output: 'unknown',
      isRetry: Number(values.get('x-stainless-retry-count') ?? 0) > 0,
      secrets: findSecretKinds(source),
    },
    operation,
  )
}

/** The scalars of an object and of those inside it, by their last key; the outermost one of a name wins. */
function flatten(json: JsonObject): Map<string, string> {
  const found = new Map<string, string>()
  let level: JsonObject[] = [json]
  for (let depth = 0; depth < NESTING && level.length > 0; depth++) {
    const next: JsonObject[] = []
    for (const [key, value] of level.flatMap((object) => Object.entries(object))) {
      if (isJsonObject(value)) next.push(value)
      else if (value !== null && !Array.isArray(value) && !found.has(key)) found.set(key, String(value))
    }
    level = next
  }
  return found
}

function addAccess(text: string, line: number, traffic: Traffic): void {
  const match = requestForm.exec(text) ?? cutForm.exec(text)
  if (!match) return
  const operation = recordedOperation(match[1]!, text)
  if (operation === null) return
  const model = /\bmodel"?\s*[=:]\s*"?([\w.-]+)/.exec(text)?.[1]
  const status = match[2] === undefined || match[2] === '' ? null : Number(match[2])
  const fields: Record<string, string> = model === undefined ? {} : { model }
  traffic.add(
    { line, address: match[1]!, fields, headerNames: [], status, output: 'unknown', isRetry: false, secrets: findSecretKinds(text) },
    operation,
  )
}
