import type { DarkroomHeaders } from '../../contract/darkroom-headers.ts'
import type { ImageRequest } from '../../contract/image-request.ts'
import type { InputReference } from '../../contract/input-picture.ts'
import type { ResponseRequest } from '../../contract/response-request.ts'
import { formatSize } from '../../contract/size-rules.ts'
import type { CallFacts } from '../../idempotency/index.ts'
import type { JsonObject, JsonValue } from '../../primitives/json.ts'
import type { BroughtInputs } from '../brought-inputs.ts'

/** What a call brings beside its checked fields. */
interface CallSurroundings {
  headers: DarkroomHeaders
  brought: BroughtInputs | null
}

/** Who it is for is no part of what is asked. */
const endUserFields = ['user', 'safety_identifier']

/** Fields that stand below with their defaults filled in. */
const filledIn = [
  ...['model', 'prompt', 'n', 'size', 'quality', 'background', 'output_format', 'output_compression', 'moderation', 'stream'],
  ...['partial_images', 'complexity', 'input_fidelity'],
]

/**
 * What an image call asks for, as its fingerprint is made of: defaults filled in, pictures that came along by their hash, addresses and
 * file ids as they stand (what an id names never changes, and an address may have run out when the call is repeated). Of the headers only those
 * that change the result: not the label, the time limit, or what may answer in place of the call.
 */
export function imageCallFacts(request: ImageRequest, surroundings: CallSurroundings): CallFacts {
  const sha256s = uploadedHashes(surroundings)
  return {
    operation: request.operation,
    ...settings(request),
    others: withoutNulls(without(request.wire, [...filledIn, ...endUserFields])),
    inputs: request.references.map((reference) => inputFacts(reference, sha256s)),
    darkroom: request.extension,
    headers: resultHeaders(surroundings.headers),
  }
}

/**
 * The same of a Responses call: what the main model is asked goes in as it was written, what Darkroom knows the defaults of with them
 * filled in.
 */
export function responseCallFacts(request: ResponseRequest, surroundings: CallSurroundings): CallFacts {
  const { wire, imageTool, stream, background, store } = request
  const tools = Array.isArray(wire['tools']) ? [...wire['tools']] : []
  if (imageTool !== null) {
    const known = without(imageTool.request.wire, [...filledIn, 'action', 'type'])
    tools[imageTool.index] = {
      ...withoutNulls(known),
      action: imageTool.action,
      ...without(settings(imageTool.request), ['prompt', 'stream', 'n']),
    }
  }
  return {
    operation: 'respond',
    wire: { ...withoutNulls(without(wire, endUserFields)), tools, stream, background, store },
    inputs: Object.fromEntries(uploadedHashes(surroundings)),
    darkroom: request.extension,
    headers: resultHeaders(surroundings.headers),
  }
}

function settings(request: ImageRequest): JsonObject {
  return {
    model: request.modelAsked,
    prompt: request.prompt,
    n: request.n,
    size: request.size === 'auto' ? 'auto' : formatSize(request.size),
    quality: request.quality,
    background: request.background,
    output_format: request.outputFormat,
    output_compression: request.outputCompression,
    moderation: request.moderation,
    stream: request.stream,
    partial_images: request.partialImages,
    complexity: request.complexity,
    input_fidelity: request.inputFidelity,
  }
}

function uploadedHashes({ brought }: CallSurroundings): Map<string, string> {
  return new Map((brought?.uploads ?? []).map(({ param, sha256 }) => [param, sha256]))
}

function inputFacts({ role, param, from }: InputReference, sha256s: ReadonlyMap<string, string>): JsonValue {
  if (from.kind === 'url') return { role, url: from.url }
  if (from.kind === 'file_id') return { role, file_id: from.id }
  return { role, sha256: sha256s.get(param) ?? null }
}

function resultHeaders({
  route,
  partials,
  review,
  prompt,
  rights,
  strictMask,
  convertMaskSource,
  keyTransparency,
}: DarkroomHeaders): JsonObject {
  return { route, partials, review, prompt, rights, strictMask, convertMaskSource, keyTransparency }
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}

/** Null is how a field is left out on purpose. */
function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}
