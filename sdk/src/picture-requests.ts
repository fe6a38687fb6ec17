import type { EstimateRequest, ImageEditRequest, ImageGenerationRequest, ImageReference, ResponseRequest } from './api-types.ts'
import { asReference, type NamedFile, type PictureSource, readSource } from './picture-source.ts'

/** OpenAI's body of a generation, with the key `darkroom` for what Darkroom adds. */
export type GenerateRequest = ImageGenerationRequest

/** OpenAI's fields of an edit; pictures in any form. */
export type EditRequest = Omit<ImageEditRequest, 'images' | 'mask'> & {
  /** 1 to 16 pictures, the one to be edited first. */
  image: PictureSource | readonly PictureSource[]
  /** A PNG with an alpha channel, of the first picture's pixels: transparent where the model draws anew. */
  mask?: PictureSource
  /** A transparent PNG laid over the first picture that points at what to change; for models that have it, and only beside files. */
  markup?: PictureSource
}

/** Any call that makes pictures, told apart by what it brings: `image` = an edit, `input` = an assistant call. */
export type PictureRequest = GenerateRequest | EditRequest | ResponseRequest

/** What `fetch` takes as a body. */
export type RequestBody = NonNullable<RequestInit['body']>

/** A body and its media type; that of a form the runtime writes, with its boundary. */
export interface Body {
  body: RequestBody
  headers: Record<string, string>
}

/** What a request asks for. */
export function operationOf(request: PictureRequest): NonNullable<EstimateRequest['operation']> {
  if (isEdit(request)) return 'edit'
  return 'input' in request ? 'respond' : 'generate'
}

const isEdit = (request: PictureRequest): request is EditRequest => 'image' in request && !('input' in request)

/** The body of a call: a form where an edit brings files, JSON for everything else. */
export async function bodyOf(request: PictureRequest): Promise<Body> {
  if (!isEdit(request)) return jsonBody(request)
  const edit = await readEdit(request)
  return edit.files === null ? jsonBody(await jsonEdit(edit)) : { body: formOf(edit.fields, edit.files), headers: {} }
}

/** The JSON form of a call, with files as data URLs. */
export async function jsonOf(request: PictureRequest): Promise<object> {
  return isEdit(request) ? jsonEdit(await readEdit(request)) : request
}

export function jsonBody(value: unknown): Body {
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } }
}

type Part<File = NamedFile> = readonly [name: string, file: File]

interface ReadEdit {
  fields: object
  images: (NamedFile | ImageReference)[]
  mask: NamedFile | ImageReference | null
  /** All that it brings; null where something is only named. */
  files: Part[] | null
}

async function readEdit({ image, mask, markup, ...fields }: EditRequest): Promise<ReadEdit> {
  const sources = Array.isArray(image) ? (image as readonly PictureSource[]) : [image as PictureSource]
  const images = await Promise.all(sources.map((source) => readSource(source, 'image')))
  const [readMask, readMarkup] = await Promise.all([readOptional(mask, 'mask'), readOptional(markup, 'markup')])
  const name = images.length === 1 ? 'image' : 'image[]'
  const files: Part<NamedFile | ImageReference>[] = images.map((read) => [name, read])
  if (readMask !== null) files.push(['mask', readMask])
  if (readMarkup !== null) files.push(['markup', readMarkup])
  const isForm = files.every((part): part is Part => 'file' in part[1])
  if (!isForm && readMarkup !== null) throw new TypeError('a markup can only be sent beside files, not beside references')
  return { fields, images, mask: readMask, files: isForm ? (files as Part[]) : null }
}

async function readOptional(source: PictureSource | undefined, name: string): Promise<NamedFile | ImageReference | null> {
  return source === undefined ? null : readSource(source, name)
}

async function jsonEdit({ fields, images, mask }: ReadEdit): Promise<object> {
  const references = await Promise.all(images.map(asReference))
  return { ...fields, images: references, ...(mask === null ? {} : { mask: await asReference(mask) }) }
}

/** A form of scalars, objects as JSON, and files; what is null or undefined is left out. */
export function formOf(fields: object, files: readonly Part[]): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue
    form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  for (const [name, { file, name: fileName }] of files) form.append(name, file, fileName)
  return form
}
