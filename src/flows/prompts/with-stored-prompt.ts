import type { Principal } from '../../access/index.ts'
import { checkDarkroomExtension } from '../../contract/darkroom-extension.ts'
import type { DarkroomHeaders } from '../../contract/darkroom-headers.ts'
import { failure } from '../../contract/failure.ts'
import type { Operation } from '../../contract/image-request.ts'
import type { PromptDocument } from '../../contract/prompt-document.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import { type PromptVariables, renderPrompt } from '../../prompts/index.ts'
import type { CallAsk } from '../call-ask.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { knownPrompt, openVersion } from './open-version.ts'
import { inputOf, inputSaysSomething } from './prompt-in-input.ts'

type Parts = Pick<GatewayParts, 'database' | 'promptKey'>

/** What of a call may name a stored prompt. */
interface NamingCall {
  principal: Principal
  body: JsonObject
  headers: DarkroomHeaders
}

/**
 * An image call with the prompt that it names put in: `prompt` holds the rendered text, `darkroom.prompt` the version that it came from, and
 * `darkroom.texts` the texts of the document unless the call names some. From here on it is a call like any other, so that check, price,
 * fingerprint and record speak of what is sent. A call that names none is returned as it is, and so is one whose naming is faulty: the contract refuses that.
 * @throws Failure `not_found`, `prompt_archived`, `both_spellings`, `unsupported_combination`, and whatever rendering refuses
 */
export async function withStoredPrompt<Ask extends Pick<CallAsk, keyof NamingCall | 'operation' | 'promptDocument'>>(
  parts: Parts,
  ask: Ask,
  known?: KnownVersions,
): Promise<Ask> {
  const found = await findNamed(parts, ask, ask.operation, known)
  if (found === null) return ask
  if (Object.hasOwn(ask.body, 'prompt')) throw bothPrompts('prompt')
  const { text, darkroom, document } = found
  return { ...ask, body: { ...ask.body, prompt: text, darkroom }, headers: { ...ask.headers, prompt: null }, promptDocument: document }
}

/** The same of an assistant call: the text is the words of the user in `input`, beside the pictures that are there. */
export async function respondWithStoredPrompt<Ask extends NamingCall & { promptDocument?: PromptDocument }>(
  parts: Parts,
  ask: Ask,
): Promise<Ask> {
  const found = await findNamed(parts, ask, 'respond')
  if (found === null) return ask
  if (inputSaysSomething(ask.body['input'])) throw bothPrompts('input')
  const { text, darkroom, document } = found
  const body = { ...ask.body, input: inputOf(ask.body['input'], text), darkroom }
  return { ...ask, body, headers: { ...ask.headers, prompt: null }, promptDocument: document }
}

/** Versions that were opened already, by the id of the prompt and the version asked for. */
export type KnownVersions = Map<string, Promise<{ id: string; version: number; document: PromptDocument }>>

interface NamedPrompt {
  id: string
  version: number | null
  variables: PromptVariables
}

async function findNamed(parts: Parts, { principal, body, headers }: NamingCall, operation: Operation, known?: KnownVersions) {
  const extension = extensionOf(body)
  const named = extension && namedIn(extension, headers)
  if (!extension || !named) return null
  const { id, version, document } = await opened(parts, principal.projectId, named, known)
  if (document.kind === 'edit' && operation === 'generate') throw editForGeneration()
  const { text, texts } = renderPrompt(document, named.variables, 'darkroom.prompt.variables')
  const takesTexts = texts.length > 0 && extension['texts'] === undefined
  const darkroom: JsonObject = { ...extension, prompt: { id, version, variables: { ...named.variables } } }
  return { text, document, darkroom: takesTexts ? { ...darkroom, texts: texts as unknown as JsonObject[] } : darkroom }
}

/** Null where it is faulty. */
function extensionOf({ darkroom }: JsonObject): JsonObject | null {
  if (darkroom === undefined) return {}
  return checkDarkroomExtension(darkroom).length === 0 && isJsonObject(darkroom) ? darkroom : null
}

/** The header may repeat what the body says, which alone can give values. */
function namedIn({ prompt }: JsonObject, { prompt: inHeader }: DarkroomHeaders): NamedPrompt | null {
  if (!isJsonObject(prompt)) return inHeader && { ...inHeader, variables: {} }
  const { id, version = null, variables = {} } = prompt as unknown as NamedPrompt
  if (inHeader && (inHeader.id !== id || (version !== null && version !== inHeader.version)))
    throw failure('both_spellings', {
      param: 'x-darkroom-prompt',
      message: 'x-darkroom-prompt and darkroom.prompt name different prompts. Nothing was sent or charged; use one of them.',
    })
  return { id, version: inHeader?.version ?? version, variables }
}

function opened(parts: Parts, projectId: string, named: NamedPrompt, known: KnownVersions = new Map()) {
  const name = `${named.id}@${named.version}`
  const before = known.get(name)
  if (before) return before
  const opening = openNamed(parts, projectId, named)
  known.set(name, opening)
  return opening
}

async function openNamed(parts: Parts, projectId: string, { id, version }: NamedPrompt) {
  const prompt = await knownPrompt(parts, { id, projectId }, 'darkroom.prompt.id')
  if (prompt.archived_at_ms !== null) throw failure('prompt_archived', { param: 'darkroom.prompt.id' })
  const newest = version ?? prompt.version
  const { document } = await openVersion(parts, prompt, newest, 'darkroom.prompt.version')
  return { id, version: newest, document }
}

function bothPrompts(param: 'prompt' | 'input') {
  const words = param === 'prompt' ? "a 'prompt' of its own" : "words of the user in 'input'"
  return failure('unsupported_combination', {
    param,
    message: `The call names a stored prompt and has ${words}, so what it asks for is not clear. Nothing was sent or charged; leave one of them out.`,
  })
}

function editForGeneration() {
  return failure('unsupported_combination', {
    param: 'darkroom.prompt.id',
    message:
      'The stored prompt is of kind "edit" and changes a picture, and this call brings none. Nothing was sent or charged; call POST /v1/images/edits, or name another prompt.',
  })
}
