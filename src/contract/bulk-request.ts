import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { Failure, failure } from './failure.ts'
import { fillTemplate } from './fill-template.ts'
import { type JobRequest, readJobRequest } from './job-request.ts'

/** Largest bulk, in items and in bytes of its body. */
export const bulkLimits = { items: 50_000, bytes: 64 * 1024 * 1024 } as const

/** One item of a bulk, as the call it becomes. */
export interface BulkItem {
  /** What its caller calls it; null = nothing. */
  label: string | null
  operation: JobRequest['operation']
  /** OpenAI's body. */
  body: JsonObject
}

/** What is wrong with one item. */
export interface BulkFault {
  /** Counts from 1. */
  item: number
  code: string | null
  param: string | null
  message: string
}

const SHOWN_FAULTS = 20
const LONGEST_LABEL = 200

/**
 * Reads the items of a bulk. Each is a job in any of its shapes (`request`, `gptImage2Params`), a line of OpenAI's batch files
 * (`{custom_id, body}`), or OpenAI's body itself; with a template, the variables that are filled into it.
 * @throws Failure `invalid_bulk` naming the first items that cannot be used
 */
export function readBulkItems(rows: readonly JsonObject[], template: JsonObject | null): BulkItem[] {
  const { items, faults } = judgeBulkItems(rows, template)
  if (faults.length > 0) throw faulty(faults)
  return items.map(({ label, operation, body }) => ({ label, operation, body }))
}

/**
 * The same, with every item that can be used and what is wrong with each of the others. Items count from 1.
 * @throws Failure `invalid_bulk` for one without items, or with too many
 */
export function judgeBulkItems(
  rows: readonly JsonObject[],
  template: JsonObject | null,
): { items: (BulkItem & { item: number })[]; faults: BulkFault[] } {
  if (rows.length === 0)
    throw failure('invalid_bulk', { message: 'The bulk has no items. Nothing was queued or charged; send at least one.' })
  if (rows.length > bulkLimits.items)
    throw failure('invalid_bulk', {
      message: `The bulk has ${rows.length} items, more than ${bulkLimits.items}. Nothing was queued or charged; send it in parts.`,
    })
  const read = rows.map((row, index) => readItem(row, template, index + 1))
  return {
    items: read.flatMap((entry, index) => ('message' in entry ? [] : [{ ...entry, item: index + 1 }])),
    faults: read.filter((entry): entry is BulkFault => 'message' in entry),
  }
}

function readItem(row: JsonObject, template: JsonObject | null, item: number): BulkItem | BulkFault {
  try {
    const { custom_id, ...rest } = row
    const label = labelOf(custom_id)
    const { operation, body } = asJob(template === null ? rest : fillTemplate(template, row))
    assertNoData(body)
    return { label, operation, body }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { item, code: error.publicCode, param: error.param, message: error.message }
  }
}

function labelOf(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null || value === '') return null
  if ((typeof value === 'string' && value.length <= LONGEST_LABEL) || typeof value === 'number') return String(value)
  throw failure('invalid_value', { param: 'custom_id', message: `custom_id must be a text of at most ${LONGEST_LABEL} characters.` })
}

/** Members that belong to the bulk as a whole. */
const ofBulk = [
  'lane',
  'priority',
  'start_at',
  'deadline',
  'fanout',
  'webhook_url',
  'webhookUrl',
  'webhook_events',
  'webhookEvents',
  'review',
]

function asJob(row: JsonObject): Pick<JobRequest, 'operation' | 'body'> {
  const misplaced = ofBulk.find((name) => Object.hasOwn(row, name))
  if (misplaced !== undefined)
    throw failure('invalid_value', { param: misplaced, message: `'${misplaced}' belongs to the bulk, not to an item.` })
  if (Object.hasOwn(row, 'request') || Object.hasOwn(row, 'gptImage2Params')) return readJobRequest(row)
  const { body, url: _url, method: _method, ...rest } = row
  if (isJsonObject(body)) return readJobRequest({ request: withModel(body) })
  return readJobRequest({ request: withModel(rest) })
}

const withModel = (body: JsonObject): JsonObject => (Object.hasOwn(body, 'model') ? body : { model: 'gpt-image-2', ...body })

/** Pictures of a bulk are fetched when their turn comes; what lies in the body itself would have to be kept meanwhile. */
function assertNoData({ images, mask }: JsonObject): void {
  for (const [param, input] of [
    ...(Array.isArray(images) ? images : []).map((image, index) => [`images[${index}]`, image] as const),
    ['mask', mask] as const,
  ])
    if (isJsonObject(input) && typeof input['image_url'] === 'string' && /^data:/i.test(input['image_url']))
      throw failure('invalid_value', { param: `${param}.image_url`, message: 'Pictures of a bulk are named by address or by file_id.' })
}

function faulty(faults: readonly BulkFault[]): Failure {
  const [first] = faults
  const others =
    ['', ' One other item cannot be used either.'][faults.length - 1] ?? ` ${faults.length - 1} other items cannot be used either.`
  return failure('invalid_bulk', {
    param: `items[${first!.item - 1}]${first!.param === null ? '' : `.${first!.param}`}`,
    message: `Item ${first!.item}: ${first!.message}${others} Nothing was queued or charged; correct them and send the bulk again.`,
    extra: { items: faults.slice(0, SHOWN_FAULTS) },
  })
}
