import { z } from 'zod'
import { errorObjectSchema } from './error-body.ts'
import { warningSchema } from './generation-record.ts'
import { countSchema, moneySchema } from './wire-values.ts'

const operationSchema = z.enum(['generate', 'edit', 'respond'])

/** Body of `POST /v2/estimate`. */
export const estimateRequestSchema = z
  .strictObject({
    operation: operationSchema.default('generate'),
    request: z.record(z.string(), z.unknown()).describe('The body exactly as the call would have it.'),
    route: z.string().optional().describe('Price it on this route instead of the one that would serve it.'),
    lane: z.enum(['standard', 'economy']).default('standard').describe('economy: as a job of that lane, at batch prices.'),
  })
  .meta({ id: 'EstimateRequest' })

/** As `estimateRequestSchema` reads it. */
export type EstimateRequest = z.infer<typeof estimateRequestSchema>

/** What a call would cost. `reserve` is what a call would hold back; a settled charge never exceeds it where the promise is `token` or `per_call`. */
export const estimateReplySchema = z
  .object({
    model: z.string(),
    route_id: z.string(),
    route_owner: z.string(),
    price_card: z.object({ id: z.string(), date: z.string() }),
    lane: z.enum(['standard', 'economy']).describe('economy: the batch prices of the card hold.'),
    tokens: z
      .object({ text_in: countSchema, image_in: countSchema, image_out: countSchema, partial_images: countSchema })
      .nullable()
      .describe('Expected tokens by bucket, of an assistant call those of its image tool; null where the route charges by the call.'),
    main_model: z
      .object({
        model: z.string(),
        price_card: z.object({ id: z.string(), date: z.string() }).nullable().describe('null = no price; its part stands at the ceiling.'),
        tokens: z.object({ main_in: countSchema, main_out: countSchema }),
      })
      .nullable()
      .describe('The other bill of an assistant call; null for direct image calls.'),
    low: moneySchema,
    expected: moneySchema,
    high: moneySchema,
    reserve: moneySchema,
    per_bucket: z.record(z.string(), moneySchema).describe('The expected price, bucket by bucket.'),
    per_quality: z.record(z.string(), moneySchema).describe('The expected price at each quality of the model.'),
    promise: z.enum(['token', 'per_call', 'none']).describe('What the figures stand on; none = no cost promise.'),
    assumptions: z.array(z.string()),
  })
  .meta({ id: 'Estimate' })

/** As `estimateReplySchema` describes it. */
export type EstimateReply = z.infer<typeof estimateReplySchema>

/** Query of `POST /v2/check`. */
export const checkQuerySchema = z.strictObject({ operation: operationSchema.default('generate') })

/** What a call would be answered: `refusals[0]` when there is one. `resolved` and `estimate` are null where the request has no reading. */
export const checkReplySchema = z
  .object({
    ok: z.boolean(),
    refusals: z.array(z.object({ status: z.int(), error: errorObjectSchema })),
    warnings: z.array(warningSchema),
    resolved: z.object({ model: z.string(), size: z.string(), quality: z.string(), output_format: z.string(), n: z.int() }).nullable(),
    estimate: estimateReplySchema.nullable(),
  })
  .meta({ id: 'Check' })

/** As `checkReplySchema` describes it. */
export type CheckReply = z.infer<typeof checkReplySchema>
