import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { type Failure, failure } from './failure.ts'
import { text, trueOrFalse, type ValueCheck, wrongType } from './field-rules.ts'
import { inputLimits } from './input-limits.ts'
import { effortCheck, requestBounds } from './request-fields.ts'
import type { ReasoningEffort, ResponseRequest } from './response-request.ts'

/** Bounds of the top-level fields that Darkroom looks at. */
export const responseBounds = {
  /** OpenAI's (openai 7.55.0 types); the Image API names none. */
  safetyIdentifierCharactersMax: 128,
  /** Ours. */
  idCharactersMax: inputLimits.fileIdCharacters,
} as const

/** The top-level fields that Darkroom acts on, with their defaults, and what is wrong with them. */
export interface ResponseFields {
  values: Pick<
    ResponseRequest,
    'stream' | 'background' | 'store' | 'reasoningEffort' | 'previousResponseId' | 'conversationId' | 'maxToolCalls' | 'endUser'
  >
  refusals: Failure[]
}

const id = text(1, responseBounds.idCharactersMax)

/** In the order they are checked, which is ours. Null stands for left out, save on `user`. */
const checks: readonly (readonly [name: string, check: ValueCheck])[] = [
  ['stream', trueOrFalse],
  ['background', trueOrFalse],
  ['store', trueOrFalse],
  ['previous_response_id', id],
  ['conversation', checkConversation],
  ['reasoning', checkReasoning],
  ['safety_identifier', text(0, responseBounds.safetyIdentifierCharactersMax)],
  ['user', text(0, requestBounds.endUserCharactersMax)],
]

/** Reads the top-level fields of a Responses call. A field that was refused stands at its default. */
export function readResponseFields(body: JsonObject): ResponseFields {
  const given = new Map<string, JsonValue>()
  const refusals: Failure[] = []
  for (const [name, check] of checks) {
    const value = Object.hasOwn(body, name) ? (body[name] as JsonValue) : null
    if (value === null && !(name === 'user' && Object.hasOwn(body, name))) continue
    const fault = check(name, value)
    if (fault) refusals.push(fault)
    else given.set(name, value)
  }
  const values = valuesOf(given, body)
  return { values, refusals: [...refusals, ...contradictions(values)] }
}

function valuesOf(given: ReadonlyMap<string, JsonValue>, body: JsonObject): ResponseFields['values'] {
  const said = <T>(name: string, otherwise: T): T => (given.has(name) ? (given.get(name) as T) : otherwise)
  const conversation = said<JsonValue>('conversation', null)
  const reasoning = said<JsonObject>('reasoning', {})
  return {
    stream: said('stream', false),
    background: said('background', false),
    store: said('store', true),
    reasoningEffort: (reasoning.effort ?? null) as ReasoningEffort | null,
    previousResponseId: said('previous_response_id', null),
    conversationId: isJsonObject(conversation) ? String(conversation.id) : (conversation as string | null),
    maxToolCalls: wholeOrNull(Object.hasOwn(body, 'max_tool_calls') ? body.max_tool_calls : null),
    endUser: said('safety_identifier', '') || said('user', '') || null,
  }
}

/** OpenAI judges the bound itself; here it only tells how many pictures there can be. */
function wholeOrNull(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

function checkConversation(param: string, value: JsonValue): Failure | null {
  if (typeof value === 'string') return id(param, value)
  if (!isJsonObject(value)) return wrongType(param, 'a string or an object', value)
  return id(`${param}.id`, Object.hasOwn(value, 'id') ? (value.id as JsonValue) : null)
}

function checkReasoning(param: string, value: JsonValue): Failure | null {
  if (!isJsonObject(value)) return wrongType(param, 'an object', value)
  const effort = Object.hasOwn(value, 'effort') ? (value.effort as JsonValue) : null
  return effort === null ? null : effortCheck(`${param}.effort`, effort)
}

function contradictions({ background, store, previousResponseId, conversationId }: ResponseFields['values']): Failure[] {
  const found: Failure[] = []
  if (background && !store) {
    found.push(
      failure('unsupported_combination', {
        param: 'store',
        message: "A background response must be stored: 'store' cannot be false together with 'background': true.",
      }),
    )
  }
  if (previousResponseId !== null && conversationId !== null) {
    found.push(
      failure('unsupported_combination', {
        param: 'previous_response_id',
        message: "The parameters 'previous_response_id' and 'conversation' exclude each other. Give one of them.",
      }),
    )
  }
  return found
}
