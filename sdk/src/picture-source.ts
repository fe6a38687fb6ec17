import type { ImageReference } from './api-types.ts'
import { base64OfBytes } from './base64.ts'
import { fileNameOf, mediaTypeOf } from './media-type.ts'
import { ResultImage } from './result-image.ts'

/**
 * A picture that an edit brings along: a file in any form, a result of an earlier call, or one that is named: by an https address or data URL (`image_url`), by the
 * id of a kept file or of a picture made here (`file_id`).
 */
export type PictureSource =
  | Blob
  | Uint8Array
  | ArrayBuffer
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ResultImage
  | ImageReference

/** A file with the name it goes by. */
export interface NamedFile {
  file: Blob
  name: string
}

/** Reads a source whole, so that a repeated call brings the same bytes; a reference stays one. */
export async function readSource(source: PictureSource, name: string): Promise<NamedFile | ImageReference> {
  if (source instanceof Blob) return namedFile(source, name)
  if (source instanceof ResultImage) return namedFile(source.blob(), name)
  if (source instanceof Uint8Array) return namedFile(new Blob([source as Uint8Array<ArrayBuffer>]), name)
  if (source instanceof ArrayBuffer) return namedFile(new Blob([source]), name)
  if (source instanceof ReadableStream) return namedFile(await new Response(source).blob(), name)
  if (Symbol.asyncIterator in source) return namedFile(new Blob(await piecesOf(source)), name)
  return source
}

/** The same as JSON bodies name it. */
export async function asReference(source: NamedFile | ImageReference): Promise<ImageReference> {
  if (!('file' in source)) return source
  const bytes = new Uint8Array(await source.file.arrayBuffer())
  return { image_url: `data:${mediaTypeOf(bytes)};base64,${base64OfBytes(bytes)}` }
}

async function namedFile(file: Blob, name: string): Promise<NamedFile> {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer())
  const own = 'name' in file && typeof file.name === 'string' ? file.name : ''
  return { file: file.type === '' ? file.slice(0, file.size, mediaTypeOf(head)) : file, name: own || fileNameOf(name, head) }
}

async function piecesOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>[]> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for await (const piece of source) pieces.push(piece as Uint8Array<ArrayBuffer>)
  return pieces
}
