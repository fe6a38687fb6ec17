import { createHash, randomBytes } from 'node:crypto'
import { UsageError } from '../command.ts'
import { type BulkFile, contentOf, readBulkFile } from './bulk-file.ts'
import { deadlineOf } from './deadline.ts'

/** Options of a bulk that is submitted. */
export const orderOptions = {
  template: { type: 'string' },
  name: { type: 'string' },
  economy: { type: 'boolean' },
  priority: { type: 'string' },
  deadline: { type: 'string' },
  route: { type: 'string' },
  again: { type: 'boolean' },
} as const

/** Their values, as they were given. */
export interface OrderValues {
  template?: string | undefined
  name?: string | undefined
  economy?: boolean | undefined
  priority?: string | undefined
  deadline?: string | undefined
  route?: string | undefined
  again?: boolean | undefined
}

/** A bulk that may be submitted. */
export interface BulkOrder {
  file: BulkFile
  /** What the gateway is told beside the items. */
  settings: { name?: string; lane?: 'economy'; priority?: string; deadline?: string }
  /** The only route that may make it; null = whichever would make its first item. */
  route: string | null
  /** Under which it is submitted once. */
  idempotencyKey: string
  /** True where it is to be submitted although it was before. */
  isAgain: boolean
}

/** The economy lane takes up to 24 hours; two more leave room for what must be sent twice. */
const ECONOMY_DEADLINE = '26h'
const priorities = ['low', 'normal', 'high']

/** Reads what is to be submitted. @throws UsageError; CommandError; RefusedError for a file with mistakes */
export async function readBulkOrder(path: string, values: OrderValues, nowMs: number): Promise<BulkOrder> {
  const { name, economy = false, priority, route, again = false } = values
  if (priority !== undefined && !priorities.includes(priority))
    throw new UsageError(`--priority expects ${priorities.join(', ')}, found '${priority}'`)
  const given = values.deadline === undefined ? undefined : deadlineOf(values.deadline, nowMs)
  const file = await readBulkFile(path, values.template)
  const needsDeadline = economy && given === undefined && file.object?.settings['deadline'] === undefined
  const deadline = needsDeadline ? deadlineOf(ECONOMY_DEADLINE, nowMs) : given
  const settings = {
    ...(name === undefined ? {} : { name }),
    ...(economy ? { lane: 'economy' as const } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(deadline === undefined ? {} : { deadline }),
  }
  return { file, settings, route: route ?? null, idempotencyKey: keyOf(file, { economy, route, again }), isAgain: again }
}

/**
 * Derived from what decides over the pictures and their price: the content of the file and its template, the lane, the route. So the same command is the same bulk, and a
 * new name, priority or deadline does not pay for everything once more.
 */
function keyOf(file: BulkFile, { economy, route, again }: { economy: boolean; route: string | undefined; again: boolean }): string {
  const derived = createHash('sha256').update(JSON.stringify([contentOf(file), economy, route ?? null]))
  return `bulk-${derived.digest('hex').slice(0, 32)}${again ? `-${randomBytes(4).toString('hex')}` : ''}`
}

/** The order as it is sent: a form with lines or a table as they are, JSON for a file that is JSON. */
export function bodyOfOrder({ file, settings }: BulkOrder): FormData | object {
  const { name, bytes, template, object } = file
  if (object !== null) {
    const used = template ?? object.template
    return { ...object.settings, ...settings, items: object.items, ...(used === null ? {} : { template: used }) }
  }
  const form = new FormData()
  for (const [setting, value] of Object.entries(settings)) form.append(setting, value)
  if (template !== null) form.append('template', JSON.stringify(template))
  form.append('file', new Blob([new Uint8Array(bytes)]), name)
  return form
}
