import type { InvoiceLine } from '../billing/invoice.ts'
import type { Call } from '../call.ts'
import { invalidRequest } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendJson } from '../scripted-answer.ts'

/** Seconds of a bucket, buckets a page unless asked, and at most (openai 7.55.0 types). */
const widths = {
  '1m': { seconds: 60, usual: 60, most: 1440 },
  '1h': { seconds: 3_600, usual: 24, most: 168 },
  '1d': { seconds: 86_400, usual: 7, most: 31 },
} as const

const sources = { generate: 'image.generation', edit: 'image.edit' } as const
/** The sandbox takes any key and tells none from another. */
const API_KEY_ID = 'key_sandbox'

/** What calls can be grouped by. */
const facts = {
  project_id: () => 'proj_sandbox',
  user_id: () => 'user-sandbox',
  api_key_id: () => API_KEY_ID,
  model: (line: InvoiceLine) => line.model,
  size: (line: InvoiceLine) => line.size,
  source: (line: InvoiceLine) => sources[line.operation as keyof typeof sources],
} as const

type Fact = keyof typeof facts

/** `GET /v1/organization/usage/images`: the invoice's image calls, counted in buckets. Calls of the Responses API are not among them. */
export async function imageUsage(call: Call, { invoice, settings }: SandboxState): Promise<void> {
  const asked = askedOf(call)
  const width = widths[(asked.get('bucket_width') ?? '1d') as keyof typeof widths]
  if (!width) throw invalidRequest("Invalid 'bucket_width': expected one of 1m, 1h, 1d.", 'invalid_value')
  const groups = asked.getAll('group_by[]')
  const stray = groups.find((group) => !Object.hasOwn(facts, group))
  const page = pageOf(asked, width, settings.clock.nowMs())
  if (stray !== undefined) throw invalidRequest(`Invalid 'group_by': '${stray.slice(0, 100)}'.`, 'invalid_value')
  const lines = invoice
    .lines()
    .filter((line) => line.book === 'image_api' && Object.hasOwn(sources, line.operation) && isAsked(line, asked))
  await sendBuckets(call, page, width.seconds, lines, (own) => counted(own, groups as Fact[]))
}

/** `GET /v1/organization/costs`: the whole invoice by days, both books, what stands on it in dollars. */
export async function costs(call: Call, { invoice, settings }: SandboxState): Promise<void> {
  const asked = askedOf(call)
  const width = { ...widths['1d'], most: 180 }
  const wanted = asked.getAll('api_key_ids[]')
  const lines = wanted.length === 0 || wanted.includes(API_KEY_ID) ? invoice.lines() : []
  await sendBuckets(call, pageOf(asked, width, settings.clock.nowMs()), width.seconds, lines, billed)
}

const askedOf = (call: Call) => new URL(call.request.url ?? '/', 'http://sandbox').searchParams

/** The buckets of one page by the seconds they begin at, and where the next page begins. */
interface Page {
  starts: number[]
  next: number | null
}

/** @throws Refusal for a span that cannot be read */
function pageOf(asked: URLSearchParams, width: { seconds: number; usual: number; most: number }, nowMs: number): Page {
  const { seconds } = width
  const startS = secondsOf(asked, 'start_time')
  if (startS === null) throw invalidRequest("Missing required parameter: 'start_time'.", 'missing_required_parameter')
  const endS = secondsOf(asked, 'end_time') ?? Math.floor(nowMs / 1000) + 1
  const limit = limitOf(asked.get('limit'), width)
  const first = Math.floor((secondsOf(asked, 'page') ?? startS) / seconds) * seconds
  const starts = Array.from({ length: Math.max(0, Math.ceil((endS - first) / seconds)) }, (_, index) => first + index * seconds)
  return { starts: starts.slice(0, limit), next: starts[limit] ?? null }
}

/** Sends a page of buckets, each with what is made of the lines that fall into it. */
async function sendBuckets(
  call: Call,
  { starts, next }: Page,
  seconds: number,
  lines: readonly InvoiceLine[],
  resultsOf: (own: readonly InvoiceLine[]) => object[],
): Promise<void> {
  const data = starts.map((start) => {
    const own = lines.filter(({ at }) => Date.parse(at) >= start * 1000 && Date.parse(at) < (start + seconds) * 1000)
    return { object: 'bucket', start_time: start, end_time: start + seconds, results: resultsOf(own) }
  })
  await sendJson(call, 200, { object: 'page', data, has_more: next !== null, next_page: next === null ? null : String(next) })
}

function billed(own: readonly InvoiceLine[]) {
  const nanos = own.reduce((sum, line) => sum + BigInt(line.nanos), 0n)
  if (nanos === 0n) return []
  const ungrouped = { line_item: null, project_id: null, api_key_id: null }
  return [{ object: 'organization.costs.result', amount: { value: Number(nanos) / 1e9, currency: 'usd' }, ...ungrouped }]
}

function isAsked(line: InvoiceLine, asked: URLSearchParams): boolean {
  const filters = { 'api_key_ids[]': 'api_key_id', 'models[]': 'model', 'sizes[]': 'size', 'sources[]': 'source' } as const
  return Object.entries(filters).every(([name, fact]) => {
    const wanted = asked.getAll(name)
    return wanted.length === 0 || wanted.includes(facts[fact](line) ?? '')
  })
}

function counted(lines: readonly InvoiceLine[], groups: readonly Fact[]) {
  const keyOf = (line: InvoiceLine) => JSON.stringify(groups.map((group) => facts[group](line)))
  return [...Map.groupBy(lines, keyOf).values()].map((own) => ({
    object: 'organization.usage.images.result',
    images: own.reduce((sum, { n }) => sum + n, 0),
    num_model_requests: own.length,
    ...Object.fromEntries((Object.keys(facts) as Fact[]).map((fact) => [fact, groups.includes(fact) ? facts[fact](own[0]!) : null])),
  }))
}

function secondsOf(asked: URLSearchParams, name: string): number | null {
  const text = asked.get(name)
  if (text === null) return null
  if (!/^\d{1,12}$/.test(text)) throw invalidRequest(`Invalid '${name}': expected Unix seconds.`, 'invalid_value')
  return Number(text)
}

function limitOf(text: string | null, { usual, most }: { usual: number; most: number }): number {
  const limit = text === null ? usual : Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw invalidRequest(`Invalid 'limit': expected 1 to ${most}.`, 'invalid_value')
  return limit
}
