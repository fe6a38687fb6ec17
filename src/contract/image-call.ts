import { z } from 'zod'
import { darkroomExtensionSchema } from './darkroom-extension.ts'
import { inputLimits } from './input-limits.ts'
import { requestBounds as bounds } from './request-fields.ts'
import { countSchema } from './wire-values.ts'

/** What generations and edits have in common. */
const sharedFields = {
  model: z.string().describe('A model id or alias of GET /v1/models.'),
  prompt: z
    .string()
    .min(1)
    .max(bounds.promptCharactersMax)
    .optional()
    .describe('Required, unless `darkroom.prompt` or `x-darkroom-prompt` names a stored one.'),
  n: z.int().min(1).max(bounds.nMax).nullish().describe('Pictures of one coherent set; 1 when left out.'),
  size: z.string().nullish().describe('auto, or WIDTHxHEIGHT by the rules of the model (GET /v2/models).'),
  quality: z.enum(['low', 'medium', 'high', 'xhigh', 'max', 'auto']).nullish(),
  background: z.enum(['transparent', 'opaque', 'auto']).nullish(),
  output_compression: z.int().min(0).max(bounds.outputCompressionMax).nullish().describe('jpeg and webp only.'),
  moderation: z.enum(['auto', 'low']).nullish(),
  stream: z.boolean().nullish(),
  partial_images: z.int().min(0).max(bounds.partialImagesMax).nullish().describe('Previews of a stream; each costs output tokens.'),
  complexity: z.enum(['low', 'medium', 'high']).nullish(),
  frame_count: z.int().min(bounds.frameCountMin).max(bounds.frameCountMax).nullish().describe('gif only.'),
  frame_duration_ms: z.int().min(1).nullish().describe('gif only.'),
  safety_identifier: z.string().max(bounds.endUserCharactersMax).nullish(),
  user: z.string().max(bounds.endUserCharactersMax).optional(),
  darkroom: darkroomExtensionSchema.optional(),
}

/**
 * The body of an image generation, for documents and generated clients. Calls are judged by `checkGeneration`, which knows the
 * models' own rules, upstream's order and upstream's words; this schema says only what every model has in common.
 */
export const generationBodySchema = z
  .strictObject({
    ...sharedFields,
    output_format: z.enum(['png', 'jpeg', 'webp', 'gif', 'svg']).nullish().describe('gif and svg are open to few accounts.'),
    svg: z
      .strictObject({ model: z.string(), reasoning: z.strictObject({ effort: z.string().optional() }).optional() })
      .nullish()
      .describe('svg only.'),
  })
  .meta({ id: 'ImageGenerationRequest' })

/** A picture as a JSON body names it: by address (https or a data URL), or by the id of a file or of a picture made here. */
const imageReferenceSchema = z
  .union([
    z.strictObject({ image_url: z.string().min(1).max(inputLimits.imageUrlCharacters) }),
    z.strictObject({ file_id: z.string().min(1).max(inputLimits.fileIdCharacters) }),
  ])
  .meta({ id: 'ImageReference' })

const editFields = {
  ...sharedFields,
  output_format: z.enum(['png', 'jpeg', 'webp', 'gif']).nullish().describe('gif is open to few accounts.'),
  input_fidelity: z.enum(['high', 'low']).nullish().describe('gpt-image-1.5 and gpt-image-1-mini only.'),
}

/** The JSON body of an image edit; judged by `checkEdit` as generations are by their check. */
export const editBodySchema = z
  .strictObject({
    ...editFields,
    images: z.array(imageReferenceSchema).min(1).max(inputLimits.images),
    mask: imageReferenceSchema.nullish().describe('Transparent pixels mark where the first image is drawn anew.'),
  })
  .meta({ id: 'ImageEditRequest' })

const partOf = (text: string) => z.file().describe(text)

/** The multipart body of an image edit: the same fields as texts, and the pictures as file parts. */
export const editFormSchema = z
  .strictObject({
    ...editFields,
    image: z.union([
      partOf('PNG, WebP or JPEG, up to 50 MB.'),
      z.array(partOf('One part a picture, named image or image[].')).max(inputLimits.images),
    ]),
    mask: partOf('PNG with alpha, of the size of the first image, up to 4 MB.').optional(),
    markup: partOf('Transparent PNG with hints drawn over the first image; not together with mask.').optional(),
  })
  .meta({ id: 'ImageEditForm' })

const tokenDetails = z.object({ text_tokens: countSchema, image_tokens: countSchema })

/** The answer of an image call, in OpenAI's shape (openai 7.55.0 types). */
export const imagesReplySchema = z
  .object({
    created: z.int(),
    data: z.array(z.object({ b64_json: z.string() })),
    background: z.enum(['transparent', 'opaque']).optional(),
    output_format: z.string().optional(),
    quality: z.string().optional(),
    size: z.string().optional(),
    usage: z
      .object({
        input_tokens: countSchema,
        input_tokens_details: tokenDetails,
        output_tokens: countSchema,
        output_tokens_details: tokenDetails.optional(),
        total_tokens: countSchema,
      })
      .optional(),
    safety_identifier: z.string().optional(),
  })
  .meta({ id: 'ImagesReply' })
