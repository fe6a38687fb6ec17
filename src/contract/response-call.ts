import { z } from 'zod'
import { darkroomExtensionSchema } from './darkroom-extension.ts'
import { inputLimits } from './input-limits.ts'
import { requestBounds as bounds } from './request-fields.ts'
import { countSchema } from './wire-values.ts'

const maskSchema = z.union([
  z.strictObject({ image_url: z.string().min(1).max(inputLimits.imageUrlCharacters) }),
  z.strictObject({ file_id: z.string().min(1).max(inputLimits.fileIdCharacters) }),
])

/** The image tool of a Responses call; judged by `checkResponse`, which knows the models' own rules. */
const imageToolSchema = z
  .strictObject({
    type: z.literal('image_generation'),
    model: z.string().nullish().describe('A model id or alias of GET /v1/models; gpt-image-2 when left out.'),
    action: z.enum(['auto', 'generate', 'edit']).nullish(),
    size: z.string().nullish(),
    quality: z.enum(['low', 'medium', 'high', 'xhigh', 'max', 'auto']).nullish(),
    background: z.enum(['transparent', 'opaque', 'auto']).nullish(),
    output_format: z.enum(['png', 'jpeg', 'webp', 'gif', 'svg']).nullish(),
    output_compression: z.int().min(0).max(bounds.outputCompressionMax).nullish(),
    moderation: z.enum(['auto', 'low']).nullish(),
    partial_images: z.int().min(0).max(bounds.partialImagesMax).nullish().describe('Previews of a stream; each costs output tokens.'),
    input_fidelity: z.enum(['high', 'low']).nullish(),
    input_image_mask: maskSchema.nullish(),
    complexity: z.enum(['low', 'medium', 'high']).nullish().describe('Overrides reasoning.effort for drawing.'),
    frame_count: z.int().min(bounds.frameCountMin).max(bounds.frameCountMax).nullish(),
    frame_duration_ms: z.int().min(1).nullish(),
    svg: z
      .strictObject({
        model: z.string().nullish(),
        reasoning: z.strictObject({ effort: z.string().nullish() }).nullish(),
      })
      .nullish(),
  })
  .meta({ id: 'ImageGenerationTool' })

/**
 * The body of a Responses call, as far as Darkroom looks at it. Everything else goes on untouched: OpenAI judges it.
 */
export const responseBodySchema = z
  .looseObject({
    model: z.string().describe('A mainline model, gpt-5.4 or newer; never a gpt-image id.'),
    input: z.union([z.string(), z.array(z.looseObject({ type: z.string().optional() }))]).optional(),
    tools: z
      .array(z.union([imageToolSchema, z.looseObject({ type: z.string() })]))
      .optional()
      .describe('At most one image tool; other tools go on untouched.'),
    tool_choice: z.union([z.enum(['auto', 'required', 'none']), z.looseObject({ type: z.string() })]).nullish(),
    reasoning: z.looseObject({ effort: z.string().nullish() }).nullish(),
    stream: z.boolean().nullish(),
    background: z.boolean().nullish().describe('Not together with store: false.'),
    store: z.boolean().nullish(),
    previous_response_id: z.string().nullish(),
    darkroom: darkroomExtensionSchema.optional(),
  })
  .meta({ id: 'ResponseRequest' })

/** An output item that is a call of the image tool. `result` is the picture in base64. */
const imageCallSchema = z.looseObject({
  type: z.literal('image_generation_call'),
  id: z.string(),
  status: z.enum(['in_progress', 'generating', 'completed', 'failed']),
  result: z.string().nullish(),
  revised_prompt: z.string().nullish(),
})

/** Tokens of the image tool, summed over its calls; may be absent (openai 7.55.0 types). */
const imageToolUsageSchema = z.looseObject({ input_tokens: countSchema, output_tokens: countSchema, total_tokens: countSchema })

/** The answer of a Responses call, in OpenAI's shape: the members that are counted on; all others pass as they came. */
export const responseReplySchema = z
  .looseObject({
    id: z.string(),
    object: z.literal('response'),
    created_at: z.number(),
    status: z.enum(['queued', 'in_progress', 'completed', 'incomplete', 'failed', 'cancelled']).optional(),
    model: z.string(),
    output: z.array(z.union([imageCallSchema, z.looseObject({ type: z.string() })])),
    usage: z.looseObject({ input_tokens: countSchema, output_tokens: countSchema, total_tokens: countSchema }).nullish(),
    tool_usage: z.looseObject({ image_gen: imageToolUsageSchema.optional() }).nullish(),
    error: z.looseObject({ code: z.string().nullish(), message: z.string() }).nullish(),
  })
  .meta({ id: 'Response' })

/** What deleting a response answers. */
export const responseDeletedSchema = z
  .object({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) })
  .meta({ id: 'ResponseDeleted' })
