import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { checkImageTool, type ImageToolCheck } from './check-image-tool.ts'
import { Failure, failure } from './failure.ts'
import { missing, wrongType } from './field-rules.ts'
import { readMainModel, remarksOnMainModel } from './main-model-check.ts'
import { readExtension } from './read-extension.ts'
import type { ResponseCheckContext, ResponseInputs } from './response-check-context.ts'
import { type ResponseFields, readResponseFields } from './response-fields.ts'
import { type ReadResponseInput, readResponseInput } from './response-input.ts'
import { remarksOnResponse } from './response-remarks.ts'
import type { AcceptedResponse, ResponseCheck, ResponseRequest } from './response-request.ts'
import { isImageTool, readToolChoice } from './response-tool-choice.ts'
import { unkeptWishes } from './response-wishes.ts'

/**
 * Checks a call of `POST /v1/responses` before anything is fetched, reserved or sent: its main model, its image tool, and what Darkroom acts
 * on (pictures of the input, links to earlier turns, streaming, background). Everything else is OpenAI's to judge and goes on untouched.
 * Order: model, the key `darkroom`, input, fields, tools, tool_choice. Never throws, whatever JSON the body holds.
 * @param body a JSON body as it came, data URLs replaced by `dataUrlPlaceholder`.
 */
export function checkResponse(body: JsonObject, inputs: ResponseInputs, context: ResponseCheckContext): ResponseCheck {
  const mainModel = readMainModel(own(body, 'model'), context)
  const ours = readExtension(body, context)
  const input = readResponseInput(own(body, 'input'), inputs)
  const fields = readResponseFields(body)
  const tools = readTools(own(body, 'tools') ?? null, context)
  const toolChoice = readToolChoice(own(body, 'tool_choice'), tools.list)
  const tool = tools.image && checkTool(tools.image, { input, fields, extension: ours.extension }, inputs, context)

  const refusals = [
    ...(mainModel instanceof Failure ? [mainModel] : []),
    ...ours.refusals,
    ...unkeptWishes(ours.extension, input.images.length, context),
    ...inputMissing(body),
    ...input.refusals,
    ...fields.refusals,
    ...tools.refusals,
    ...(tool?.refusals ?? []),
    ...(toolChoice instanceof Failure ? [toolChoice] : []),
  ]
  const warnings = [...(mainModel instanceof Failure ? [] : remarksOnMainModel(mainModel, context)), ...(tool?.warnings ?? [])]
  if (mainModel instanceof Failure || toolChoice instanceof Failure || refusals.length > 0) return { ok: false, refusals, warnings }

  const request: ResponseRequest = {
    operation: 'respond',
    mainModel,
    imageTool: tool?.tool ?? null,
    hasImageTool: tool !== null,
    toolChoice,
    otherTools: tools.others,
    ...fields.values,
    imageCallRefs: input.imageCalls,
    inputImages: input.images,
    mask: tool?.tool?.request.references.find((reference) => reference.role === 'mask') ?? null,
    prompt: input.prompt,
    partialImages: tool?.tool?.request.partialImages ?? 0,
    extension: ours.extension,
    wire: wireOf(body, context),
  }
  return { ok: true, request, warnings: [...warnings, ...remarksOnResponse(request, input, context)] }
}

/**
 * As `checkResponse`, for callers that only act on good requests.
 * @throws Failure the first refusal.
 */
export function acceptResponse(body: JsonObject, inputs: ResponseInputs, context: ResponseCheckContext): AcceptedResponse {
  const check = checkResponse(body, inputs, context)
  if (!check.ok) throw check.refusals[0]
  return { request: check.request, warnings: check.warnings }
}

const own = (body: JsonObject, key: string): JsonValue | undefined => (Object.hasOwn(body, key) ? body[key] : undefined)

/** Words for the main model may come by any of four ways; one of them must be there. */
function inputMissing(body: JsonObject): Failure[] {
  const ways = ['input', 'previous_response_id', 'conversation', 'prompt']
  return ways.some((way) => (own(body, way) ?? null) !== null) ? [] : [missing('input')]
}

/** The tools of a call: all of them, the image tool with its place, and the types of the others. */
interface ReadTools {
  list: readonly JsonValue[]
  image: { index: number; tool: JsonObject } | null
  others: string[]
  refusals: Failure[]
}

function readTools(tools: JsonValue, { as }: ResponseCheckContext): ReadTools {
  const none = { list: [], image: null, others: [] }
  if (tools === null) return { ...none, refusals: [] }
  if (!Array.isArray(tools)) return { ...none, refusals: [wrongType('tools', 'an array of objects', tools)] }
  const stray = tools.findIndex((tool) => !isJsonObject(tool))
  const drawing = [...tools.entries()].flatMap(([index, tool]) => (isImageTool(tool) ? [{ index, tool }] : []))
  const [image = null, second] = drawing
  return {
    list: tools,
    image,
    others: tools.filter((tool) => isJsonObject(tool) && !isImageTool(tool)).map(typeOf),
    refusals: [
      ...(stray < 0 ? [] : [wrongType(`tools[${stray}]`, 'an object', tools[stray] as JsonValue)]),
      ...(second ? [severalImageTools(second.index, as === 'upstream')] : []),
    ],
  }
}

/** An image call does not say which tool it was made by, so two could be neither priced nor recorded. */
function severalImageTools(index: number, asUpstream: boolean): Failure {
  const wayOut = asUpstream ? '' : ' Nothing was charged; send one, and let its action be auto.'
  return failure('invalid_value', {
    param: `tools[${index}]`,
    message: `Invalid 'tools[${index}]': found a second tool of type 'image_generation', expected at most one.${wayOut}`,
  })
}

function typeOf(tool: JsonValue): string {
  return isJsonObject(tool) && typeof tool.type === 'string' ? tool.type.slice(0, 64) : 'unknown'
}

/** What has been read around the tool. */
interface ReadAround {
  input: ReadResponseInput
  fields: ResponseFields
  extension: ResponseRequest['extension']
}

function checkTool(
  { index, tool }: NonNullable<ReadTools['image']>,
  { input, fields, extension }: ReadAround,
  inputs: ResponseInputs,
  context: ResponseCheckContext,
): ImageToolCheck {
  const { stream, reasoningEffort, endUser } = fields.values
  const around = { index, prompt: input.prompt, inputImages: input.images, stream, reasoningEffort, endUser, extension }
  return checkImageTool(tool, around, inputs, context)
}

/** Copies own keys only, so `__proto__` stays a plain name. */
function wireOf(body: JsonObject, { as }: ResponseCheckContext): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'darkroom' || as === 'upstream'))
}
