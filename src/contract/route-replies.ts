import { z } from 'zod'
import { gateVerdictSchema, restrictionSchema, routeStandingGradeSchema } from './gate-replies.ts'
import { countSchema, timeSchema } from './wire-values.ts'

const stated = z.string().nullable()
const yesOrNo = z.boolean().nullable()
const choices = z.union([z.literal('model'), z.array(z.string())]).nullable()
const limit = z.int().min(1).nullable()

const capabilityRowSchema = z
  .object({
    from: z.string().describe('First day the row holds.'),
    models: z.array(z.string()).nullable().describe('null = every model.'),
    sizes: choices,
    qualities: choices,
    formats: choices,
    images_max: z.int().min(1).optional().describe('Pictures of one call, at most.'),
    batch: z.boolean().optional().describe('Batches of calls, for the economy lane.'),
    transparency: yesOrNo,
    streaming: yesOrNo,
    edits: yesOrNo,
    mask: yesOrNo,
    responses: yesOrNo,
    content_credentials: z.enum(['kept', 'stripped']).nullable().describe('Whether pictures keep the credentials they were signed with.'),
    source: z.string(),
  })
  .describe('What may be asked for explicitly: model = whatever the model takes, an empty list = nothing, null = nobody said.')

const perMinuteSchema = z
  .object({ limit: z.number(), used: z.number(), source: z.enum(['configured', 'headers']) })
  .nullable()
  .describe('null = no limit is known.')

/** How calls on a route went lately, and whether it takes one now. */
const routeHealthSchema = z.object({
  state: z.enum(['closed', 'open', 'half_open', 'disabled']).describe('Of its circuit breaker; closed = it takes calls.'),
  reason: z.string().nullable(),
  since: timeSchema.nullable(),
  retry_at: timeSchema.nullable().describe('When the next call may go.'),
  in_flight: countSchema,
  failures_in_window: countSchema.describe('Unhealthy ends of the last ten seconds.'),
  limits: z.object({
    concurrency: z.int().nullable(),
    requests_per_minute: perMinuteSchema,
    images_per_minute: perMinuteSchema,
    tokens_per_minute: perMinuteSchema,
  }),
})

const presetSchema = z.object({ name: z.string(), source: z.string(), read_on: z.string(), remarks: z.array(z.string()) })

const pricedBySchema = z.object({
  id: z.string(),
  date: z.string(),
  kind: z.enum(['tokens', 'per_call']),
  models: z.array(z.string()),
  source: z.string(),
  confidence: z.enum(['confirmed', 'reported', 'inferred']),
})

/** The contract of one route, as its owner stated it. Every fact is there: null is a fact that nobody stated. */
export const routeCardSchema = z
  .object({
    id: z.string(),
    owner: z.string(),
    kind: z.enum(['official', 'provider', 'wrapper', 'self-hosted', 'sandbox']),
    protocol: z.string(),
    base_url: z.string(),
    grade: routeStandingGradeSchema.describe('Which traffic it may carry now.'),
    standing: z.object({
      why: z.string(),
      gate_verdict: gateVerdictSchema.nullable(),
      valid_until: timeSchema.nullable(),
      restrictions: z.array(restrictionSchema),
      reopened: z.boolean(),
      granted: z.boolean(),
    }),
    health: routeHealthSchema,
    preset: presetSchema.nullable().describe('Published facts that fill what the configuration left out.'),
    models: z.record(z.string(), z.string()).describe('Ids asked: sent, where they differ.'),
    capabilities: z.array(capabilityRowSchema),
    price_card: stated.describe('The one card of this route; null = the cards of its owner.'),
    price_cards: z.array(pricedBySchema).describe('The cards that price its calls, now and from a later day on.'),
    transparent_preview: z.boolean(),
    failed_call_billing: z.record(z.string(), z.string()).nullable().describe('timeout, policy and retry: charged, free or unknown.'),
    output_rights: z.record(z.string(), z.union([z.string(), z.boolean()])).nullable(),
    terms: z.object({ url: z.string(), read_on: z.string(), by: z.string() }).nullable(),
    account_owner: stated,
    support: stated,
    abuse: stated,
    retention: stated,
    limits: z.object({ concurrency: limit, images_per_minute: limit, tokens_per_minute: limit }).nullable(),
    usage_api: z
      .object({ api_key_id: stated, exclusive: z.literal(true) })
      .nullable()
      .describe('Whether what the account was counted for can prove what became of calls without an answer.'),
    missing: z.array(z.string()).describe('Facts that nobody stated, by their names in darkroom.yaml.'),
    config_sha256: z.string().describe('Of everything configured about the route but its key.'),
  })
  .meta({ id: 'RouteCard' })

/** As `routeCardSchema` describes it. */
export type RouteCard = z.infer<typeof routeCardSchema>

/** `GET /v2/routes`: the routes in the order they are asked. */
export const routesReplySchema = z.object({ routes: z.array(routeCardSchema) }).meta({ id: 'Routes' })

/** As `routesReplySchema` describes it. */
export type RoutesReply = z.infer<typeof routesReplySchema>
