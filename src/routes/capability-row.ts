import { z } from 'zod'
import { isoTime } from '../primitives/clock.ts'
import { routeFact } from './route-fact.ts'

/** What callers may name explicitly: whatever the model takes, or these values alone; an empty list is none at all. */
const choices = <Value extends z.ZodType>(value: Value) => z.union([z.literal('model'), z.array(value)]).nullish()

const size = z.string().regex(/^\d{2,5}x\d{2,5}$/, 'expected WIDTHxHEIGHT, for example 1824x1024')

/** One row of `capabilities:` of a route. What a row leaves out is not known; it is neither promised nor refused. */
export const capabilitySchema = z.strictObject({
  from: z.iso.date('expected the first day the row holds, YYYY-MM-DD').describe('First day the row holds; the newest one counts.'),
  models: z.array(routeFact).min(1).nullish().describe('Model ids, asked or sent, that the row is about; left out: every model.'),
  sizes: choices(size).describe('Sizes that may be named: model = whatever the model takes, [] = none.'),
  qualities: choices(z.enum(['low', 'medium', 'high', 'xhigh', 'max'])).describe('Qualities that may be named.'),
  formats: choices(z.enum(['png', 'jpeg', 'webp', 'gif', 'svg'])).describe('Output formats that may be named.'),
  transparency: z.boolean().nullish().describe('Transparent backgrounds, where the model draws them.'),
  images_max: z.int().min(1).max(10).nullish().describe('Pictures of one call, at most.'),
  streaming: z.boolean().nullish().describe('Answers as a stream of events.'),
  edits: z.boolean().nullish().describe('Edits of pictures that the call brings.'),
  mask: z.boolean().nullish().describe('Masks with edits.'),
  responses: z.boolean().nullish().describe('The image tool of the Responses API.'),
  batch: z
    .boolean()
    .nullish()
    .describe('Batches of calls, for jobs of the economy lane; left out: only where the route is official or the sandbox.'),
  content_credentials: z
    .enum(['kept', 'stripped'])
    .nullish()
    .describe('Whether pictures keep the content credentials they were signed with.'),
  source: routeFact.describe('Where these facts were read, and when.'),
})

/** A row as the file writes it. */
export type CapabilityInput = z.infer<typeof capabilitySchema>

/** What a route can do from a day on, as its owner's documentation says. Null = nobody said. */
export interface CapabilityRow {
  /** First day the row holds, `YYYY-MM-DD`, UTC. */
  from: string
  /** Ids of the models it is about, as asked or as sent; null = every model. */
  models: readonly string[] | null
  /** Values that may be named explicitly; `model` = whatever the model takes, an empty list = none. */
  sizes: 'model' | readonly string[] | null
  qualities: 'model' | readonly string[] | null
  formats: 'model' | readonly string[] | null
  transparency: boolean | null
  /** Pictures of one call, at most. */
  imagesMax: number | null
  streaming: boolean | null
  edits: boolean | null
  mask: boolean | null
  responses: boolean | null
  /** Batches of calls. */
  batch: boolean | null
  /** Whether pictures keep the content credentials (C2PA) they were signed with. */
  contentCredentials: 'kept' | 'stripped' | null
  source: string
}

/** What a row can say yes, no or a list to, in the order people read it. */
export const capabilityNames = ['sizes', 'qualities', 'formats', 'transparency', 'streaming', 'edits', 'mask', 'responses'] as const

/** Turns a checked row of the file into a row with every fact in it, stated or null. */
export function capabilityFromRow(row: CapabilityInput): CapabilityRow {
  return {
    from: row.from,
    models: row.models ?? null,
    sizes: row.sizes ?? null,
    qualities: row.qualities ?? null,
    formats: row.formats ?? null,
    transparency: row.transparency ?? null,
    imagesMax: row.images_max ?? null,
    streaming: row.streaming ?? null,
    edits: row.edits ?? null,
    mask: row.mask ?? null,
    responses: row.responses ?? null,
    batch: row.batch ?? null,
    contentCredentials: row.content_credentials ?? null,
    source: row.source,
  }
}

/**
 * The row in force for a model: the newest by date; of equal dates the one whose model stands first in `names`, one for every model
 * last; then the last of the list. Null when none is: nothing is known then.
 * @param names ids of the model, the most telling first: as sent, as asked, as catalogued
 */
export function capabilitiesInForce(rows: readonly CapabilityRow[], names: readonly string[], atMs: number): CapabilityRow | null {
  const today = isoTime(atMs).slice(0, 10)
  let found: CapabilityRow | null = null
  for (const row of rows) {
    if (row.from > today || rankOf(row, names) === null) continue
    if (found === null || !outranks(found, row, names)) found = row
  }
  return found
}

function outranks(found: CapabilityRow, later: CapabilityRow, names: readonly string[]): boolean {
  if (found.from !== later.from) return found.from > later.from
  return rankOf(found, names)! < rankOf(later, names)!
}

/** How closely a row speaks of a model, 0 the closest; null when it speaks of others. */
function rankOf({ models }: CapabilityRow, names: readonly string[]): number | null {
  if (models === null) return names.length
  const rank = names.findIndex((name) => models.includes(name))
  return rank < 0 ? null : rank
}
