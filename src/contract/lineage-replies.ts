import { z } from 'zod'
import { countSchema, sha256Schema, timeSchema } from './wire-values.ts'

/** `GET /v2/images/{id}/lineage`. */
export const lineageReplySchema = z
  .object({
    image_id: z.string(),
    generation_id: z.string(),
    version_of: z
      .string()
      .nullable()
      .describe('The picture as the model made it, where this one is what Darkroom made of it (a strict mask, a keyed background).'),
    made_from: z.array(
      z.object({
        input_id: z.string(),
        role: z.enum(['image', 'mask', 'markup']),
        sha256: sha256Schema,
        width: countSchema,
        height: countSchema,
        deleted_at: timeSchema.nullable(),
        image: z
          .object({ id: z.string(), generation_id: z.string() })
          .nullable()
          .describe('The picture of this gateway that it is, by its id or its bytes; null for one from elsewhere, or that was deleted.'),
      }),
    ),
    taken_up_by: z.array(
      z.object({
        generation_id: z.string(),
        created_at: timeSchema,
        operation: z.enum(['generate', 'edit', 'respond']),
        role: z.enum(['image', 'mask', 'markup']),
        images: z.array(z.string()).describe('What the call made, as far as it is kept.'),
      }),
    ),
  })
  .meta({ id: 'Lineage' })

/** As `lineageReplySchema` describes it. */
export type LineageReply = z.infer<typeof lineageReplySchema>
