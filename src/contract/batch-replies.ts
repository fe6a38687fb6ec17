import { z } from 'zod'
import { countSchema, cursorSchema, moneySchema, timeSchema } from './wire-values.ts'

/** What became of a line of a batch; null while it is open. */
export const lineWordSchema = z.enum([
  'answered',
  'refused',
  'expired',
  'cancelled',
  'missing',
  'invalid',
  'unmade',
  'withdrawn',
  'unknown',
  'elsewhere',
])

const lineError = z.object({
  code: z.string().nullable(),
  message: z.string().nullable(),
  param: z.string().nullable(),
  line: z.int().nullable().describe('From 1; null = the whole file.'),
})

/** `GET /v2/batches/{id}`. */
export const batchSchema = z
  .object({
    id: z.string(),
    state: z
      .enum(['collecting', 'uploading', 'creating', 'running', 'reading', 'cleaning', 'ended'])
      .describe('creating: looked for, where its creation was not answered. reading: over upstream, and being brought home.'),
    outcome: z
      .enum(['completed', 'failed', 'expired', 'cancelled', 'not_made', 'lost'])
      .nullable()
      .describe('not_made: given up before upstream had it; lost: what it wrote is gone; null while it is not known.'),
    route_id: z.string(),
    route_owner: z.string(),
    operation: z.enum(['generate', 'edit']),
    model_sent: z.string(),
    upstream: z
      .object({
        id: z.string(),
        status: z.string().nullable(),
        counts: z.object({ total: countSchema, completed: countSchema, failed: countSchema }),
        expires_at: timeSchema.nullable(),
      })
      .nullable()
      .describe('As upstream shows it; null before it is known there.'),
    input: z.object({ file_id: z.string(), bytes: countSchema, sha256: z.string() }).nullable().describe('The lines as they were sent.'),
    lines: z
      .object({ total: countSchema, open: countSchema, ended: z.partialRecord(lineWordSchema, countSchema) })
      .describe(
        'By what became of them. Jobs of expired, cancelled, missing and unmade lines went on in the standard lane or another batch, or ended.',
      ),
    cost: z.object({ reserved: moneySchema, settled: moneySchema, held_unknown: moneySchema }),
    errors: z.array(lineError).describe('Why upstream would not run it; the first hundred.'),
    earliest_deadline: timeSchema.nullable(),
    tries: countSchema.describe('How often its present step failed in a row.'),
    made_anew: countSchema.describe('How often it was proven not to have been made, and was made anew.'),
    created_at: timeSchema,
    state_since: timeSchema,
    next_look_at: timeSchema.nullable(),
    cancel_asked_at: timeSchema.nullable(),
    ended_at: timeSchema.nullable(),
  })
  .meta({ id: 'Batch' })

/** As `batchSchema` describes it. */
export type Batch = z.infer<typeof batchSchema>

/** What `GET /v2/batches` is asked. */
export const batchesQuerySchema = z.strictObject({
  open: z.enum(['true', 'false']).optional().describe('Only those that have not ended, or that have.'),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

/** `GET /v2/batches`. */
export const batchesReplySchema = z.object({ batches: z.array(batchSchema), next_cursor: cursorSchema })
