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
  const { searchParams: asked } = new URL(call.request.url ?? '/', 'http://sandbox')
  const width = widths[(asked.get('bucket_width') ?? '1d') as keyof typeof widths]
  if (!width) throw invalidRequest("Invalid 'bucket_width': expected one of 1m, 1h, 1d.", 'invalid_value')
  const startS = secondsOf(asked, 'start_time')
  if (startS === null) throw invalidRequest("Missing required parameter: 'start_time'.", 'missing_required_parameter')
  const endS = secondsOf(asked, 'end_time') ?? Math.floor(settings.clock.nowMs() / 1000) + 1
  const limit = limitOf(asked.get('limit'), width)
  const groups = asked.getAll('group_by[]')
  const stray = groups.find((group) => !Object.hasOwn(facts, group))
  if (stray !== undefined) throw invalidRequest(`Invalid 'group_by': '${stray.slice(0, 100)}'.`, 'invalid_value')

  const first = Math.floor((secondsOf(asked, 'page') ?? startS) / width.seconds) * width.seconds
  const starts = Array.from({ length: Math.max(0, Math.ceil((endS - first) / width.seconds)) }, (_, index) => first + index * width.seconds)
  const lines = invoice
    .lines()
    .filter((line) => line.book === 'image_api' && Object.hasOwn(sources, line.operation) && isAsked(line, asked))
  const data = starts.slice(0, limit).map((start) => bucket(start, width.seconds, lines, groups as Fact[]))
  const has_more = starts.length > limit
  await sendJson(call, 200, { object: 'page', data, has_more, next_page: has_more ? String(starts[limit]) : null })
}

/** `GET /v1/organization/costs`: the whole invoice by days, both books, what stands on it in dollars. */
export async function costs(call: Call, { invoice, settings }: SandboxState): Promise<void> {
  const { searchParams: asked } = new URL(call.request.url ?? '/', 'http://sandbox')
  const day = widths['1d'].seconds
  const startS = secondsOf(asked, 'start_time')
  if (startS === null) throw invalidRequest("Missing required parameter: 'start_time'.", 'missing_required_parameter')
  const endS = secondsOf(asked, 'end_time') ?? Math.floor(settings.clock.nowMs() / 1000) + 1
  const limit = limitOf(asked.get('limit'), { usual: 7, most: 180 })
  const wanted = asked.getAll('api_key_ids[]')
  const lines = wanted.length === 0 || wanted.includes(API_KEY_ID) ? invoice.lines() : []
  const first = Math.floor((secondsOf(asked, 'page') ?? startS) / day) * day
  const starts = Array.from({ length: Math.max(0, Math.ceil((endS - first) / day)) }, (_, index) => first + index * day)
  const data = starts
    .slice(0, limit)
    .map((start) => ({ object: 'bucket', start_time: start, end_time: start + day, results: billed(start, day, lines) }))
  const has_more = starts.length > limit
  await sendJson(call, 200, { object: 'page', data, has_more, next_page: has_more ? String(starts[limit]) : null })
}

function billed(start: number, seconds: number, lines: readonly InvoiceLine[]) {
  const nanos = within(start, seconds, lines).reduce((sum, line) => sum + BigInt(line.nanos), 0n)
  if (nanos === 0n) return []
  const ungrouped = { line_item: null, project_id: null, api_key_id: null }
  return [{ object: 'organization.costs.result', amount: { value: Number(nanos) / 1e9, currency: 'usd' }, ...ungrouped }]
}

function within(start: number, seconds: number, lines: readonly InvoiceLine[]): InvoiceLine[] {
  return lines.filter(({ at }) => Date.parse(at) >= start * 1000 && Date.parse(at) < (start + seconds) * 1000)
}

function isAsked(line: InvoiceLine, asked: URLSearchParams): boolean {
  const filters = { 'api_key_ids[]': 'api_key_id', 'models[]': 'model', 'sizes[]': 'size', 'sources[]': 'source' } as const
  return Object.entries(filters).every(([name, fact]) => {
    const wanted = asked.getAll(name)
    return wanted.length === 0 || wanted.includes(facts[fact](line) ?? '')
  })
}

function bucket(start: number, seconds: number, lines: readonly InvoiceLine[], groups: readonly Fact[]) {
  const keyOf = (line: InvoiceLine) => JSON.stringify(groups.map((group) => facts[group](line)))
  const results = [...Map.groupBy(within(start, seconds, lines), keyOf).values()].map((own) => ({
    object: 'organization.usage.images.result',
    images: own.reduce((sum, { n }) => sum + n, 0),
    num_model_requests: own.length,
    ...Object.fromEntries((Object.keys(facts) as Fact[]).map((fact) => [fact, groups.includes(fact) ? facts[fact](own[0]!) : null])),
  }))
  return { object: 'bucket', start_time: start, end_time: start + seconds, results }
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
