import { filePartRole, namesPicture } from '../contract/edit-inputs.ts'
import { failure } from '../contract/failure.ts'
import type { FormShape } from './form-parts.ts'
import type { EditIntake, FormIntake, IntakeOptions, ReadImageJson } from './intake.ts'
import { defaultIntakeLimits, type IntakeLimits } from './intake-limits.ts'
import { isUtf8, type MediaType, parseMediaType } from './media-type.ts'
import { type BodySource, RequestBody } from './request-body.ts'
import { takeInForm } from './take-in-form.ts'
import { takeInJson } from './take-in-json.ts'

/** What taking in an edit needs. */
export interface EditIntakeOptions extends IntakeOptions {
  readImageJson: ReadImageJson
}

const editShape: FormShape = { namesFile: namesPicture, roleOf: filePartRole }

/** An upload knows one file, whatever it is for; its role says nothing. */
const uploadShape = (part: string): FormShape => ({
  namesFile: (name) => name === part,
  roleOf: (name) => (name === part ? 'image' : failure('unexpected_file_part', { param: name.slice(0, 64) })),
})

/**
 * Takes the body of an edit in, in either form: pictures go to disk while they come, each hashed and flushed when the promise resolves;
 * the rest is small. Nothing is decoded, and no rule of the contract is applied, but what a body cannot be read with.
 *
 * A refused body is read to its end and thrown away, up to its bound: many clients read no answer before they have written all.
 * Only one that is known to be too large is not; its connection should be closed.
 * @throws Failure `unsupported_media_type`, `body_too_large`, `invalid_multipart`, `too_many_parts`, `too_many_images`, `image_too_large`,
 * `unexpected_file_part`, `invalid_value`, `invalid_encoding`, `string_above_max_length`, `invalid_json`, `invalid_body`, `duplicate_key`,
 * `request_aborted`, `storage_full` or `storage_unavailable`. None leaves a file behind.
 */
export async function takeInEdit(request: BodySource, options: EditIntakeOptions): Promise<EditIntake> {
  const limits = { ...defaultIntakeLimits, ...options.limits }
  const media = mediaTypeOf(request, ['multipart/form-data', 'application/json'])
  if (media.essence === 'multipart/form-data') return readWholeForm(request, media, editShape, { ...options, limits })
  return withBody(request, limits.jsonBytes, options.signal, (body) => takeInJson(body, options.readImageJson, { ...options, limits }))
}

/**
 * Takes the multipart body of an upload in: one file, and text fields.
 * @param options.part the name of the file; @default 'file'
 * @throws Failure as `takeInEdit`; none leaves a file behind
 */
export async function takeInUpload(request: BodySource, options: IntakeOptions & { part?: string }): Promise<FormIntake> {
  const limits = { ...defaultIntakeLimits, files: 1, ...options.limits }
  return readWholeForm(request, mediaTypeOf(request, ['multipart/form-data']), uploadShape(options.part ?? 'file'), { ...options, limits })
}

function readWholeForm(
  request: BodySource,
  media: MediaType,
  shape: FormShape,
  options: IntakeOptions & { limits: IntakeLimits },
): Promise<FormIntake> {
  return withBody(request, options.limits.formBytes, options.signal, (body) => takeInForm(body, media, shape, options))
}

async function withBody<T>(
  request: BodySource,
  mostBytes: number,
  signal: AbortSignal | undefined,
  read: (body: RequestBody) => Promise<T>,
): Promise<T> {
  const body = new RequestBody(request, mostBytes, signal)
  try {
    return await read(body)
  } finally {
    await body.drop()
  }
}

function mediaTypeOf({ contentType }: BodySource, served: readonly string[]): MediaType {
  const media = contentType === undefined ? null : parseMediaType(contentType)
  const isServed = media !== null && served.includes(media.essence) && (media.essence !== 'application/json' || isUtf8(media))
  if (isServed) return media
  throw failure('unsupported_media_type', {
    message: `This endpoint does not read that Content-Type. Nothing was sent or charged; send ${served.join(', or ')} (UTF-8).`,
  })
}
