import { open } from 'node:fs/promises'
import { FileBytes } from './byte-source.ts'
import type { DecodedFacts, ExaminationOrder } from './examine-picture-task.ts'
import { type FileKind, KIND_BYTES, kindOf } from './file-kind.ts'
import type { ImageFacts } from './image-facts.ts'
import { inspectImage } from './inspect-image.ts'
import type { PictureExamination, PictureProblem } from './picture-examination.ts'
import { MAX_DECODED_PIXELS } from './pixel-cap.ts'
import type { PixelPool } from './pixel-pool.ts'
import { pixelTask } from './pixel-task.ts'
import { PixelTaskError } from './pixel-task-error.ts'

const decode = pixelTask<ExaminationOrder, DecodedFacts>('examine picture', new URL('./examine-picture-task.ts', import.meta.url).href)

type Refusal = Extract<PictureExamination, { ok: false }>

/**
 * Tells whether a file is a picture that models can be given, by its bytes alone. Whatever its header already says is refused here, in
 * milliseconds and without a decoder; only then it is decoded whole, in a child process.
 * @throws PixelTaskError `failed` when that process could not do its work, which says nothing about the picture; what the file system says
 * when the file cannot be read
 */
export async function examinePicture(pool: PixelPool, path: string): Promise<PictureExamination> {
  const { kind, facts, bytes } = await readHeader(path)
  const refusal = refusalOfKind(kind) ?? refusalOfHeader(kind, facts)
  if (refusal || !kind.format || !facts) return refusal ?? refuse('unreadable', unreadableHeader(kind))
  try {
    const { width, height, bitDepth, hasContentCredentials } = facts
    const decoded = await pool.run(decode, { path, width, height })
    return { ok: true, picture: { format: kind.format, bytes, width, height, bitDepth, hasContentCredentials, ...decoded } }
  } catch (error) {
    return refusalOfDecoding(error)
  }
}

async function readHeader(path: string): Promise<{ kind: FileKind; facts: ImageFacts | null; bytes: number }> {
  const file = await open(path, 'r')
  try {
    const source = new FileBytes(file, (await file.stat()).size)
    return { kind: kindOf(await source.read(0, KIND_BYTES)), facts: await inspectImage(source), bytes: source.size }
  } finally {
    await file.close()
  }
}

function refusalOfKind(kind: FileKind): Refusal | null {
  if (kind.format) return null
  if (kind.words === 'empty') return refuse('empty', 'The file is empty.')
  const found = `The file is ${kind.words}; PNG, JPEG and WebP are read, whatever the file's name.`
  return refuse(kind.isPicture ? 'unsupported_format' : 'not_an_image', found)
}

function refusalOfHeader(kind: FileKind, facts: ImageFacts | null): Refusal | null {
  if (!facts) return refuse('unreadable', unreadableHeader(kind))
  const { width, height, bitDepth } = facts
  if (width * height > MAX_DECODED_PIXELS)
    return refuse('too_many_pixels', `The picture has ${width}x${height} pixels; ${MAX_DECODED_PIXELS} are read at most.`)
  if (bitDepth > 8) return refuse('sixteen_bit', `The picture has ${bitDepth} bits per channel; 8 are read at most.`)
  if (facts.severalFrames && facts.format === 'jpeg')
    return refuse('multi_frame_jpeg', 'The JPEG holds several pictures (MPO, or a photo with a gain map); it must hold one.')
  if (facts.severalFrames) return refuse('animated', 'The picture is animated; it must be a still.')
  if (!facts.complete)
    return refuse('truncated', `The file is cut off: it begins as ${kind.words} of ${width}x${height}, its end is missing.`)
  return null
}

const unreadableHeader = (kind: FileKind) => `The file begins as ${kind.words}, but its header is damaged or cut off.`

/** A picture at which its decoder crashed, starved or stalled is as unreadable as one that the decoder refused. */
function refusalOfDecoding(error: unknown): Refusal {
  if (!(error instanceof PixelTaskError) || error.kind === 'failed') throw error
  if (error.kind === 'refused') return refuse(error.code as PictureProblem, error.message)
  return refuse('unreadable', 'The picture cannot be decoded within the limits of time and memory.')
}

function refuse(problem: PictureProblem, found: string): Refusal {
  return { ok: false, problem, found }
}
