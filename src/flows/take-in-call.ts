import { Failure } from '../contract/failure.ts'
import { typeFormFields } from '../contract/form-fields.ts'
import { type BodySource, type EditIntake, takeInEdit, type Upload } from '../inputs/index.ts'
import type { JsonObject } from '../primitives/json.ts'
import { readImageJson } from '../relay/index.ts'
import type { BroughtInputs } from './brought-inputs.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { openInputWorkspace } from './input-workspace.ts'

/** A request whose body is still to be read. */
export interface ComingEdit extends Pick<BroughtInputs, 'projectId' | 'ownImageId'> {
  requestId: string
  source: BodySource
}

interface TakeInOptions {
  rename?: (param: string) => string
  files?: number
  imageKeys?: readonly string[]
}

/** The body of an edit, read; its pictures lie in a folder that goes with it. */
export interface TakenInEdit extends AsyncDisposable {
  body: JsonObject
  brought: BroughtInputs
}

/**
 * Takes in the body of an edit, as a form or as JSON. Nothing of it is judged yet but whether it can be read.
 * @param options.rename where a picture of a JSON body belongs in the edit, from where it stood; the body returned is still the whole
 * @param options.files pictures that may come along; @default those of an edit
 * @param options.imageKeys members that may hold them; @default those of an edit
 * @throws Failure; no file is left behind then
 */
export async function takeInEditCall(
  parts: GatewayParts,
  coming: ComingEdit,
  { rename = (param) => param, files, imageKeys }: TakeInOptions = {},
): Promise<TakenInEdit> {
  await using opening = new AsyncDisposableStack()
  const { folder } = opening.use(await openInputWorkspace(parts, coming.requestId))
  const intake = await takeInEdit(coming.source, {
    folder,
    name: 'upload',
    readImageJson,
    ...(imageKeys && { imageKeys }),
    ...(files !== undefined && { limits: { files } }),
  })
  const { projectId, ownImageId } = coming
  const uploads = intake.uploads.map((upload) => ({ ...upload, param: rename(upload.param) }))
  const form = formOf(intake, uploads, servedUrls(parts, ownImageId))
  const body = bodyOf(intake)
  const open = opening.move()
  return { body, brought: { form, uploads, folder, projectId, ownImageId }, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

function bodyOf(intake: EditIntake): JsonObject {
  const body = intake.form === 'json' ? intake.body : typeFormFields(intake.fields)
  if (body instanceof Failure) throw body
  return body
}

function formOf(intake: EditIntake, uploads: readonly Upload[], isServedUrl: (url: string) => boolean): BroughtInputs['form'] {
  if (intake.form === 'multipart') return { form: 'multipart', references: uploads.map(referenceOf) }
  const dataUrls = uploads.map(({ param, bytes }) => ({ param, byteLength: bytes }))
  return { form: 'json', dataUrls, isServedUrl }
}

/**
 * Which addresses need no https: those of our own pictures, and those of origins that the operator lists as fit to be fetched although they are
 * plain http.
 */
export function servedUrls({ outbound }: GatewayParts, ownImageId: BroughtInputs['ownImageId']): (url: string) => boolean {
  return (url) => {
    if (ownImageId(url) !== null) return true
    const verdict = outbound.checkUntrustedUrl(url)
    return verdict.ok && verdict.allowed
  }
}

function referenceOf({ role, param, source, bytes }: Upload) {
  return { role, param, from: { kind: 'bytes' as const, source, byteLength: bytes } }
}
