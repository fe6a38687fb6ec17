import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { Failure, failure } from './failure.ts'
import { missing, quote, text, unknownParameter, wrongType } from './field-rules.ts'
import { readImageUrl } from './image-url.ts'
import { inputLimits } from './input-limits.ts'
import type { InputReference, InputRole } from './input-picture.ts'

export { dataUrlPlaceholder } from './image-url.ts'

/** A data URL that was taken out of a JSON body, see `dataUrlPlaceholder`. */
export interface DataUrlInput {
  /** Where it stood: `images[0].image_url`, `mask.image_url`. */
  param: string
  /** Bytes it holds, decoded. */
  byteLength: number
}

/**
 * The pictures of an edit as its form brought them.
 * `multipart`: one reference a file part, in the order of the parts. `json`: they are named in the body itself;
 * `isServedUrl` knows the addresses of pictures that this gateway made, which need not be https.
 */
export type EditInputs =
  | { form: 'multipart'; references: readonly InputReference[] }
  | { form: 'json'; dataUrls: readonly DataUrlInput[]; isServedUrl?: (url: string) => boolean }

/** References that were read, images first, and what is wrong with the others. */
export interface ReadReferences {
  references: InputReference[]
  refusals: Failure[]
}

/** Body keys that name pictures in each form, whether rightly or by a mix-up that has a refusal of its own. */
export const inputKeys = {
  json: ['images', 'mask', 'image', 'image[]'],
  multipart: [],
} as const satisfies Record<EditInputs['form'], readonly string[]>

/** Reads which pictures an edit brings. Their count is bounded by the contract; a model may take fewer. Never throws. */
export function readInputReferences(body: JsonObject, inputs: EditInputs): ReadReferences {
  return inputs.form === 'multipart' ? readParts(inputs.references) : readBody(body, inputs)
}

const partName = /^(image|images)(?:\[\d{0,3}\])?$/

/** True for a name under which clients send pictures in a form, rightly or by a mix-up that has a refusal of its own. */
export function namesPicture(name: string): boolean {
  return name === 'mask' || name === 'markup' || partName.test(name)
}

/**
 * What a file part of a multipart edit is for, by its name. Clients write images as `image`, `image[]` or `image[0]`.
 * @returns the refusal of a name that edits do not know.
 */
export function filePartRole(name: string): InputRole | Failure {
  if (name === 'mask' || name === 'markup') return name
  const base = partName.exec(name)?.[1]
  if (base === 'image') return 'image'
  return base === 'images' ? misnamed(name, 'multipart') : unexpectedPart(name)
}

/** The refusal of `images` in a form, or `image` in JSON, with the right name. */
function misnamed(name: string, form: EditInputs['form']): Failure {
  const right =
    form === 'json'
      ? "A JSON body names its pictures in 'images', a list of {image_url} or {file_id}."
      : "A multipart body carries each picture in a part named 'image' or 'image[]'."
  return failure('invalid_value', { param: name, message: `Invalid value: ${quote(name)}. ${right} Nothing was sent or charged.` })
}

function unexpectedPart(name: string): Failure {
  return failure('unexpected_file_part', {
    param: name.slice(0, 100),
    message: `The file part ${quote(name)} is not expected: pictures come as 'image' or 'image[]', and 'mask' or 'markup'. Nothing was sent or charged.`,
  })
}

function readParts(parts: readonly InputReference[]): ReadReferences {
  const images = parts.filter((part) => part.role === 'image')
  const overlays = parts.filter((part) => part.role !== 'image')
  const refusals = images.length === 0 ? [missing('image')] : images.length > inputLimits.images ? [tooMany('image', images.length)] : []
  const twice = overlays.filter((part, index) => overlays.findIndex((other) => other.role === part.role) !== index)
  const references = [...images, ...overlays.filter((part) => part.role === 'mask'), ...overlays.filter((part) => part.role === 'markup')]
  return { references, refusals: [...refusals, ...twice.map((part) => sentTwice(part.param))] }
}

function sentTwice(param: string): Failure {
  return failure('duplicate_key', {
    param,
    message: `The body holds more than one '${param}', so its meaning is not clear. Nothing was sent or charged; send one.`,
  })
}

/** @param param the list in the caller's own form. @param found how many came. */
export function tooMany(param: string, found: number, most: number = inputLimits.images): Failure {
  return failure('too_many_images', {
    param,
    message: `Invalid '${param}': array too long. Expected an array with maximum length ${most}, but got an array with length ${found} instead.`,
  })
}

type JsonInputs = Extract<EditInputs, { form: 'json' }>
/** What is known of the pictures that a JSON body names. */
export type NamedInputs = Omit<JsonInputs, 'form'>

function readBody(body: JsonObject, inputs: JsonInputs): ReadReferences {
  const mixedUp = ['image', 'image[]'].filter((name) => Object.hasOwn(body, name)).map((name) => misnamed(name, 'json'))
  const hasImages = Object.hasOwn(body, 'images')
  const images = hasImages || mixedUp.length === 0 ? readList(hasImages ? body.images : undefined, inputs) : []
  const mask = Object.hasOwn(body, 'mask') && body.mask !== null ? [readReference('mask', 'mask', body.mask as JsonValue, inputs)] : []
  const read = [...images, ...mask]
  return {
    references: read.filter((found): found is InputReference => !(found instanceof Failure)),
    refusals: [...mixedUp, ...read.filter((found) => found instanceof Failure)],
  }
}

function readList(images: JsonValue | undefined, inputs: JsonInputs): (InputReference | Failure)[] {
  if (images === undefined) return [missing('images')]
  if (!Array.isArray(images)) return [wrongType('images', 'an array of objects', images)]
  if (images.length === 0) return [emptyList()]
  if (images.length > inputLimits.images) return [tooMany('images', images.length)]
  return images.map((image, index) => readReference('image', `images[${index}]`, image, inputs))
}

function emptyList(): Failure {
  return failure('empty_array', {
    param: 'images',
    message: "Invalid 'images': empty array. Expected an array with minimum length 1, but got an empty array instead.",
  })
}

/** Reads `{image_url}` or `{file_id}`: exactly one of the two and nothing else. @param param where the object stands. */
export function readReference(role: 'image' | 'mask', param: string, value: JsonValue, inputs: NamedInputs): InputReference | Failure {
  if (!isJsonObject(value)) return wrongType(param, 'an object', value)
  const unknown = Object.keys(value).find((key) => key !== 'image_url' && key !== 'file_id')
  if (unknown !== undefined) return unknownParameter(`${param}.${unknown}`)
  const members = Object.entries(value)
  const [named] = members
  if (named === undefined || members.length > 1) return notOneOf(param, members.length)
  return named[0] === 'file_id' ? readFileId(role, `${param}.file_id`, named[1]) : readUrl(role, `${param}.image_url`, named[1], inputs)
}

function notOneOf(param: string, found: number): Failure {
  const both = `'${param}.image_url' and '${param}.file_id'`
  if (found > 1) return failure('invalid_value', { param, message: `Invalid '${param}': ${both} exclude each other. Give exactly one.` })
  return failure('missing_required_parameter', { param, message: `Missing required parameter: one of ${both}.` })
}

function readFileId(role: 'image' | 'mask', param: string, id: JsonValue): InputReference | Failure {
  return text(1, inputLimits.fileIdCharacters)(param, id) ?? { role, param, from: { kind: 'file_id', id: id as string } }
}

function readUrl(role: 'image' | 'mask', param: string, url: JsonValue, inputs: NamedInputs): InputReference | Failure {
  if (typeof url !== 'string') return wrongType(param, 'a string', url)
  const spooled = inputs.dataUrls.find((dataUrl) => dataUrl.param === param)
  const from = readImageUrl(param, url, { spooledBytes: spooled?.byteLength ?? null, isOwn: inputs.isServedUrl ?? (() => false) })
  return from instanceof Failure ? from : { role, param, from }
}
