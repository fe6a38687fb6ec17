import { Failure, failure } from './failure.ts'
import { quote, unsupportedValue } from './field-rules.ts'
import type { ContractWarning, DarkroomExtension, ImageRequest, PixelSize } from './image-request.ts'
import type { RequestCheckContext } from './request-check-context.ts'
import { requestBounds } from './request-fields.ts'
import { gifSizeFault, isExperimental, parseSize, sizeFault } from './size-rules.ts'

/** A request whose fields have legal shapes, before the model's own rules. A field that was refused already stands at its default. */
export interface RequestDraft {
  request: ImageRequest
  /** The size as written; `auto` when left out. */
  sizeText: string
  /** As written, whether or not the call streams. */
  partialImagesAsked: number
  /** Names of the fields that were given, null not counting as given. */
  given: ReadonlySet<string>
  frameCount: number
  frameDurationMs: number | null
}

/** What a rule has to say: a refusal, a remark, or nothing. */
export type Finding = Failure | ContractWarning | null

/** A rule between fields, or between a field and the model. It is left out when one of its fields was refused already. */
export interface RequestRule {
  fields: readonly string[]
  /** The rule has no meaning for the image tool of the Responses API. */
  imageApiOnly?: true
  check: (draft: RequestDraft, context: RequestCheckContext) => Finding
}

/**
 * The model's own rules for generations and edits alike, in the order they are checked. Upstream was seen to check quality before
 * compression before size; the rest is ours.
 */
export const requestRules: readonly RequestRule[] = [
  { fields: ['model'], check: modelShutsDown },
  { fields: ['prompt'], imageApiOnly: true, check: blankPrompt },
  { fields: ['quality'], check: qualityOfModel },
  { fields: ['complexity'], check: complexityOfModel },
  { fields: ['output_format'], check: formatOfModel },
  { fields: ['background'], check: transparencyOfModel },
  { fields: ['background', 'output_format'], check: transparencyOfFormat },
  { fields: ['output_compression', 'output_format'], check: compressionOfFormat },
  { fields: ['size', 'output_format', 'frame_count'], check: sizeOfModel },
  { fields: ['size'], check: experimentalSize },
  { fields: ['size'], check: boxesBeyondPicture },
  { fields: ['stream', 'output_format'], imageApiOnly: true, check: streamOfFormat },
  { fields: ['partial_images', 'output_format'], check: partialsOfFormat },
  { fields: ['partial_images', 'stream'], check: partialsWithoutStream },
  { fields: ['n', 'output_format'], imageApiOnly: true, check: oneSvg },
  { fields: ['frame_count', 'output_format'], check: ({ request, given }) => onlyFor('gif', 'frame_count', request, given) },
  { fields: ['frame_duration_ms', 'output_format'], check: ({ request, given }) => onlyFor('gif', 'frame_duration_ms', request, given) },
  { fields: ['frame_duration_ms'], check: frameDurationCap },
  { fields: ['svg', 'output_format'], check: ({ request, given }) => onlyFor('svg', 'svg', request, given) },
  { fields: ['images'], imageApiOnly: true, check: strictMaskWithoutMask },
  { fields: ['images'], imageApiOnly: true, check: maskModeWithoutMask },
  { fields: [], imageApiOnly: true, check: featherWithoutStrictMask },
]

/** Goes through rules in their order. @param refused names of fields that were refused already. */
export function checkRules(
  rules: readonly RequestRule[],
  draft: RequestDraft,
  refused: ReadonlySet<string>,
  context: RequestCheckContext,
): { refusals: Failure[]; warnings: ContractWarning[] } {
  const refusals: Failure[] = []
  const warnings: ContractWarning[] = []
  for (const { fields, check } of rules) {
    if (fields.some((name) => refused.has(name))) continue
    const finding = check(draft, context)
    if (finding instanceof Failure) refusals.push(finding)
    else if (finding) warnings.push(finding)
  }
  return { refusals, warnings }
}

/** Makes a remark. */
export function warning(code: string, param: string | null, message: string): ContractWarning {
  return { code, param, message }
}

/** The refusal of a parameter that does not go with the model or another parameter. */
export function excluded(param: string, message: string): Failure {
  return failure('unsupported_combination', { param, message })
}

function modelShutsDown({ request: { model } }: RequestDraft): Finding {
  if (model.until === null) return null
  const successor = model.successor ? ` Its successor is '${model.successor}'.` : ''
  return warning('model_shuts_down', 'model', `The model '${model.id}' stops answering on ${model.until}.${successor}`)
}

function blankPrompt({ request }: RequestDraft): Finding {
  if (request.prompt.trim() !== '') return null
  return warning('blank_prompt', 'prompt', 'The prompt is only white space. It is accepted and charged all the same.')
}

function qualityOfModel({ request: { quality, model, modelAsked } }: RequestDraft): Finding {
  if (quality === 'auto' || model.qualities.includes(quality)) return null
  return failure('unsupported_quality', {
    param: 'quality',
    message: `The model ${quote(modelAsked)} does not support quality '${quality}'.`,
  })
}

function complexityOfModel({ request: { complexity, model, modelAsked } }: RequestDraft): Finding {
  if (complexity === null || model.complexity) return null
  return excluded('complexity', `The model ${quote(modelAsked)} does not support the 'complexity' parameter.`)
}

function formatOfModel({ request: { outputFormat, model, modelAsked } }: RequestDraft, context: RequestCheckContext): Finding {
  if (!model.outputFormats.includes(outputFormat)) {
    return failure('unsupported_output_format', {
      param: 'output_format',
      message: `The model ${quote(modelAsked)} does not support output format '${outputFormat}'.`,
    })
  }
  if (outputFormat !== 'gif' && outputFormat !== 'svg') return null
  if (context.routeCapabilities?.gatedFormats.includes(outputFormat)) return null
  return failure('unsupported_output_format', {
    param: 'output_format',
    message: `Output format '${outputFormat}' is open only to accounts that were given access. Ask png, jpeg or webp.`,
  })
}

const noTransparency = 'Transparent background is not supported for this model.'

function transparencyOfModel({ request }: RequestDraft, context: RequestCheckContext): Finding {
  const { background, model } = request
  if (background !== 'transparent' || model.transparent === 'yes') return null
  if (request.retouch.keyTransparency) return null
  if (model.transparent === 'unknown') {
    return warning('transparency_not_proven', 'background', `Whether '${model.id}' draws a transparent background is not known for sure.`)
  }
  if (model.transparent === 'preview' && context.transparentPreview) {
    return warning('transparency_preview', 'background', `Transparent background is a preview on '${model.id}'; some accounts refuse it.`)
  }
  const waysOut = context.as === 'upstream' ? '' : transparencyWaysOut(context, request.operation === 'respond')
  return failure('unsupported_background', { param: 'background', message: `${noTransparency}${waysOut}` })
}

function transparencyWaysOut({ catalogue, atMs }: RequestCheckContext, ofTool: boolean): string {
  const able = catalogue.list(atMs).filter((row) => row.transparent === 'yes')
  const models = able.map((row) => row.id).join(', ')
  const otherModel = models ? [`ask a model that supports it (${models})`] : []
  const keyed = 'send x-darkroom-transparency: key, and Darkroom has it drawn on a flat colour and takes the colour out'
  const ways = [...otherModel, ofTool ? 'call the Image API with x-darkroom-transparency: key' : keyed]
  return ` Nothing was charged. What works: ${ways.join(', or ')}.`
}

function transparencyOfFormat({ request: { background, outputFormat } }: RequestDraft): Finding {
  if (background !== 'transparent' || outputFormat === 'png' || outputFormat === 'webp') return null
  return failure('unsupported_background', {
    param: 'background',
    message: `Transparent background is not supported for output format '${outputFormat}'. Use png or webp.`,
  })
}

function compressionOfFormat({ request: { outputFormat, outputCompression } }: RequestDraft): Finding {
  if (outputCompression === null) return null
  if (outputFormat === 'gif' || outputFormat === 'svg') {
    return excluded('output_compression', `Compression is not supported for output format '${outputFormat}'.`)
  }
  if (outputFormat !== 'png' || outputCompression === 100) return null
  return failure('invalid_png_output_compression', {
    message: 'Compression less than 100 is not supported for PNG output format',
  })
}

function sizeOfModel({ request, sizeText, frameCount }: RequestDraft): Finding {
  const { sizes } = request.model
  if (sizeText === 'auto') return null
  if (sizes !== 'free') return sizes.includes(sizeText) ? null : unsupportedValue('size', sizeText, [...sizes, 'auto'])
  const size = parseSize(sizeText)
  if (size === null) return invalidSize(sizeText, "Expected WIDTHxHEIGHT, for example '1824x1024'.")
  const fault = request.outputFormat === 'gif' ? gifSizeFault(size, frameCount) : sizeFault(size)
  return fault === null ? null : invalidSize(sizeText, fault)
}

function invalidSize(sizeText: string, fault: string): Failure {
  return failure('invalid_size', { param: 'size', message: `Invalid size ${quote(sizeText)}. ${fault}` })
}

function experimentalSize({ sizeText }: RequestDraft): Finding {
  const size = parseSize(sizeText)
  if (size === null || sizeFault(size) !== null || !isExperimental(size)) return null
  return warning(
    'experimental_size',
    'size',
    `OpenAI calls sizes above 2560x1440 pixels in area experimental; ${sizeText} may vary in quality.`,
  )
}

const isDrawnWhole = (request: ImageRequest) => request.outputFormat === 'gif' || request.outputFormat === 'svg'

function streamOfFormat({ request }: RequestDraft): Finding {
  if (!request.stream || !isDrawnWhole(request)) return null
  return excluded('stream', `Streaming is not supported for output format '${request.outputFormat}'.`)
}

function partialsOfFormat({ request, partialImagesAsked }: RequestDraft): Finding {
  if (partialImagesAsked === 0 || !isDrawnWhole(request)) return null
  return excluded('partial_images', `Partial images are not supported for output format '${request.outputFormat}'.`)
}

function partialsWithoutStream({ request, partialImagesAsked }: RequestDraft): Finding {
  if (partialImagesAsked === 0 || request.stream) return null
  return warning(
    'partial_images_without_stream',
    'partial_images',
    'partial_images has no effect without stream: true; none will come or cost.',
  )
}

function oneSvg({ request }: RequestDraft): Finding {
  if (request.outputFormat !== 'svg' || request.n === 1) return null
  return excluded('n', "Output format 'svg' is drawn one at a time: n must be 1.")
}

function onlyFor(format: 'gif' | 'svg', param: string, request: ImageRequest, given: ReadonlySet<string>): Finding {
  if (!given.has(param) || request.outputFormat === format) return null
  return excluded(param, `The parameter '${param}' is only for output format '${format}'.`)
}

function frameDurationCap({ frameDurationMs }: RequestDraft): Finding {
  const cap = requestBounds.frameDurationCapMs
  if (frameDurationMs === null || frameDurationMs <= cap) return null
  return warning('frame_duration_capped', 'frame_duration_ms', `Upstream shows a frame at most ${cap} ms.`)
}

const hasMask = ({ references }: ImageRequest) => references.some((reference) => reference.role === 'mask')

/** Wishes that could not be fulfilled are refused: one that is silently ignored would cost money or trust. */
function strictMaskWithoutMask({ request }: RequestDraft): Finding {
  if (!request.retouch.strictMask || hasMask(request)) return null
  return failure('strict_mask_impossible', {
    param: 'mask',
    message: 'A strict mask was asked for and the request has no mask. Nothing was charged; add a mask, or drop the wish.',
  })
}

function maskModeWithoutMask({ request }: RequestDraft): Finding {
  if (request.retouch.maskMode !== 'luminance' || hasMask(request)) return null
  return excluded('darkroom.mask_mode', "The parameter 'darkroom.mask_mode' needs a mask, and the request has none. Nothing was charged.")
}

function featherWithoutStrictMask({ request: { extension, retouch } }: RequestDraft): Finding {
  if (extension.feather_px === undefined || retouch.strictMask) return null
  return excluded('darkroom.feather_px', "The parameter 'darkroom.feather_px' is only for a strict mask. Nothing was charged; drop it.")
}

/** Boxes are pixels of the result. One that lies outside of it, even in part, is a mistake that would be found after paying. */
function boxesBeyondPicture({ request: { extension, size } }: RequestDraft): Finding {
  if (size === 'auto') return null
  const beyond = namedBoxes(extension).find(({ box }) => box.x + box.width > size.width || box.y + box.height > size.height)
  if (!beyond) return null
  const { x, y, width, height } = beyond.box
  return failure('invalid_value', {
    param: beyond.param,
    message: `Invalid '${beyond.param}': it reaches to ${x + width},${y + height}, and the picture is ${size.width}x${size.height}. Nothing was sent or charged.`,
  })
}

/** Every box of the key `darkroom`, by its place; they passed the key's own check. */
function namedBoxes(extension: DarkroomExtension): { param: string; box: ExtensionBox }[] {
  const { protect = [], subject, texts = [] } = extension as unknown as ExtensionBoxes
  return [
    ...protect.map((box, index) => ({ param: `darkroom.protect[${index}]`, box })),
    ...(subject ? [{ param: 'darkroom.subject', box: subject }] : []),
    ...texts.flatMap(({ box }, index) => (box ? [{ param: `darkroom.texts[${index}].box`, box }] : [])),
  ]
}

type ExtensionBox = PixelSize & { x: number; y: number }

interface ExtensionBoxes {
  protect?: ExtensionBox[]
  subject?: ExtensionBox
  texts?: { box?: ExtensionBox }[]
}
