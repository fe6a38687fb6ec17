import { join } from 'node:path'
import { checkEditPictures, type EditPicturesContext } from '../contract/check-edit-pictures.ts'
import type { Failure } from '../contract/failure.ts'
import type { ContractWarning, ImageRequest } from '../contract/image-request.ts'
import type { InputPicture } from '../contract/input-picture.ts'
import { type ExaminedPicture, examinePicture } from '../pixels/index.ts'
import { convertToPng, maskFromLuminance } from '../retouch/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GatheredInput } from './gather-inputs.ts'
import { refusalOfPicture } from './refusal-of-picture.ts'

/** A file in the request's folder. */
export interface LocalFile {
  path: string
  bytes: number
  sha256: string
}

/** An input that goes upstream: as the caller gave it, or as Darkroom made it on the caller's word. */
export interface PreparedInput extends GatheredInput {
  /** What goes upstream; the caller's own bytes when nothing was converted. */
  sent: LocalFile
  conversion: 'mask_from_luminance' | 'png' | null
  /** Facts of what goes upstream, and of what the caller gave. */
  picture: InputPicture
  given: InputPicture
}

/** Inputs that are fit to be sent, or every reason why they are not. */
export interface PreparedInputs {
  inputs: PreparedInput[]
  refusals: Failure[]
  warnings: ContractWarning[]
}

/**
 * Decodes every input, judges them by the contract and makes the conversions that the caller asked for: an alpha mask of a black and white
 * one, a PNG of the first image. What was made is judged once more.
 */
export async function prepareInputs(
  parts: GatewayParts,
  request: ImageRequest,
  gathered: readonly GatheredInput[],
): Promise<PreparedInputs> {
  const { inputs, refusals } = await examineInputs(parts, gathered)
  if (refusals.length > 0) return { inputs: [], refusals, warnings: [] }
  const { retouch } = request
  const asGiven = judge(request, inputs, retouch)
  if (asGiven.refusals.length > 0) return { inputs: [], ...asGiven }
  const prepared = await Promise.all(inputs.map((input, place) => convert(parts, request, input, place, inputs)))
  if (prepared.every(({ conversion }) => conversion === null)) return { inputs, ...asGiven }
  return { inputs: prepared, ...judge(request, prepared, { ...retouch, maskMode: 'alpha' }) }
}

/** Decodes every input. One that is no picture is a refusal, and then there are no inputs. */
export async function examineInputs(
  parts: GatewayParts,
  gathered: readonly GatheredInput[],
): Promise<Pick<PreparedInputs, 'inputs' | 'refusals'>> {
  const examined = await Promise.all(gathered.map((input) => examine(parts, input)))
  const refusals = examined.flatMap((result) => ('refusal' in result ? [result.refusal] : []))
  const inputs = examined.flatMap((result) => ('input' in result ? [result.input] : []))
  return refusals.length > 0 ? { inputs: [], refusals } : { inputs, refusals }
}

function judge(request: ImageRequest, inputs: readonly PreparedInput[], context: EditPicturesContext) {
  return checkEditPictures(
    request,
    inputs.map(({ picture }) => picture),
    context,
  )
}

async function examine(parts: GatewayParts, input: GatheredInput): Promise<{ input: PreparedInput } | { refusal: Failure }> {
  const { path, bytes, sha256, reference } = input
  const examination = await examinePicture(parts.pixels, path)
  if (!examination.ok) return { refusal: refusalOfPicture(examination.problem, examination.found, reference.param) }
  const picture = inputPicture(input, examination.picture)
  return { input: { ...input, sent: { path, bytes, sha256 }, conversion: null, picture, given: picture } }
}

function inputPicture({ reference: { role, param } }: GatheredInput, picture: ExaminedPicture): InputPicture {
  const { format, bytes, width, height, orientation, bitDepth, alpha, transparentShare, opaqueShare } = picture
  const colourSpace = picture.profile === 'other' ? 'other' : picture.colourSpace
  return { role, param, format, bytes, width, height, orientation, bitDepth, colourSpace, frames: 1, alpha, transparentShare, opaqueShare }
}

async function convert(
  parts: GatewayParts,
  { retouch }: ImageRequest,
  input: PreparedInput,
  place: number,
  all: readonly PreparedInput[],
): Promise<PreparedInput> {
  const outPath = join(input.path, '..', `converted-${place}.png`)
  if (input.picture.role === 'mask' && retouch.maskMode === 'luminance') {
    const made = await maskFromLuminance(parts.pixels, { maskPath: input.path, outPath })
    return converted(parts, input, made, 'mask_from_luminance')
  }
  const isMasked = all.some(({ picture }) => picture.role === 'mask')
  if (place === 0 && isMasked && retouch.maskSource === 'convert' && input.picture.format !== 'png') {
    return converted(parts, input, await convertToPng(parts.pixels, { sourcePath: input.path, outPath }), 'png')
  }
  return input
}

async function converted(
  parts: GatewayParts,
  input: PreparedInput,
  sent: LocalFile,
  conversion: NonNullable<PreparedInput['conversion']>,
): Promise<PreparedInput> {
  const examination = await examinePicture(parts.pixels, sent.path)
  if (!examination.ok) throw new Error(`what was made of an input cannot be read: ${examination.problem}`)
  return { ...input, sent, conversion, picture: inputPicture(input, examination.picture) }
}
