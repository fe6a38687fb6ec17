import { acceptGeneration } from '../../contract/check-generation.ts'
import type { ImageRequest } from '../../contract/image-request.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import { invalidRequest, refusingAsUpstream } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'

/** Shapes the job API offers; which pixels they come in is not documented, these are OpenAI's own of each shape. */
const sizes: Readonly<Record<string, string>> = { '1:1': '1024x1024', '3:2': '1536x1024', '2:3': '1024x1536' }

/** What `gptImage2Params` takes, as the provider's page of gpt-image-2 lists it (2026-11). */
const offered: Readonly<Record<string, readonly JsonValue[]>> = {
  quality: ['auto', 'low', 'medium', 'high'],
  background: ['auto', 'opaque'],
  number_of_images: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  output_format: ['webp', 'png', 'jpeg'],
  moderation: ['auto', 'low'],
  aspect_ratio: Object.keys(sizes),
}

/** Webhooks, under both spellings that are documented; pictures are named by public addresses, which the sandbox never fetches. */
const notEmulated = ['webhook_url', 'webhookUrl', 'webhookEvents', 'input_images']

/**
 * Reads the body of a job into the request that it stands for. Its defaults are the job API's: webp, a square, and `auto` works (and costs)
 * like high.
 * @throws Refusal 400 that names the member.
 */
export function readJobOrder(body: JsonObject, { settings }: SandboxState): ImageRequest {
  const { prompt, model = 'gpt-image-2', gptImage2Params: parameters = {}, ...others } = body
  if (typeof prompt !== 'string' || prompt.trim() === '') throw refused('prompt', 'It is required.')
  if (!isJsonObject(parameters)) throw refused('gptImage2Params', 'Expected an object.')
  const [stray] = Object.keys(others)
  if (stray !== undefined) throw unknownMember(stray)
  for (const [name, value] of Object.entries(parameters)) checkParameter(name, value)

  const {
    quality = 'auto',
    aspect_ratio: ratio = '1:1',
    output_format = 'webp',
    number_of_images: n = 1,
    background,
    moderation,
  } = parameters
  const optional = { ...(background !== undefined && { background }), ...(moderation !== undefined && { moderation }) }
  const workedAt = quality === 'auto' ? 'high' : quality
  const asOpenAi = { model, prompt, n, size: sizes[String(ratio)]!, quality: workedAt, output_format, ...optional }
  const context = { catalogue: settings.catalogue, atMs: settings.clock.nowMs(), as: 'upstream', transparentPreview: false } as const
  return refusingAsUpstream(() => acceptGeneration(asOpenAi, context).request)
}

function checkParameter(name: string, value: JsonValue): void {
  const values = offered[name]
  if (!values) throw unknownMember(name)
  if (!values.includes(value)) throw refused(`gptImage2Params.${name}`, `Supported values are: ${values.join(', ')}.`)
}

function unknownMember(name: string): Error {
  const shown = name.slice(0, 100)
  return notEmulated.includes(name)
    ? invalidRequest(`The sandbox does not emulate '${shown}'. Nothing was charged.`, 'sandbox_not_emulated', { param: shown })
    : invalidRequest(`Unknown parameter: '${shown}'.`, 'unknown_parameter', { param: shown })
}

function refused(param: string, hint: string): Error {
  return invalidRequest(`Invalid value for '${param}'. ${hint}`, 'invalid_value', { param })
}
