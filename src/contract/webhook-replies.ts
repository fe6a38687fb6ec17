import { z } from 'zod'
import { countSchema, cursorSchema, timeSchema } from './wire-values.ts'

/** What a webhook can subscribe to. */
export const webhookEventTypes = [
  'job.queued',
  'job.started',
  'job.partial',
  'job.stored',
  'job.completed',
  'job.failed',
  'job.cancelled',
  'job.outcome_unknown',
  'review.opened',
  'review.approved',
  'review.rejected',
  'review.changes_requested',
  'review.revoked',
  'review.overdue',
  'review.published',
  'review.unpublished',
  'review.own_approval',
  'webhook.exhausted',
  'webhook.disabled',
] as const

const eventsSchema = z
  .array(z.enum(webhookEventTypes))
  .min(1)
  .max(webhookEventTypes.length)
  .nullable()
  .describe('What it is told of; null: every event of a job. What happens to reviews and to other webhooks must be named.')

const styleSchema = z
  .enum(['standard', 'unified'])
  .describe(
    '`standard`: Standard Webhooks. `unified`: the shape and the signature of the unified job APIs, with the standard headers beside it.',
  )

const urlSchema = z.string().min(1).max(2048)
const descriptionSchema = z.string().trim().max(200)
const stateSchema = z.enum(['pending', 'delivered', 'exhausted', 'cancelled'])

/** Body of `POST /v2/webhooks`. */
export const newWebhookSchema = z
  .strictObject({
    url: urlSchema.describe('A public https address.'),
    events: eventsSchema.default(null),
    description: descriptionSchema.default(''),
    style: styleSchema.default('standard'),
    secret: z.string().max(200).optional().describe('`whsec_` and 24 to 64 bytes of base64; left out: one is made.'),
  })
  .meta({ id: 'NewWebhook' })

/** Body of `PATCH /v2/webhooks/{id}`. */
export const webhookChangeSchema = z
  .strictObject({
    url: urlSchema.optional(),
    events: eventsSchema.optional(),
    description: descriptionSchema.optional(),
    style: styleSchema.optional(),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'WebhookChange' })

const DAY_S = 24 * 3600

/** Body of `POST /v2/webhooks/{id}/rotate`. */
export const webhookRotationSchema = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(30 * DAY_S)
      .default(DAY_S)
      .describe('How long messages are signed with both secrets; 0 ends every earlier one at once.'),
    secret: z.string().max(200).optional().describe('As in a new webhook.'),
  })
  .meta({ id: 'WebhookRotation' })

/** Body of `POST /v2/webhooks/{id}/replay`: a message, or a time. */
export const webhookReplaySchema = z
  .strictObject({
    message_id: z.string().max(100).optional().describe('One message, whatever became of it.'),
    from: timeSchema.optional(),
    to: timeSchema.optional().describe('Events that happened before this time.'),
    delivered: z.boolean().default(false).describe('Send again what was delivered, too.'),
    cursor: z.string().max(100).optional().describe('`next_cursor` of the answer before, with the same times.'),
  })
  .refine(
    ({ message_id, from, to, cursor }) =>
      message_id === undefined ? from !== undefined && to !== undefined : from === undefined && to === undefined && cursor === undefined,
    'expected message_id alone, or from and to',
  )
  .meta({ id: 'WebhookReplay' })

/** A webhook as it is shown: never its secret. */
export const webhookSchema = z
  .object({
    id: z.string(),
    project_id: z.string(),
    origin: z.enum(['project', 'call']).describe('`call`: it was made for calls that named its address.'),
    url: z.string(),
    description: z.string(),
    events: eventsSchema,
    style: styleSchema,
    enabled: z.boolean(),
    disabled: z
      .object({ why: z.enum(['gone', 'failing', 'by_hand']), at: timeSchema })
      .nullable()
      .describe('gone: it answered 410; failing: it took nothing for five days.'),
    previous_secret_until: timeSchema.nullable().describe('Messages are signed with two secrets until then.'),
    last_success_at: timeSchema.nullable(),
    failures: countSchema.describe('Attempts that failed since the last success.'),
    failing_since: timeSchema.nullable(),
    created_at: timeSchema,
  })
  .meta({ id: 'Webhook' })

/** As `webhookSchema` describes it. */
export type WebhookReply = z.infer<typeof webhookSchema>

/** One that was just made, or whose secret was. */
export const webhookWithSecretSchema = webhookSchema.extend({ secret: z.string() }).meta({ id: 'WebhookWithSecret' })

/** `GET /v2/webhooks`. */
export const webhooksReplySchema = z.object({ webhooks: z.array(webhookSchema), next_cursor: cursorSchema }).meta({ id: 'Webhooks' })

const causeSchema = z
  .enum(['status', 'redirect', 'timeout', 'unreachable', 'tls', 'broken', 'address', 'secret'])
  .nullable()
  .describe(
    'Why it was no success; null for one. unreachable: no connection; broken: the answer broke off or is no HTTP; address: nothing is sent to this address any more; secret: it cannot be signed, which the operator must mend.',
  )

const responseSchema = z
  .object({ headers: z.record(z.string(), z.string()), body: z.string().describe('The first 1,024 bytes.') })
  .nullable()

/** One event for one webhook. */
export const webhookMessageSchema = z
  .object({
    id: z.string(),
    webhook_id: z.string(),
    event_id: z.string().describe('The header `webhook-id`: the same with every attempt and every replay.'),
    type: z.string(),
    event_at: timeSchema,
    state: stateSchema.describe('exhausted: given up behind the last attempt; cancelled: the webhook was disabled or deleted before.'),
    attempts: countSchema,
    next_attempt_at: timeSchema.nullable(),
    last_status: z.int().nullable(),
    last_cause: causeSchema,
    created_at: timeSchema,
    ended_at: timeSchema.nullable(),
  })
  .meta({ id: 'WebhookMessage' })

/** As `webhookMessageSchema` describes it. */
export type WebhookMessageReply = z.infer<typeof webhookMessageSchema>

/** Query of `GET /v2/webhooks/{id}/deliveries`. */
export const webhookMessagesQuerySchema = z.strictObject({
  state: stateSchema.optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** `GET /v2/webhooks/{id}/deliveries`. */
export const webhookMessagesReplySchema = z
  .object({ deliveries: z.array(webhookMessageSchema), next_cursor: cursorSchema })
  .meta({ id: 'WebhookMessages' })

/** `GET /v2/webhooks/deliveries/{message_id}`. */
export const webhookMessageLogSchema = webhookMessageSchema
  .extend({
    body: z.string().nullable().describe('What is sent, byte for byte; null when it cannot be opened with the master key of now.'),
    log: z.array(
      z.object({
        n: countSchema,
        at: timeSchema,
        duration_ms: countSchema,
        http_status: z.int().nullable(),
        cause: causeSchema,
        request: z.object({
          url: z.string(),
          headers: z.record(z.string(), z.string()).describe('Without signatures.'),
          signatures: countSchema,
        }),
        response: responseSchema,
      }),
    ),
  })
  .meta({ id: 'WebhookMessageLog' })

/** As `webhookMessageLogSchema` describes it. */
export type WebhookMessageLogReply = z.infer<typeof webhookMessageLogSchema>

/** `POST /v2/webhooks/{id}/test`: what the receiver said. */
export const webhookTestedSchema = z
  .object({
    message_id: z.string(),
    event_id: z.string(),
    delivered: z.boolean(),
    http_status: z.int().nullable(),
    cause: causeSchema,
    duration_ms: countSchema,
    response: responseSchema,
  })
  .meta({ id: 'WebhookTested' })

/** As `webhookTestedSchema` describes it. */
export type WebhookTestedReply = z.infer<typeof webhookTestedSchema>

/** `POST /v2/webhooks/{id}/replay`. */
export const webhookReplayedSchema = z
  .object({
    queued: countSchema.describe('Messages that are sent now, at the pace of the receiver.'),
    next_cursor: cursorSchema.describe('Where the next 500 events begin; null when there are no more.'),
  })
  .meta({ id: 'WebhookReplayed' })

/** As `webhookReplayedSchema` describes it. */
export type WebhookReplayedReply = z.infer<typeof webhookReplayedSchema>
