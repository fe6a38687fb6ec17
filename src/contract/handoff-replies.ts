import { z } from 'zod'
import { inputLimits } from './input-limits.ts'
import { countSchema, cursorSchema, sha256Schema, timeSchema } from './wire-values.ts'

/** No control characters but line breaks and tabs; PostgreSQL takes no NUL. */
const clean = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0-\x08\x0b\x0c\x0e-\x1f\x7f]*$/, 'must not hold control characters')
const nameSchema = clean(200)
const boxSchema = z.strictObject({ x: countSchema, y: countSchema, width: z.int().min(1), height: z.int().min(1) })
const formatSchema = z.enum(['png', 'jpeg', 'webp'])
const sizeSchema = z.string().regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, 'must be a size in pixels, like 1024x1536')

/** Hours that a ticket is open at most, and unless it says otherwise. */
export const handoffHours = { most: 720, usual: 72 } as const

/** Body of `POST /v2/handoffs`. */
export const newHandoffSchema = z
  .strictObject({
    prompt: clean(32_000).optional(),
    darkroom: z
      .strictObject({
        prompt: z.strictObject({
          id: nameSchema,
          version: z.int().min(1).optional(),
          variables: z.record(clean(64), clean(32_000)).optional(),
        }),
      })
      .optional()
      .describe('A stored prompt in place of `prompt`, as calls name it.'),
    source: z
      .union([z.strictObject({ image_id: nameSchema }), z.strictObject({ file_id: nameSchema })])
      .optional()
      .describe('The picture that is edited; without one something new is made.'),
    owner: nameSchema
      .optional()
      .describe('Whose account it is done with, as the record will name the owner of the route. `by-hand` unless it is given.'),
    model: nameSchema.optional().describe('What the account shows as its model. `chatgpt` unless it is given.'),
    size: sizeSchema.optional(),
    output_format: formatSchema.optional().describe('Where it is given no other format is taken.'),
    texts: z
      .array(z.strictObject({ text: clean(500), lang: clean(35).min(2), box: boxSchema.optional() }))
      .max(64)
      .optional()
      .describe(
        'Texts that the picture must show; the guard reads them in what comes. `box`: where, in pixels of the source, or of `size`.',
      ),
    protect: z.array(boxSchema).max(64).optional().describe('Rectangles that an edit must leave as they are.'),
    subject: boxSchema.optional().describe('What an edit must leave where and as it is.'),
    remarks: z.array(clean(500)).max(20).optional().describe('What else is to be seen to.'),
    rights: clean(1000).optional(),
    tag: clean(64).optional(),
    metadata: z
      .record(clean(64), clean(512))
      .refine((pairs) => Object.keys(pairs).length <= 16, 'must hold at most 16 pairs')
      .optional(),
    expires_in_hours: z.int().min(1).max(handoffHours.most).optional().describe(`${handoffHours.usual} unless it is given.`),
  })
  .refine(({ prompt, darkroom }) => (prompt === undefined) !== (darkroom === undefined), {
    path: ['prompt'],
    message: 'must be given, or a stored prompt in darkroom.prompt, and not both',
  })
  .refine(({ source, protect }) => source !== undefined || protect === undefined, {
    path: ['protect'],
    message: 'only an edit has places that must stay: name its source',
  })
  .refine(({ source, subject }) => source !== undefined || subject === undefined, {
    path: ['subject'],
    message: 'only an edit has a subject that must stay: name its source',
  })
  .meta({ id: 'NewHandoff' })

/** As `newHandoffSchema` describes it. */
export type NewHandoffBody = z.infer<typeof newHandoffSchema>

/** A ticket as it is shown. */
export const handoffSchema = z
  .object({
    id: z.string(),
    project_id: z.string(),
    state: z.enum(['open', 'used', 'cancelled', 'expired']),
    created_at: timeSchema,
    expires_at: timeSchema,
    closed_at: timeSchema.nullable(),
    operation: z.enum(['generate', 'edit']),
    surface: z.literal('chatgpt'),
    route_id: z.literal('by-hand'),
    route_owner: z.string(),
    model: z.string(),
    prompt_sha256: sha256Schema,
    prompt: z.string().nullable().describe('To be pasted; null once the time of its words is over.'),
    checklist: z.array(z.object({ id: z.string(), text: z.string() })),
    source: z
      .object({ kind: z.enum(['image', 'file']), id: z.string(), url: z.url() })
      .nullable()
      .describe('The picture to be edited, for the same key.'),
    size: z.string().nullable(),
    output_format: formatSchema.nullable(),
    upload: z
      .object({ url: z.url(), field: z.literal('image'), formats: z.array(formatSchema), max_bytes: countSchema })
      .nullable()
      .describe('Where the picture goes, as a form; null where none is taken any more.'),
    generation_id: z.string().nullable().describe('The record that the picture has: `GET /v2/generations/{id}`.'),
  })
  .meta({ id: 'Handoff' })

/** As `handoffSchema` describes it. */
export type Handoff = z.infer<typeof handoffSchema>

/** Query of `GET /v2/handoffs`. */
export const handoffsQuerySchema = z.strictObject({
  state: z.enum(['open', 'used', 'cancelled', 'expired']).optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

/** `GET /v2/handoffs`. */
export const handoffsReplySchema = z.object({ handoffs: z.array(handoffSchema), next_cursor: cursorSchema }).meta({ id: 'Handoffs' })

/** Body of `POST /v2/handoffs/{id}/result`. */
export const handoffResultSchema = z
  .strictObject({
    image: z.file().describe(`PNG, JPEG or WebP, up to ${inputLimits.imageBytes / 1024 / 1024} MiB: the file as it was downloaded.`),
    model: nameSchema.optional().describe('What the account showed as its model, where that is known by now.'),
  })
  .meta({ id: 'HandoffResult' })

/** What `POST /v2/handoffs/{id}/result` answers. */
export const handoffTakenSchema = z
  .object({
    handoff: handoffSchema,
    generation_id: z.string(),
    image: z.object({
      id: z.string(),
      url: z.url(),
      sha256: sha256Schema,
      width: countSchema,
      height: countSchema,
      format: z.string(),
      bytes: countSchema,
    }),
    warnings: z.array(z.object({ code: z.string(), param: z.string().nullable(), message: z.string() })),
  })
  .meta({ id: 'HandoffTaken' })

/** As `handoffTakenSchema` describes it. */
export type HandoffTaken = z.infer<typeof handoffTakenSchema>
