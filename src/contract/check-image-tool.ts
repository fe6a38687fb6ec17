import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { type NamedInputs, readReference } from './edit-inputs.ts'
import { toolEditRules } from './edit-rules.ts'
import { Failure, failure } from './failure.ts'
import { unknownParameter } from './field-rules.ts'
import { findImageModel } from './find-image-model.ts'
import type { ContractWarning, DarkroomExtension, ImageRequest, RetouchSettings } from './image-request.ts'
import type { InputReference } from './input-picture.ts'
import type { ModelRow } from './model-row.ts'
import type { RequestCheckContext } from './request-check-context.ts'
import { imageToolFields, readField, requestBounds } from './request-fields.ts'
import { checkRules, type RequestDraft, requestRules } from './request-rules.ts'
import type { ImageTool, ReasoningEffort } from './response-request.ts'
import { defaultFeatherPx } from './retouch-settings.ts'
import { parseSize } from './size-rules.ts'

/** What draws when the tool names no model (openai 7.55.0 types). */
export const defaultToolModel = 'gpt-image-2'

/** What the rest of a Responses call means for its image tool. */
export interface ToolSurroundings {
  /** The tool's place in `tools`. */
  index: number
  prompt: string
  /** The pictures of the input. */
  inputImages: readonly InputReference[]
  stream: boolean
  reasoningEffort: ReasoningEffort | null
  endUser: string | null
  extension: DarkroomExtension
}

/** What a check of one image tool came to. `tool` is null where something was refused. */
export interface ImageToolCheck {
  tool: ImageTool | null
  refusals: Failure[]
  warnings: ContractWarning[]
}

const rules = [...requestRules.filter((rule) => !rule.imageApiOnly), ...toolEditRules]
const knownKeys = new Set(['type', 'model', 'input_image_mask', ...imageToolFields.map((field) => field.name)])

/** More unknown keys than this are not named one by one. */
const unknownKeysNamed = 32

/**
 * Checks an image tool by the tables of the Image API; every refusal and remark says where: `tools[0].size`.
 * Order: model, unknown keys, the mask, the fields' shapes, then the model's own rules.
 */
export function checkImageTool(
  tool: JsonObject,
  around: ToolSurroundings,
  inputs: NamedInputs,
  context: RequestCheckContext,
): ImageToolCheck {
  const place = `tools[${around.index}]`
  const named = own(tool, 'model') ?? null
  const model = findImageModel(`${place}.model`, named ?? defaultToolModel, context)
  const row = model instanceof Failure ? null : model
  const mask = readMask(`${place}.input_image_mask`, own(tool, 'input_image_mask') ?? null, inputs)
  const fields = readFields(place, tool, row)
  const refusals = [
    ...(model instanceof Failure ? [model] : []),
    ...unknownKeys(place, tool, context),
    ...(mask instanceof Failure ? [mask] : []),
    ...fields.refusals,
  ]
  if (row === null) return { tool: null, refusals, warnings: [] }

  const draft = draftOf({ tool, row, accepted: fields.accepted, mask: mask instanceof Failure ? null : mask }, around)
  const found = checkRules(rules, draft, new Set([...fields.refused, ...(mask instanceof Failure ? ['images'] : [])]), context)
  refusals.push(...found.refusals.map((refusal) => failure(refusal.code, { message: refusal.message, param: below(place, refusal.param) })))
  const warnings = found.warnings.map((remark) => ({ ...remark, param: below(place, remark.param) }))
  const checked = refusals.length > 0 ? null : imageToolOf(draft.request, fields.accepted, named !== null, around)
  return { tool: checked, refusals, warnings }
}

const own = (holder: JsonObject, key: string): JsonValue | undefined => (Object.hasOwn(holder, key) ? holder[key] : undefined)

/** Where a rule of the Image API points, seen from the top of a Responses body. */
function below(place: string, param: string | null): string | null {
  if (param === null || param.startsWith('darkroom.')) return param
  return `${place}.${param === 'mask' ? 'input_image_mask' : param}`
}

function unknownKeys(place: string, tool: JsonObject, context: RequestCheckContext): Failure[] {
  const unknown = Object.keys(tool).filter((key) => !knownKeys.has(key))
  return unknown.slice(0, unknownKeysNamed).map((key) => {
    const param = `${place}.${key}`
    if (key !== 'n' || context.as === 'upstream') return unknownParameter(param)
    return failure('unknown_parameter', {
      param,
      message: `Unknown parameter: '${param}'. The tool draws one picture a call. Nothing was charged; ask for several in words, or use n of the Image API.`,
    })
  })
}

function readMask(param: string, mask: JsonValue, inputs: NamedInputs): InputReference | Failure | null {
  return mask === null ? null : readReference('mask', param, mask, inputs)
}

function readFields(place: string, tool: JsonObject, row: ModelRow | null) {
  const accepted = new Map<string, JsonValue>()
  const refused: string[] = []
  const refusals: Failure[] = []
  for (const field of imageToolFields) {
    const read = readField(field, tool, row, `${place}.${field.name}`)
    if (read instanceof Failure) {
      refusals.push(read)
      refused.push(field.name)
    } else if (read !== null) {
      accepted.set(field.name, read.value)
    }
  }
  return { accepted, refused, refusals }
}

/** What has been read of a tool by the time its rules are looked at. */
interface ReadTool {
  tool: JsonObject
  row: ModelRow
  accepted: ReadonlyMap<string, JsonValue>
  mask: InputReference | null
}

/** Darkroom does not touch the pictures of an assistant flow: the main model has seen them as they are. */
const untouched: RetouchSettings = {
  strictMask: false,
  featherPx: defaultFeatherPx,
  maskMode: 'alpha',
  maskSource: 'refuse',
  keyTransparency: false,
}

/** Fills the defaults in. Every value in `accepted` has passed its field's rule, which is what the casts stand on. */
function draftOf({ tool, row, accepted, mask }: ReadTool, around: ToolSurroundings): RequestDraft {
  const given = <T>(name: string, otherwise: T): T => (accepted.has(name) ? (accepted.get(name) as T) : otherwise)
  const sizeText = given('size', 'auto')
  const partialImagesAsked = given('partial_images', 0)
  const request: ImageRequest = {
    operation: 'respond',
    model: row,
    modelAsked: typeof tool.model === 'string' ? tool.model : defaultToolModel,
    prompt: around.prompt,
    n: 1,
    size: parseSize(sizeText) ?? 'auto',
    quality: given('quality', 'auto'),
    background: given('background', 'auto'),
    outputFormat: given('output_format', 'png'),
    outputCompression: given('output_compression', null),
    moderation: given('moderation', 'auto'),
    stream: around.stream,
    partialImages: around.stream ? partialImagesAsked : 0,
    complexity: given('complexity', null),
    inputFidelity: given('input_fidelity', null),
    references: [...around.inputImages, ...(mask ? [mask] : [])],
    retouch: untouched,
    endUser: around.endUser,
    extension: around.extension,
    wire: tool,
  }
  return {
    request,
    sizeText,
    partialImagesAsked,
    given: new Set(accepted.keys()),
    frameCount: given('frame_count', requestBounds.frameCountDefault),
    frameDurationMs: given('frame_duration_ms', null),
  }
}

function imageToolOf(
  request: ImageRequest,
  accepted: ReadonlyMap<string, JsonValue>,
  modelGiven: boolean,
  { index, reasoningEffort }: ToolSurroundings,
): ImageTool {
  const action = (accepted.get('action') ?? 'auto') as ImageTool['action']
  return { index, action, modelGiven, request, planning: planningOf(request, reasoningEffort) }
}

/** The tool's own wish wins; an outer effort is inherited where the image model knows that word (openai 7.55.0 types). */
function planningOf({ complexity, model }: ImageRequest, outer: ReasoningEffort | null): ImageTool['planning'] {
  if (complexity !== null) return { effort: complexity, from: 'tool' }
  const inherits = model.complexity && (outer === 'low' || outer === 'medium' || outer === 'high')
  return inherits ? { effort: outer, from: 'reasoning' } : { effort: null, from: 'default' }
}
