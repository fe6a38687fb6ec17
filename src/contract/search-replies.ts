import { z } from 'zod'
import { bookSchema, countSchema, cursorSchema, moneySchema, sha256Schema, timeSchema } from './wire-values.ts'

/** A day (`2026-11-20`, the whole of it, UTC) or a moment. */
const momentSchema = z.union([z.iso.date(), z.iso.datetime()])
/** PostgreSQL takes no NUL in a text. */
const withoutNul = /^[^\0]*$/
const nameSchema = z.string().min(1).max(200).regex(withoutNul)
const dollarsSchema = z
  .string()
  .max(30)
  .regex(/^\d+(\.\d{1,9})?$/, 'must be dollars as a decimal, like 0.05')
const labelSchema = z
  .string()
  .max(1100)
  .regex(/^[^:\0]+:[^\0]*$/, 'must be a name and a value with a colon between them, like campaign:spring')

/** Query of `GET /v2/images`. */
export const picturesQuerySchema = z.strictObject({
  q: z.string().min(1).max(500).optional().describe('Words of the prompt; all of them must stand in it.'),
  hash: z
    .string()
    .regex(/^[0-9a-fA-F]{4,64}$/, 'must be at least the first four hexadecimal digits of a SHA-256')
    .optional()
    .describe('SHA-256 of the picture, or its beginning.'),
  owner: nameSchema.optional().describe('Owner of the route.'),
  route: nameSchema.optional(),
  model: nameSchema.optional().describe('As it was asked for.'),
  operation: z.enum(['generate', 'edit', 'respond']).optional(),
  surface: z.enum(['images', 'responses', 'provider', 'chatgpt']).optional(),
  size: z
    .string()
    .regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, 'must be a size in pixels, like 1536x1024')
    .optional()
    .describe('Of the picture as it came.'),
  format: z.enum(['png', 'jpeg', 'webp']).optional(),
  cost_min: dollarsSchema.optional().describe('Dollars that its generation cost, at least.'),
  cost_max: dollarsSchema.optional(),
  from: momentSchema.optional().describe('First day or moment, UTC, at which it was asked for.'),
  to: momentSchema.optional().describe('Last day (all of it), or the moment it ends.'),
  review: z
    .enum(['none', 'open', 'claimed', 'approved', 'rejected', 'changes_requested', 'revoked'])
    .optional()
    .describe('State of its review; `none`: it was not to be looked at.'),
  tag: nameSchema.optional().describe('`x-darkroom-project-tag` of the call.'),
  metadata: z
    .union([labelSchema, z.array(labelSchema).max(16)])
    .optional()
    .describe('A label of the call, `name:value`; several must all be there.'),
  project: z
    .string()
    .max(100)
    .regex(withoutNul)
    .optional()
    .describe('For the admin token: one project. It must be named where words are looked for.'),
  cursor: z.string().max(2000).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional().describe('50 unless it is given.'),
})

/** As `picturesQuerySchema` describes it. */
export type PicturesQuery = z.infer<typeof picturesQuerySchema>

/** A picture that was found. */
export const foundPictureSchema = z
  .object({
    id: z.string(),
    generation_id: z.string(),
    project_id: z.string(),
    created_at: timeSchema.describe('When it was asked for.'),
    url: z.url().describe('Its bytes, for the same key.'),
    sha256: sha256Schema,
    width: countSchema.nullable(),
    height: countSchema.nullable(),
    format: z.string().nullable(),
    bytes: countSchema,
    operation: z.enum(['generate', 'edit', 'respond']),
    surface: z.enum(['images', 'responses', 'provider', 'chatgpt']),
    model: z.string(),
    route_id: z.string(),
    route_owner: z.string(),
    quality: z.string(),
    prompt_sha256: sha256Schema.nullable(),
    tag: z.string().nullable(),
    metadata: z.record(z.string(), z.string()).nullable(),
    book: bookSchema,
    cost: z.object({ settled: moneySchema, held_unknown: moneySchema }).describe('Of its generation, for all its pictures.'),
    delete_after: timeSchema.nullable(),
  })
  .meta({ id: 'FoundPicture' })

/** As `foundPictureSchema` describes it. */
export type FoundPictureReply = z.infer<typeof foundPictureSchema>

/** `GET /v2/images`. */
export const picturesReplySchema = z
  .object({
    images: z.array(foundPictureSchema),
    next_cursor: cursorSchema.describe(
      'Goes on behind them. A page may have fewer pictures than were asked for, or none, and go on all the same.',
    ),
  })
  .meta({ id: 'FoundPictures' })

/** As `picturesReplySchema` describes it. */
export type PicturesReply = z.infer<typeof picturesReplySchema>
