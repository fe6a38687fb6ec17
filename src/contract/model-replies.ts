import { z } from 'zod'
import type { ModelRow } from './model-row.ts'
import { sizeRules, standardSizes } from './size-rules.ts'

/** `GET /v1/models`, in OpenAI's shape. */
export const modelsReplySchema = z
  .object({
    object: z.literal('list'),
    data: z.array(z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })),
  })
  .meta({ id: 'Models' })

/** As `modelsReplySchema` describes it. */
export type ModelsReply = z.infer<typeof modelsReplySchema>

const sizesSchema = z.discriminatedUnion('rule', [
  z.object({
    rule: z.literal('free'),
    step: z.int(),
    longest_edge: z.int(),
    ratio: z.int(),
    pixels_min: z.int(),
    pixels_max: z.int(),
    experimental_above_pixels: z.int(),
    standard: z.array(z.string()),
  }),
  z.object({ rule: z.literal('listed'), listed: z.array(z.string()) }),
])

/** What a model accepts, typed, so that a form can be built from it. */
export const modelCapabilitiesSchema = z
  .object({
    sizes: sizesSchema,
    qualities: z.array(z.string()),
    output_formats: z.array(z.string()),
    transparent: z.enum(['yes', 'preview', 'no', 'unknown']),
    input_fidelity: z.array(z.string()),
    complexity: z.boolean(),
    markup: z.boolean(),
    max_n: z.int(),
    max_input_images: z.int(),
    token_formula: z.string().describe('unknown = estimates carry a margin and are no promise.'),
    source: z.string(),
    confidence: z.enum(['confirmed', 'reported', 'inferred']),
  })
  .meta({ id: 'ModelCapabilities' })

/** As `modelCapabilitiesSchema` describes it. */
export type ModelCapabilities = z.infer<typeof modelCapabilitiesSchema>

/** A route that serves a model. */
const modelRouteSchema = z.object({
  route_id: z.string(),
  route_owner: z.string(),
  kind: z.string(),
  grade: z.string(),
  model_sent: z.string(),
  price_card: z
    .object({ id: z.string(), date: z.string(), source: z.string() })
    .nullable()
    .describe('null = calls of this model are refused on this route as unpriced.'),
})

/** `GET /v2/models`: each model with its capabilities, its dates, and the routes and price cards it is served by. */
export const modelsV2ReplySchema = z
  .object({
    models: z.array(
      z.object({
        id: z.string(),
        aliases: z.array(z.string()),
        family: z.string(),
        state: z.enum(['current', 'older', 'retired']),
        from: z.string(),
        until: z.string().nullable(),
        successor: z.string().nullable(),
        capabilities: modelCapabilitiesSchema,
        routes: z.array(modelRouteSchema),
      }),
    ),
  })
  .meta({ id: 'ModelsV2' })

/** As `modelsV2ReplySchema` describes it. */
export type ModelsV2Reply = z.infer<typeof modelsV2ReplySchema>

/** Shows a catalogue row's capabilities on the wire. */
export function modelCapabilities(row: ModelRow): ModelCapabilities {
  return {
    sizes: row.sizes === 'free' ? freeSizes() : { rule: 'listed', listed: [...row.sizes] },
    qualities: [...row.qualities],
    output_formats: [...row.outputFormats],
    transparent: row.transparent,
    input_fidelity: [...row.inputFidelity],
    complexity: row.complexity,
    markup: row.markup,
    max_n: row.maxN,
    max_input_images: row.maxInputImages,
    token_formula: row.tokenFormula,
    source: row.source,
    confidence: row.confidence,
  }
}

function freeSizes(): ModelCapabilities['sizes'] {
  return {
    rule: 'free',
    step: sizeRules.step,
    longest_edge: sizeRules.longestEdge,
    ratio: sizeRules.ratio,
    pixels_min: sizeRules.pixelsMin,
    pixels_max: sizeRules.pixelsMax,
    experimental_above_pixels: sizeRules.experimentalAbovePixels,
    standard: [...standardSizes],
  }
}
