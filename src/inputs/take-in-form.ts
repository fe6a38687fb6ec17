import { FormParts, type FormShape } from './form-parts.ts'
import type { FormIntake, IntakeOptions } from './intake.ts'
import type { IntakeLimits } from './intake-limits.ts'
import type { MediaType } from './media-type.ts'
import { readForm } from './read-form.ts'
import type { RequestBody } from './request-body.ts'

/** Takes a multipart body in. @throws Failure; no file is left behind then */
export async function takeInForm(
  body: RequestBody,
  { parameters }: MediaType,
  shape: FormShape,
  { folder, name, limits }: IntakeOptions & { limits: IntakeLimits },
): Promise<FormIntake> {
  const parts = new FormParts(shape, limits, { folder, name })
  try {
    await readForm(body, parameters.get('boundary'), limits, (head, content) => parts.take(head, content))
    const uploads = await parts.uploads()
    return { form: 'multipart', fields: parts.fields, uploads, [Symbol.asyncDispose]: () => parts.discard() }
  } catch (error) {
    await parts.discard()
    throw error
  }
}
