import { z } from 'zod'
import { countSchema, cursorSchema, moneySchema, sha256Schema, timeSchema } from './wire-values.ts'

/** Settings of a bulk: in its JSON, in the fields of its form, or in the query. */
export const bulkSettingsSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  lane: z.enum(['standard', 'economy']).optional(),
  priority: z.enum(['low', 'normal', 'high']).optional().describe('low when left out: single jobs of the project come first.'),
  start_at: timeSchema.optional(),
  deadline: timeSchema.optional(),
  webhook_url: z.url().optional(),
  webhook_events: z
    .preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(z.enum(['completed', 'failed', 'cancelled'])))
    .optional()
    .describe('Its end when left out.'),
})

/** As `bulkSettingsSchema` reads them. */
export type BulkSettings = z.output<typeof bulkSettingsSchema>

/** `POST /v2/jobs/bulk` as JSON. */
export const bulkBodySchema = z
  .object({
    items: z
      .array(z.record(z.string(), z.unknown()))
      .describe('Jobs, lines of OpenAI batch files, OpenAI bodies, or variables of the template.'),
    template: z.record(z.string(), z.unknown()).optional().describe('A job with `{{name}}` in its texts.'),
    name: z.string().optional(),
    lane: z.enum(['standard', 'economy']).optional(),
    priority: z.enum(['low', 'normal', 'high']).optional(),
    start_at: timeSchema.optional(),
    deadline: timeSchema.optional(),
    webhook_url: z.url().optional(),
    webhook_events: z.array(z.enum(['completed', 'failed', 'cancelled'])).optional(),
  })
  .meta({ id: 'BulkRequest' })

/** `POST /v2/jobs/bulk/check`: what would become of a bulk. */
export const bulkCheckSchema = z
  .object({
    total: countSchema,
    judged: countSchema.describe('Of so many something can be said; the others were not reached within ten seconds.'),
    not_priced: countSchema.describe('Edits: their pictures are fetched, judged and priced when their turn comes.'),
    unusable: countSchema.describe('Items that cannot be read as a call: with any of these the bulk is not accepted.'),
    refused: countSchema.describe('Those, and items that would be refused when their turn comes, for free.'),
    refusals: z
      .array(z.object({ item: countSchema, code: z.string().nullable(), param: z.string().nullable(), message: z.string() }))
      .describe('In the order of the items, a hundred at most.'),
    route_owners: z.array(z.string()).describe('Who would make them.'),
    estimate: z
      .object({ low: moneySchema, expected: moneySchema, high: moneySchema, reserve: moneySchema })
      .describe('Of all that were priced, together.'),
  })
  .meta({ id: 'BulkCheck' })

/** As `bulkCheckSchema` describes it. */
export type BulkCheck = z.infer<typeof bulkCheckSchema>

/** How a bulk stands. */
export const bulkSchema = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    state: z.enum(['running', 'paused', 'cancelled', 'ended']),
    pause_reason: z.string().nullable().describe('Code of the error that the next item would have met, where it paused by itself.'),
    lane: z.enum(['standard', 'economy']),
    priority: z.enum(['low', 'normal', 'high']),
    total: countSchema,
    counts: z.object({
      waiting: countSchema.describe('Of which no job was made yet.'),
      queued: countSchema,
      running: countSchema,
      completed: countSchema,
      failed: countSchema,
      refused: countSchema.describe('Of which no job could be made; free.'),
      cancelled: countSchema,
      outcome_unknown: countSchema,
    }),
    done: z.number().min(0).max(1).describe('Share of the items that are over.'),
    cost: z
      .object({ estimated: moneySchema, reserved: moneySchema, settled: moneySchema, held_unknown: moneySchema })
      .describe('Of the items that became jobs so far.'),
    per_minute: z.number().nullable().describe('Items that ended lately; null while nothing did.'),
    eta: timeSchema.nullable().describe('When the last item should be over, at the present pace.'),
    created_at: timeSchema,
    ended_at: timeSchema.nullable(),
    items: z.string().describe('Path of its items.'),
    manifest: z.string().describe('Path of its manifest, a table.'),
    archive: z.string().describe('Path of its pictures in one zip file.'),
  })
  .meta({ id: 'Bulk' })

/** As `bulkSchema` describes it. */
export type Bulk = z.infer<typeof bulkSchema>

/** `GET /v2/jobs/bulk`. */
export const bulksReplySchema = z.object({ bulks: z.array(bulkSchema), next_cursor: cursorSchema })

const bulkItemSchema = z
  .object({
    item: countSchema.describe('Counts from 1.'),
    custom_id: z.string().nullable(),
    state: z.enum(['waiting', 'queued', 'running', 'completed', 'failed', 'refused', 'cancelled', 'outcome_unknown']),
    job_id: z.string().nullable(),
    images: z.array(
      z.object({ id: z.string(), url: z.url(), sha256: sha256Schema, file: z.string().describe('Its name in the archive.') }),
    ),
    cost: moneySchema.nullable(),
    error: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'BulkItem' })

/** As `bulkItemSchema` describes it. */
export type BulkItemReply = z.infer<typeof bulkItemSchema>

/** `GET /v2/jobs/bulk/{id}/items`. */
export const bulkItemsReplySchema = z.object({ items: z.array(bulkItemSchema), next_cursor: cursorSchema })
