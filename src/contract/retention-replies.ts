import { z } from 'zod'
import { timeSchema } from './wire-values.ts'

/** `DELETE /v2/images/{id}` and `DELETE /v2/generations/{id}/images`. */
export const deletedPicturesSchema = z
  .object({
    generation_id: z.string(),
    pictures: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['result', 'original', 'preview', 'input']),
        deleted_at: timeSchema,
        was_deleted_before: z.boolean().describe('True where this request found it deleted.'),
      }),
    ),
  })
  .meta({ id: 'DeletedPictures' })

/** As `deletedPicturesSchema` describes it. */
export type DeletedPictures = z.infer<typeof deletedPicturesSchema>

const reasonSchema = z.string().trim().min(1).max(500)

/** Body of `POST /v2/legal-holds`. */
export const newLegalHoldSchema = z
  .strictObject({
    subject_id: z.string().max(100).describe('Id of an image, a generation or a project.'),
    reason: reasonSchema.describe('Whose claim or order it is: kept for good.'),
  })
  .meta({ id: 'NewLegalHold' })

/** Body of `POST /v2/legal-holds/{id}/release`. */
export const legalHoldReleaseSchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'LegalHoldRelease' })

/** A hold as it is shown. */
export const legalHoldSchema = z
  .object({
    id: z.string(),
    subject_kind: z.enum(['image', 'generation', 'project']),
    subject_id: z.string(),
    project_id: z.string(),
    reason: z.string(),
    placed_by: z.string(),
    placed_at: timeSchema,
    release_reason: z.string().nullable(),
    released_by: z.string().nullable(),
    released_at: timeSchema.nullable().describe('Null while it is in force.'),
  })
  .meta({ id: 'LegalHold' })

/** As `legalHoldSchema` describes it. */
export type LegalHold = z.infer<typeof legalHoldSchema>

/** Query of `GET /v2/legal-holds`. */
export const legalHoldsQuerySchema = z.strictObject({
  subject_id: z.string().max(100).optional(),
  active: z.enum(['true', 'false']).optional().describe('`true`: only those in force.'),
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
})

/** `GET /v2/legal-holds`. */
export const legalHoldsReplySchema = z
  .object({ holds: z.array(legalHoldSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'LegalHolds' })
