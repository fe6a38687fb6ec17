import { type EditInputs, filePartRole } from '../../contract/edit-inputs.ts'
import { Failure } from '../../contract/failure.ts'
import { typeFormFields } from '../../contract/form-fields.ts'
import { dataUrlPlaceholder } from '../../contract/image-url.ts'
import type { InputReference, InputRole } from '../../contract/input-picture.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import type { Call } from '../call.ts'
import { refusalOf } from '../refusal.ts'
import { readBytes } from './read-bytes.ts'
import { type FormFile, isForm, readForm } from './read-form.ts'
import { isJson, parseJsonBody, unsupportedType } from './read-json-body.ts'
import { type DataUrl, dataUrlAt, takeDataUrls } from './take-data-urls.ts'

/** The bytes of one input that came along with its request. */
export interface CarriedInput {
  /** The place the reference names: `image`, `image[1]`, `images[0].image_url`. */
  param: string
  role: InputRole
  /** The name it was sent under: the part's, or its place in the JSON body. */
  name: string
  /** As the sender says; null when the sender says nothing. */
  mediaType: string | null
  bytes: Buffer
}

/** What an edit's call brought, in either of its two forms. */
export interface EditBody {
  /** The fields beside the pictures; a JSON body as it was, with data URLs replaced by the contract's placeholder. */
  fields: JsonObject
  /** The pictures as the contract wants them named. */
  inputs: EditInputs
  carried: CarriedInput[]
}

/**
 * Reads the call of an edit: a form with its file parts, or JSON with data URLs.
 * @throws Refusal 400 for another content type, a body that cannot be read or a file part of a name that edits do not know, 413 beyond
 * `maxBytes`.
 * @throws CallOver when the client left before its body was whole.
 */
export async function readEditBody({ request }: Call, maxBytes: number): Promise<EditBody> {
  const contentType = request.headers['content-type'] ?? ''
  if (isForm(contentType)) return editOfForm(await readForm(request, maxBytes))
  if (isJson(contentType)) return editOfJson(await readBytes(request, maxBytes))
  throw unsupportedType(contentType, 'multipart/form-data')
}

function editOfForm({ fields, files }: { fields: [string, string][]; files: FormFile[] }): EditBody {
  const typed = typeFormFields(fields)
  if (typed instanceof Failure) throw refusalOf(typed)
  const several = files.filter(({ name }) => /^image\b/.test(name)).length > 1
  const carried = files.map(({ name, mediaType, bytes }, index) => {
    const role = filePartRole(name)
    if (role instanceof Failure) throw refusalOf(role)
    const before = files.slice(0, index).filter((file) => filePartRole(file.name) === role).length
    return { param: role === 'image' && several ? `image[${before}]` : role, role, name, mediaType, bytes }
  })
  const references = carried.map(
    ({ role, param, bytes }): InputReference => ({ role, param, from: { kind: 'bytes', source: 'upload', byteLength: bytes.length } }),
  )
  return { fields: typed, inputs: { form: 'multipart', references }, carried }
}

function editOfJson(body: Buffer): EditBody {
  const { text, urls } = takeDataUrls(body)
  return jsonEdit(parseJsonBody(text), urls)
}

/** An edit in JSON whose data URLs were taken out of its text; the marks in the fields are replaced. */
export function jsonEdit(fields: JsonObject, urls: readonly DataUrl[]): EditBody {
  const carried: CarriedInput[] = []
  const named: [place: string, role: InputRole, reference: JsonValue | undefined][] = [
    ...(Array.isArray(fields.images) ? fields.images : []).map((item, index): (typeof named)[number] => [
      `images[${index}]`,
      'image',
      item,
    ]),
    ['mask', 'mask', fields.mask],
  ]
  for (const [place, role, reference] of named) {
    if (isJsonObject(reference)) carry(carried, { param: `${place}.image_url`, role, reference, urls })
  }
  const dataUrls = carried.map(({ param, bytes }) => ({ param, byteLength: bytes.length }))
  return { fields, inputs: { form: 'json', dataUrls }, carried }
}

/** Takes the bytes of one reference over and leaves the contract's placeholder in their place. */
function carry(
  carried: CarriedInput[],
  { param, role, reference, urls }: { param: string; role: InputRole; reference: JsonObject; urls: readonly DataUrl[] },
): void {
  const url = dataUrlAt(reference.image_url, urls)
  if (!url) return
  reference.image_url = dataUrlPlaceholder
  carried.push({ param, role, name: param, ...url })
}
