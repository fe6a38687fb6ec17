import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { Failure, failure } from './failure.ts'
import { anyText, missing, oneOf, text, trueOrFalse, unknownParameter, type ValueCheck, wholeNumber, wrongType } from './field-rules.ts'

/** Something that happens to a job of which a receiver may be told. */
export const jobEventNames = ['queued', 'started', 'partial', 'stored', 'completed', 'failed', 'cancelled', 'outcome_unknown'] as const
/** Its name. */
export type JobEventName = (typeof jobEventNames)[number]

/** What a request for a job asks for, whatever words it used. */
export interface JobRequest {
  shape: 'unified' | 'native'
  operation: 'generate' | 'edit'
  /** As OpenAI's call would have it, in JSON. */
  body: JsonObject
  lane: 'standard' | 'economy'
  priority: 'low' | 'normal' | 'high'
  startAtMs: number | null
  deadlineMs: number | null
  /** `n` pictures are asked for in `n` calls of one. */
  fanout: boolean
  /** An address that is told of it; null = none. */
  webhook: { url: string; events: readonly JobEventName[] } | null
  review: 'required' | 'none' | null
}

/** Where a data URL of the body belongs in `JobRequest.body`. @param param where it stood: `gptImage2Params.input_images[1]` */
export function placeInCall(param: string): string {
  const listed = /^gptImage2Params\.input_images(?:\[(\d{1,4})\])?$/.exec(param)
  if (listed) return `images[${listed[1] ?? 0}].image_url`
  return param.startsWith('request.') ? param.slice('request.'.length) : param
}

/** Members of the body whose string may be a data URL. */
export const jobImageKeys = ['image_url', 'input_images'] as const

/**
 * Reads the body of `POST /v2/images/generate`: the unified job API's own words (`prompt`, `model`, `gptImage2Params`), or `request` with
 * OpenAI's body and what Darkroom adds. Only what is a matter of jobs is judged here; the rest is judged as the call it becomes.
 * @throws Failure the first thing that is wrong, named as the caller wrote it
 */
export function readJobRequest(body: JsonObject): JobRequest {
  const shape = Object.hasOwn(body, 'request') ? 'native' : 'unified'
  check(body, shape === 'native' ? nativeFields : unifiedFields)
  const call = shape === 'native' ? nativeCall(body) : unifiedCall(body)
  return {
    shape,
    ...call,
    lane: (body['lane'] as JobRequest['lane'] | undefined) ?? 'standard',
    priority: (body['priority'] as JobRequest['priority'] | undefined) ?? 'normal',
    startAtMs: timeOf(body, 'start_at'),
    deadlineMs: timeOf(body, 'deadline'),
    fanout: body['fanout'] === true,
    webhook: webhookOf(body, shape),
    review: (body['review'] as JobRequest['review'] | undefined) ?? null,
  }
}

type Fields = Readonly<Record<string, ValueCheck>>

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/

const moment: ValueCheck = (param, value) => {
  if (typeof value !== 'string') return wrongType(param, 'a time in ISO 8601', value)
  if (isoTime.test(value) && !Number.isNaN(Date.parse(value))) return null
  return failure('invalid_deadline', {
    param,
    message: `Invalid '${param}': expected a time in ISO 8601 with its offset, like 2026-11-29T18:00:00Z. Nothing was sent or charged.`,
  })
}

const object: ValueCheck = (param, value) => (isJsonObject(value) ? null : wrongType(param, 'an object', value))

const address = text(1, 2048)

/** `progress` stands for everything between the queue and the end. */
const eventWords = ['progress', ...jobEventNames, ...jobEventNames.map((name) => `job.${name}`)]

const events: ValueCheck = (param, value) => {
  if (!Array.isArray(value)) return wrongType(param, 'an array of strings', value)
  return value.map((word, index) => oneOf(eventWords)(`${param}[${index}]`, word)).find((fault) => fault !== null) ?? null
}

const jobFields: Fields = {
  lane: oneOf(['standard', 'economy']),
  priority: oneOf(['low', 'normal', 'high']),
  start_at: moment,
  deadline: moment,
  fanout: trueOrFalse,
  metadata: object,
  webhook_url: address,
  webhookUrl: address,
  webhook_events: events,
  webhookEvents: events,
  review: oneOf(['required', 'none']),
}

const nativeFields: Fields = { ...jobFields, request: object, operation: oneOf(['generate', 'edit']) }
const unifiedFields: Fields = { ...jobFields, prompt: anyText, model: anyText, gptImage2Params: object }

/** Shapes of the unified job API, which offers three; sizes are its users' way to any other. */
const sizes: Readonly<Record<string, string>> = { '1:1': '1024x1024', '3:2': '1536x1024', '2:3': '1024x1536' }

const pictures: ValueCheck = (param, value) => {
  if (typeof value === 'string') return value === '' ? text(1, 2048)(param, value) : null
  if (!Array.isArray(value)) return wrongType(param, 'a URL or an array of URLs', value)
  return value.map((url, index) => anyText(`${param}[${index}]`, url)).find((fault) => fault !== null) ?? null
}

const paramFields: Fields = {
  input_images: pictures,
  quality: oneOf(['auto', 'low', 'medium', 'high', 'xhigh', 'max']),
  background: oneOf(['auto', 'opaque']),
  number_of_images: wholeNumber(1, 10),
  output_format: oneOf(['webp', 'png', 'jpeg']),
  moderation: oneOf(['auto', 'low']),
  aspect_ratio: oneOf(Object.keys(sizes)),
  size: anyText,
}

function check(body: JsonObject, fields: Fields, prefix = ''): void {
  for (const [name, value] of Object.entries(body)) {
    const param = prefix + name
    const rule = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (rule === undefined) throw unknownParameter(param)
    const fault = value === null || value === undefined ? null : rule(param, value)
    if (fault) throw fault
  }
}

type ReadCall = Pick<JobRequest, 'operation' | 'body'>

function nativeCall({ request, operation, metadata }: JsonObject): ReadCall {
  const call = request as JsonObject
  const found = Object.hasOwn(call, 'images') || Object.hasOwn(call, 'image') || Object.hasOwn(call, 'mask') ? 'edit' : 'generate'
  return { operation: (operation as ReadCall['operation'] | undefined | null) ?? found, body: withMetadata(call, metadata) }
}

/** Labels of a job are labels of its generation. */
function withMetadata(call: JsonObject, metadata: JsonValue | undefined): JsonObject {
  if (!isJsonObject(metadata)) return call
  const extension = call['darkroom']
  if (isJsonObject(extension) && Object.hasOwn(extension, 'metadata'))
    throw failure('both_spellings', { param: 'metadata', message: twice('metadata', 'request.darkroom.metadata') })
  return { ...call, darkroom: { ...(isJsonObject(extension) ? extension : {}), metadata } }
}

function unifiedCall(body: JsonObject): ReadCall {
  const params = isJsonObject(body['gptImage2Params']) ? body['gptImage2Params'] : {}
  check(params, paramFields, 'gptImage2Params.')
  if (typeof body['prompt'] !== 'string') throw missing('prompt')
  const { input_images, number_of_images, aspect_ratio, size, output_format, ...same } = withoutNulls(params)
  if (aspect_ratio !== undefined && size !== undefined)
    throw failure('both_spellings', {
      param: 'gptImage2Params.size',
      message: twice('gptImage2Params.aspect_ratio', 'gptImage2Params.size'),
    })
  const urls = input_images === undefined ? [] : Array.isArray(input_images) ? input_images : [input_images]
  const call: JsonObject = {
    model: body['model'] ?? 'gpt-image-2',
    prompt: body['prompt'],
    n: number_of_images ?? 1,
    output_format: output_format ?? 'webp',
    ...same,
    ...(aspect_ratio === undefined ? {} : { size: sizes[aspect_ratio as string]! }),
    ...(size === undefined ? {} : { size }),
    ...(urls.length === 0 ? {} : { images: urls.map((image_url) => ({ image_url })) }),
  }
  return { operation: urls.length === 0 ? 'generate' : 'edit', body: withMetadata(call, body['metadata']) }
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}

function timeOf(body: JsonObject, name: string): number | null {
  const value = body[name]
  return typeof value === 'string' ? Date.parse(value) : null
}

function webhookOf(body: JsonObject, shape: JobRequest['shape']): JobRequest['webhook'] {
  const url = oneSpelling(body, 'webhook_url', 'webhookUrl')
  const asked = oneSpelling(body, 'webhook_events', 'webhookEvents')
  if (typeof url !== 'string') {
    if (asked !== undefined) throw missing(Object.hasOwn(body, 'webhookEvents') ? 'webhookUrl' : 'webhook_url')
    return null
  }
  return { url, events: Array.isArray(asked) ? eventsNamed(asked as string[]) : usualEvents[shape] }
}

const usualEvents: Readonly<Record<JobRequest['shape'], readonly JobEventName[]>> = {
  unified: ['completed', 'failed', 'cancelled'],
  native: ['completed', 'failed', 'cancelled', 'outcome_unknown'],
}

function eventsNamed(words: readonly string[]): JobEventName[] {
  const named = words.flatMap((word): readonly string[] => {
    if (word === 'progress') return ['started', 'partial', 'stored']
    return word === 'failed' ? ['failed', 'cancelled'] : [word.replace(/^job\./, '')]
  })
  return [...new Set(named)] as JobEventName[]
}

function oneSpelling(body: JsonObject, snake: string, camel: string): JsonValue | undefined {
  const values = [body[snake], body[camel]].filter((value) => value !== undefined && value !== null)
  if (values.length > 1) throw failure('both_spellings', { param: snake, message: twice(snake, camel) })
  return values[0]
}

const twice = (one: string, other: string) =>
  `'${one}' and '${other}' name the same setting, so its meaning is not clear. Nothing was sent or charged; use one of them.`

/** A refusal of the call that a job becomes, as its caller wrote the parameter. */
export function inWordsOf({ shape }: Pick<JobRequest, 'shape'>, error: unknown): unknown {
  if (!(error instanceof Failure) || error.param === null) return error
  const param = shape === 'native' ? nativeParam(error.param) : unifiedParam(error.param)
  if (param === error.param) return error
  const { code, status, type, message, publicCode, outcome, nextAction, shouldRetry, retryAfterMs, extra } = error
  const said = message.replaceAll(`'${error.param}'`, `'${param}'`)
  return new Failure(code, {
    param,
    message: said,
    status,
    type,
    publicCode,
    outcome,
    nextAction,
    extra,
    ...(shouldRetry === undefined ? {} : { shouldRetry }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

const ofJob = new Set([...Object.keys(nativeFields), ...Object.keys(unifiedFields), 'Idempotency-Key'])

function nativeParam(param: string): string {
  return ofJob.has(param) || param.startsWith('x-darkroom-') ? param : `request.${param}`
}

function unifiedParam(param: string): string {
  const image = /^images(?:\[(\d+)\](?:\.image_url)?)?$/.exec(param)
  if (image) return `gptImage2Params.input_images${image[1] === undefined ? '' : `[${image[1]}]`}`
  if (param === 'n') return 'gptImage2Params.number_of_images'
  return Object.hasOwn(paramFields, param) ? `gptImage2Params.${param}` : param
}
