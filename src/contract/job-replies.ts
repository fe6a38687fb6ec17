import { z } from 'zod'
import { editBodySchema, generationBodySchema } from './image-call.ts'
import { jobEventNames } from './job-request.ts'
import { countSchema, cursorSchema, moneySchema, sha256Schema, timeSchema } from './wire-values.ts'

/** How a job stands in the unified job API's four words. */
export const jobStatusSchema = z.enum(['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED'])
/** How a job stands. */
export const jobStateSchema = z.enum(['queued', 'running', 'completed', 'failed', 'cancelled', 'outcome_unknown'])

const eventWordSchema = z.enum(['progress', ...jobEventNames])

/** What any job may be told, in either shape. */
const jobFields = {
  lane: z
    .enum(['standard', 'economy'])
    .nullish()
    .describe('economy: collected and made within a day at the batch price; needs a deadline that far away.'),
  priority: z.enum(['low', 'normal', 'high']).nullish().describe('Among the jobs of the project; normal when left out.'),
  start_at: timeSchema.nullish().describe('It does not begin before.'),
  deadline: timeSchema.nullish().describe('It does not begin after; a day from now when left out.'),
  fanout: z.boolean().nullish().describe('Several pictures are made by one call each, as jobs of their own, and not as one coherent set.'),
  metadata: z.record(z.string(), z.string()).nullish().describe('Labels, at most 16.'),
  webhook_url: z.url().nullish().describe('Told of the job; also spelled webhookUrl.'),
  webhookUrl: z.url().nullish(),
  webhook_events: z.array(eventWordSchema).nullish().describe('What it is told of; also spelled webhookEvents. Its end when left out.'),
  webhookEvents: z.array(eventWordSchema).nullish(),
  review: z.enum(['required', 'none']).nullish(),
}

/** The unified job API's own parameters of GPT Image models. */
const gptImage2ParamsSchema = z.strictObject({
  input_images: z.string().or(z.array(z.string())).nullish().describe('Addresses or data URLs of pictures to edit or draw from.'),
  quality: z.enum(['auto', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  background: z.enum(['auto', 'opaque']).nullish(),
  number_of_images: z.int().min(1).max(10).nullish().describe('Pictures of one coherent set; 1 when left out.'),
  output_format: z.enum(['webp', 'png', 'jpeg']).nullish().describe('webp when left out.'),
  moderation: z.enum(['auto', 'low']).nullish(),
  aspect_ratio: z.enum(['1:1', '3:2', '2:3']).nullish(),
  size: z.string().nullish().describe('WIDTHxHEIGHT in place of aspect_ratio.'),
})

/** `POST /v2/images/generate` in the unified job API's words. */
export const unifiedJobSchema = z
  .strictObject({ prompt: z.string(), model: z.string().nullish(), gptImage2Params: gptImage2ParamsSchema.nullish(), ...jobFields })
  .meta({ id: 'UnifiedJobRequest' })

/** `POST /v2/images/generate` around OpenAI's own body. */
export const nativeJobSchema = z
  .strictObject({
    request: generationBodySchema.or(editBodySchema),
    operation: z.enum(['generate', 'edit']).nullish().describe('Read from the request when left out: one with images is an edit.'),
    ...jobFields,
  })
  .meta({ id: 'JobRequest' })

/** A job that was accepted. */
export const jobAcceptedSchema = z
  .object({
    jobId: z.string(),
    id: z.string().describe('The same.'),
    status: jobStatusSchema,
    state: jobStateSchema,
    children: z.array(z.string()).optional().describe('Of a set that is made by several calls: its jobs.'),
  })
  .meta({ id: 'JobAccepted' })

const jobResultSchema = z.object({
  image_id: z.string(),
  url: z.url().describe('Opens the bytes without a key, until it runs out.'),
  sha256: sha256Schema,
  width: countSchema.nullable(),
  height: countSchema.nullable(),
})

/** `GET /v2/jobs/{id}`. */
export const jobSchema = z
  .object({
    id: z.string().describe('The same as the id of its generation.'),
    jobId: z.string(),
    status: jobStatusSchema.describe('outcome_unknown reads PROCESSING here, so that nobody pays twice for it; cancelled reads FAILED.'),
    state: jobStateSchema,
    progress: z.int().min(0).max(100),
    model: z.string(),
    operation: z.enum(['generate', 'edit']),
    lane: z.enum(['standard', 'economy']),
    priority: z.enum(['low', 'normal', 'high']),
    result: z.url().or(z.array(z.url())).nullable().describe('The address of the picture, or of all of them.'),
    results: z.array(jobResultSchema),
    error: z.record(z.string(), z.unknown()).nullable().describe('As the synchronous call would have answered.'),
    outcome: z.enum(['not_charged', 'charged', 'unknown']).nullable(),
    cost: z.object({ estimated: moneySchema, reserved: moneySchema, settled: moneySchema, held_unknown: moneySchema }),
    creditCost: z.number().nullable().describe('What it cost in US cents; null until it is settled.'),
    webhookStatus: z.enum(['pending', 'delivered', 'failed']).nullable(),
    children: z.array(z.string()).optional(),
    attempts: countSchema,
    metadata: z.record(z.string(), z.string()).nullable(),
    createdAt: timeSchema,
    startedAt: timeSchema.nullable(),
    completedAt: timeSchema.nullable(),
    startAt: timeSchema.describe('It does not begin before.'),
    deadline: timeSchema.describe('It does not begin after.'),
    lastSeenAt: timeSchema.nullable().describe('When the process that makes it was last seen with it.'),
    cancelRequestedAt: timeSchema.nullable(),
    retryOf: z.string().nullable(),
    retriedBy: z.string().nullable(),
    set: z.string().nullable(),
    resolve_by: timeSchema.nullable().describe('Of an unknown outcome: when it counts as charged.'),
    record: z.string().describe('Path of its production log record.'),
    events: z.string().describe('Path of its events.'),
  })
  .meta({ id: 'Job' })

/** As `jobSchema` describes it. */
export type Job = z.infer<typeof jobSchema>

/** What `GET /v2/jobs` is asked. */
export const jobsQuerySchema = z.strictObject({
  state: jobStateSchema.optional(),
  status: jobStatusSchema.optional(),
  set: z.string().optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

/** `GET /v2/jobs`. */
export const jobsReplySchema = z.object({ jobs: z.array(jobSchema), next_cursor: cursorSchema })

/** `POST /v2/jobs/{id}/retry`. */
export const retryBodySchema = z.strictObject({
  accept_double_charge: z.boolean().default(false).describe('The job may have been charged, and may be charged again.'),
  deadline: timeSchema.optional(),
})

/** `POST /v2/jobs/{id}/cancel`. */
export const cancelledReplySchema = z.object({
  jobId: z.string(),
  state: jobStateSchema,
  cancel_requested: z.boolean().describe('True: its call is under way; it is paid for and kept, and nothing follows it.'),
})

/** One event of `GET /v2/jobs/{id}/events`, as its `data`. */
export const jobEventSchema = z
  .object({
    job_id: z.string(),
    sequence: countSchema,
    at: timeSchema,
    status: jobStatusSchema,
    state: jobStateSchema,
    progress: z.int().min(0).max(100),
    images: z.array(z.object({ id: z.string(), url: z.url() })).optional(),
    error: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'JobEvent' })

/** As `jobEventSchema` describes it. */
export type JobEvent = z.infer<typeof jobEventSchema>

/** `GET /v1/tasks/{id}`, as resellers' clients read it. */
export const taskSchema = z
  .object({
    id: z.string(),
    task_id: z.string(),
    object: z.literal('image.task'),
    status: z.enum(['queued', 'processing', 'completed', 'failed']),
    progress: z.int().min(0).max(100),
    model: z.string(),
    created_at: countSchema,
    completed_at: countSchema.nullable(),
    data: z.array(z.object({ url: z.url() })).nullable(),
    error: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'Task' })

/** As `taskSchema` describes it. */
export type Task = z.infer<typeof taskSchema>
