import { APICallError, type ImageModelV3, type ImageModelV3CallOptions, type ImageModelV3File, type JSONObject } from '@ai-sdk/provider'
import {
  type api,
  type Darkroom,
  DarkroomError,
  type EditRequest,
  type ImageResult,
  type PictureOptions,
  type PictureSource,
} from '../src/index.ts'
import { sortOptions } from './darkroom-image-options.ts'

type Generated = Awaited<ReturnType<ImageModelV3['doGenerate']>>

/** An image model, with what AI SDK 7 asks of one beside the third version of the specification. */
export type DarkroomImageModel = ImageModelV3 & { readonly supportsFileInputs: true; readonly supportsMaskInputs: true }

/**
 * A model of a Darkroom gateway for `generateImage`. Written to the third version of the specification, which AI SDK 6 and 7 both take.
 *
 * It repeats calls itself, under a key made outside that loop, and tells the AI SDK that no error is worth repeating: the AI SDK's own repetitions (`maxRetries`, two by
 * default, on every 5xx) do not know whether a picture was paid for.
 */
export function darkroomImageModel(modelId: string, darkroom: Darkroom): DarkroomImageModel {
  const callOptions = callOptionsOfOneModel()
  return {
    specificationVersion: 'v3',
    provider: 'darkroom',
    modelId,
    // OpenAI's contract: at most so many in one call; more are asked for in several.
    maxImagesPerCall: 10,
    supportsFileInputs: true,
    supportsMaskInputs: true,
    async doGenerate(call) {
      const { fields, options, warnings } = sortOptions(call.providerOptions)
      if (call.aspectRatio !== undefined)
        warnings.push({ type: 'unsupported', feature: 'aspectRatio', details: 'These models take a `size`.' })
      if (call.seed !== undefined) warnings.push({ type: 'unsupported', feature: 'seed' })
      const size = call.size === undefined ? {} : { size: call.size }
      const request = { ...fields, model: modelId, prompt: call.prompt ?? '', n: call.n, ...size }
      try {
        const result = await make(darkroom, call, request, { ...options, ...callOptions(call, options) })
        // The pictures are there; a record that cannot be read takes nothing from them.
        const record = await result.record().catch(() => null)
        for (const { message } of record?.warnings ?? []) warnings.push({ type: 'other', message })
        return generated(modelId, result, record, warnings)
      } catch (error) {
        throw error instanceof DarkroomError ? asApiCallError(error, darkroom.baseUrl) : error
      }
    },
  }
}

function make(
  darkroom: Darkroom,
  { files, mask }: ImageModelV3CallOptions,
  request: api.ImageGenerationRequest,
  options: PictureOptions,
): Promise<ImageResult> {
  if (files === undefined) return darkroom.generate({ ...request, stream: false }, options)
  const edit = { ...request, image: files.map(sourceOf), ...(mask === undefined ? {} : { mask: sourceOf(mask) }) }
  return darkroom.edit({ ...(edit as EditRequest), stream: false }, options)
}

/** Calls of one `generateImage` share their headers object; each needs a key of its own, the same whenever the program runs. */
function callOptionsOfOneModel(): (call: ImageModelV3CallOptions, options: PictureOptions) => PictureOptions {
  const made = new WeakMap<object, number>()
  return ({ headers = {}, abortSignal }, { idempotencyKey }) => {
    const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const isKey = ([name]: [string, string]) => name.toLowerCase() === 'idempotency-key'
    const key = idempotencyKey ?? given.find(isKey)?.[1]
    const count = (made.get(headers) ?? 0) + 1
    made.set(headers, count)
    return {
      headers: Object.fromEntries(given.filter((entry) => !isKey(entry))),
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
      ...(key === undefined ? {} : { idempotencyKey: count === 1 ? key : `${key}-${count}` }),
    }
  }
}

function generated(
  modelId: string,
  result: ImageResult,
  record: api.GenerationRecord | null,
  warnings: Generated['warnings'],
): Generated & { isRetryable: false } {
  const { usage, created } = result.reply
  return {
    images: result.images.map(({ base64 }) => base64),
    // An empty answer is no reason to buy another.
    isRetryable: false,
    warnings,
    // What the AI SDK keeps of it are the entries of single pictures.
    providerMetadata: { darkroom: { images: result.images.map((_, index) => metadataOf(result, record, index)) } },
    response: {
      timestamp: new Date(created * 1000),
      modelId: record?.model_mapping.reported ?? modelId,
      headers: {
        'x-darkroom-generation': result.generationId,
        'x-darkroom-route': result.route,
        'x-request-id': result.requestId ?? '',
      },
    },
    usage: { inputTokens: usage?.input_tokens, outputTokens: usage?.output_tokens, totalTokens: usage?.total_tokens },
  }
}

/** What is told of one picture. Costs are its share: summed over all pictures they are what the call cost, to the nano-dollar. */
function metadataOf(result: ImageResult, record: api.GenerationRecord | null, index: number): JSONObject {
  const { generationId, route, isReplay, isSandbox, idempotencyKey, reply } = result
  const image = record?.images[index]
  return {
    generationId,
    route,
    isReplay,
    isSandbox,
    idempotencyKey,
    imageId: image?.id ?? null,
    sha256: image?.sha256 ?? null,
    width: image?.width ?? null,
    height: image?.height ?? null,
    size: reply.size ?? null,
    quality: reply.quality ?? null,
    background: reply.background ?? null,
    outputFormat: reply.output_format ?? null,
    costNanos: record === null ? null : shareOf(BigInt(record.cost.settled_nanos), index, result.images.length).toString(),
    currency: record?.cost.currency ?? null,
  }
}

/** Even shares; the last takes what is over. */
function shareOf(total: bigint, index: number, count: number): bigint {
  const share = total / BigInt(count)
  return index === count - 1 ? total - share * BigInt(count - 1) : share
}

/** An address is fetched by the gateway, behind its own door; the application opens no connection to it. */
function sourceOf(file: ImageModelV3File): PictureSource {
  if (file.type === 'url') return { image_url: file.url }
  return typeof file.data === 'string' ? { image_url: `data:${file.mediaType};base64,${file.data}` } : file.data
}

function asApiCallError(error: DarkroomError, baseUrl: string): Error {
  // The AI SDK passes this on as it is, by its name.
  if (error.name === 'AbortError') return error
  const { outcome, nextAction, failure, generationId, idempotencyKey, docs } = error
  return new APICallError({
    message: error.message,
    url: baseUrl,
    requestBodyValues: {},
    ...(error.status === null ? {} : { statusCode: error.status }),
    isRetryable: false,
    data: { outcome, nextAction, failure, generationId, idempotencyKey, docs },
    cause: error,
  })
}
