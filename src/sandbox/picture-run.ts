import { createHash } from 'node:crypto'
import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { ModelRow, Quality } from '../contract/model-row.ts'
import { autoSizeLike, chooseEditSize, chooseQuality, chooseSize } from './auto-choices.ts'
import type { SandboxSettings } from './config.ts'
import type { FaultScript, PaintedFormat } from './faults/fault-script.ts'
import type { MarkedPrompt } from './faults/parse-faults.ts'
import type { ReadInput } from './intake/input-facts.ts'
import { invalidRequest } from './refusal.ts'
import type { EditBrief, PictureDamage, PictureOrder, SourcePicture } from './render/index.ts'

/** What an answer says about its pictures: what came, or what was asked where a script lies; `auto` where a face says that. */
export interface ReportedFacts {
  size: string
  quality: Quality | 'auto'
  background: 'opaque' | 'transparent'
  outputFormat: PaintedFormat
}

/** One accepted request, with every `auto` decided: what the model will really do. */
export interface PictureRun {
  request: ImageRequest
  script: FaultScript
  /** The model that does the work and is paid for. */
  model: ModelRow
  size: PixelSize
  quality: Quality
  format: PaintedFormat
  n: number
  /** Pixels of the images an edit is billed for; mask and markup are not. Empty for generations. */
  inputSizes: readonly PixelSize[]
  /** Previews that really go out for each picture. */
  previewsEach: number
  reported: ReportedFacts
  /** The order of picture `index`; the press is given a stage for previews. */
  order(index: number): PictureOrder
}

/**
 * Decides what the model will do for a request that passed the contract.
 * @param inputs the pictures of an edit, in the order of its references.
 * @throws Refusal when a script swaps in a model that does not exist.
 */
export function planRun(
  request: ImageRequest,
  { drawn, script }: MarkedPrompt,
  settings: SandboxSettings,
  inputs: readonly ReadInput[] = [],
): PictureRun {
  const images = inputs.filter(({ role }) => role === 'image')
  const model = script.swap === undefined ? request.model : swappedModel(script.swap, settings)
  const asked = askedFacts(request, model, drawn, images)
  const size = script.size ?? sizeByRule(script.sizeRule, request, asked.size) ?? autoSize(model, drawn, images)
  const quality = script.quality ?? asked.quality
  const format = script.format ?? asked.format
  const background = format !== 'jpeg' && wantsTransparency(request, images) ? 'transparent' : 'opaque'
  const shown = script.lie
    ? shownFacts(asked)
    : shownFacts({ size, quality, format }, script.says, askedFacts(request, request.model, drawn, images))
  const reported: ReportedFacts = { ...shown, background }

  return {
    request,
    script,
    model,
    size,
    quality,
    format,
    reported,
    n: request.n,
    inputSizes: images.map(({ picture }) => picture),
    previewsEach: request.stream ? Math.min(request.partialImages, script.partials ?? request.partialImages) : 0,
    order: (index) => ({
      prompt: drawn,
      ...size,
      format,
      compression: request.outputCompression ?? 100,
      background,
      quality,
      model: model.id,
      seed: seedOf(drawn, settings.seed, index, inputs),
      label: labelOf(model, sizeText(size), quality, format, index, request.n),
      flat: settings.flat,
      edit: briefOf(images, inputs),
      damage: damageOf(script),
      finish: script.finish,
    }),
  }
}

/** `WIDTHxHEIGHT`. */
export function sizeText({ width, height }: PixelSize): string {
  return `${width}x${height}`
}

/** What a picture is, as the model makes it. */
interface PictureFacts {
  size: PixelSize
  quality: Quality
  format: PaintedFormat
}

/** What was asked, every `auto` decided as this model would. */
function askedFacts(request: ImageRequest, model: ModelRow, drawn: string, images: readonly ReadInput[]): PictureFacts {
  return {
    size: request.size === 'auto' ? autoSize(model, drawn, images) : request.size,
    quality: request.quality === 'auto' ? chooseQuality(model) : request.quality,
    format: request.outputFormat as PaintedFormat,
  }
}

/** @returns null for the size of `auto`. */
function sizeByRule(rule: FaultScript['sizeRule'], request: ImageRequest, asked: PixelSize): PixelSize | null {
  if (rule === 'auto') return null
  return rule === 'shape-asked' && request.size !== 'auto' ? autoSizeLike(asked) : asked
}

/** What an answer says: what came, unless a face says something else. */
function shownFacts(came: PictureFacts, says: FaultScript['says'] = {}, asked = came): Omit<ReportedFacts, 'background'> {
  return {
    size: says.size === 'auto' ? 'auto' : sizeText(says.size === 'asked' ? asked.size : came.size),
    quality: says.quality === 'auto' ? 'auto' : says.quality === 'asked' ? asked.quality : came.quality,
    outputFormat: came.format,
  }
}

function swappedModel(id: string, settings: SandboxSettings): ModelRow {
  const found = settings.catalogue.find(id, settings.clock.nowMs())
  if (!found) throw invalidRequest(`The sandbox cannot swap in '${id}': it knows no such model.`, 'sandbox_unknown_fault')
  return found.row
}

/** The same prompt and inputs give the same picture; the pictures of one call differ, and so do those of another sandbox seed. */
function seedOf(prompt: string, seed: string, index: number, inputs: readonly ReadInput[]): string {
  return createHash('sha256')
    .update(JSON.stringify([prompt, seed, index, ...inputs.map(({ sha256 }) => sha256)]))
    .digest('hex')
}

function autoSize(model: ModelRow, drawn: string, images: readonly ReadInput[]): PixelSize {
  return images[0] ? chooseEditSize(model, images[0].upright) : chooseSize(model, drawn)
}

/** Left to the model, an edit of a picture with transparent parts keeps them. */
function wantsTransparency({ background }: ImageRequest, [first]: readonly ReadInput[]): boolean {
  return background === 'transparent' || (background === 'auto' && first !== undefined && first.picture.opaqueShare < 1)
}

function briefOf(sources: readonly ReadInput[], inputs: readonly ReadInput[]): EditBrief | undefined {
  if (sources.length === 0) return undefined
  const [mask = null, markup = null] = (['mask', 'markup'] as const).map((wanted) => inputs.find(({ role }) => role === wanted))
  return { sources: sources.map(asSource), mask: mask && asSource(mask), markup: markup && asSource(markup) }
}

/** Only what the press needs travels to its thread. */
function asSource({ bytes, sha256 }: ReadInput): SourcePicture {
  return { bytes, sha256 }
}

function damageOf({ driftLevels, recolourLevels, shift, scale, garble, ignoreMask }: FaultScript): PictureDamage {
  return { driftLevels, recolourLevels, shift, scale, garble, ignoreMask }
}

function labelOf(model: ModelRow, size: string, quality: Quality, format: PaintedFormat, index: number, n: number): string[] {
  const lines = [model.id, `${size} · ${quality} · ${format}`]
  return n === 1 ? lines : [...lines, `${index + 1} of ${n}`]
}
