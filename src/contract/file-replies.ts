import { z } from 'zod'
import { countSchema } from './wire-values.ts'

const unixSeconds = z.int().min(0).describe('Seconds since 1970.')

/** A file of `/v1/files`, in OpenAI's shape (openai 7.55.0 types). */
export const fileObjectSchema = z
  .object({
    id: z.string(),
    object: z.literal('file'),
    bytes: countSchema,
    created_at: unixSeconds,
    expires_at: unixSeconds.optional().describe('Absent for a file that is kept until it is deleted.'),
    filename: z.string(),
    purpose: z.string(),
    status: z.literal('processed'),
  })
  .meta({ id: 'File' })

/** As `fileObjectSchema` describes it. */
export type FileObject = z.infer<typeof fileObjectSchema>

/** `GET /v1/files`: a page of files; `after=last_id` asks for the next. */
export const fileListSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(fileObjectSchema),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
  .meta({ id: 'Files' })

/** `DELETE /v1/files/{id}`. */
export const fileDeletedSchema = z
  .object({ id: z.string(), object: z.literal('file'), deleted: z.literal(true) })
  .meta({ id: 'FileDeleted' })

/** The multipart body of `POST /v1/files`. */
export const fileUploadSchema = z
  .strictObject({
    file: z.file().describe('A PNG, WebP or JPEG with a single picture.'),
    purpose: z.literal('vision'),
    'expires_after[anchor]': z.literal('created_at').optional(),
    'expires_after[seconds]': z.int().min(3600).max(2_592_000).optional(),
  })
  .meta({ id: 'FileUpload' })

/** The body of `POST /v2/files/fetch`. */
export const fileFetchSchema = z
  .strictObject({
    url: z.string().min(1).max(8192).describe('An https address.'),
    expires_after_seconds: z.int().min(3600).max(2_592_000).optional().describe('Kept until it is deleted when left out.'),
  })
  .meta({ id: 'FileFetch' })
