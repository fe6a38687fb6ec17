import { formatSize, legalSizeOfShape } from '../contract/size-rules.ts'
import type { JsonObject } from '../primitives/json.ts'
import { UsageError } from './command.ts'
import { type EditValues, type EditWords, editExtension, editHeaders, withPictureName } from './edit-options.ts'
import { assertFitsTogether, type EditSource, type FileSource, findSource, partOf, referenceOf } from './edit-source.ts'
import type { ImageCall } from './image-call.ts'
import { given, type ImageValues, imageBody, imageHeaders } from './image-options.ts'

/** An edit, ready to be sent. */
export interface EditCall extends ImageCall {
  operation: 'edit'
  /** The files that go in, none of which may be written over. */
  files: string[]
}

/**
 * Builds the call of an edit: a form, or JSON where a picture is named by address or id.
 * @throws UsageError; CommandError for a picture that is not there
 */
export async function editCall(words: EditWords, values: ImageValues & EditValues): Promise<EditCall> {
  const { pictures, prompt } = words
  const { darkroom, ...body } = imageBody(prompt, values)
  const extension = { ...(darkroom as JsonObject | undefined), ...editExtension(values) }
  const fields = Object.keys(extension).length === 0 ? body : { ...body, darkroom: extension }
  const headers = { ...imageHeaders(values), ...editHeaders(values) }
  const sources = await findSources(pictures, values)
  assertFitsTogether(allOf(sources))
  const size = values.strict && values.size === undefined ? await sizeOfShape(sources.images[0]) : undefined
  const sent = await bodyOf(size === undefined ? fields : { ...fields, size }, sources)
  const files = allOf(sources).flatMap((source) => (source.kind === 'file' ? [source.path] : []))
  return { operation: 'edit', body: sent, headers, files, inOwnWords: (error) => withPictureName(error, words, values) }
}

interface Sources {
  images: EditSource[]
  mask?: EditSource
  markup?: EditSource
}

async function findSources(pictures: readonly string[], { mask, markup }: EditValues): Promise<Sources> {
  const images: EditSource[] = []
  for (const picture of pictures) images.push(await findSource(picture))
  return {
    images,
    ...(mask === undefined ? {} : { mask: await findSource(mask) }),
    ...(markup === undefined ? {} : { markup: await findSource(markup) }),
  }
}

const allOf = ({ images, mask, markup }: Sources) => [...images, mask, markup].filter((source) => source !== undefined)

/** A strict mask needs a size of exactly the picture's shape: the legal one nearest to it. The gateway explains where there is none. */
async function sizeOfShape(first: EditSource | undefined): Promise<string | undefined> {
  if (first?.kind !== 'file') return undefined
  const { inspectImageFile } = await import('../pixels/index.ts')
  const facts = await inspectImageFile(first.path)
  const size = facts && legalSizeOfShape('free', facts)
  return size ? formatSize(size) : undefined
}

async function bodyOf(fields: JsonObject, sources: Sources): Promise<FormData | JsonObject> {
  if (allOf(sources).every((source) => source.kind === 'file')) return formOf(fields, sources as FileSources)
  if (sources.markup) throw new UsageError('--markup goes with pictures in files only, not with an address or an id')
  const [images, mask] = await Promise.all([
    Promise.all(sources.images.map(referenceOf)),
    sources.mask === undefined ? undefined : referenceOf(sources.mask),
  ])
  return given({ ...fields, images, mask }) as JsonObject
}

type FileSources = { images: FileSource[]; mask?: FileSource; markup?: FileSource }

async function formOf(fields: JsonObject, { images, mask, markup }: FileSources): Promise<FormData> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  for (const image of images) form.append(images.length === 1 ? 'image' : 'image[]', await partOf(image))
  if (mask) form.append('mask', await partOf(mask))
  if (markup) form.append('markup', await partOf(markup))
  return form
}
