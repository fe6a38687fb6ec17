import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { type NamedInputs, readReference, tooMany } from './edit-inputs.ts'
import { Failure } from './failure.ts'
import { text, wrongType } from './field-rules.ts'
import { inputLimits } from './input-limits.ts'
import type { InputReference } from './input-picture.ts'
import type { ImageCallReference, JsonPath } from './response-request.ts'

/** What was read of the input of a Responses call. */
export interface ReadResponseInput {
  images: InputReference[]
  imageCalls: ImageCallReference[]
  /** The user's text, a line feed between pieces. */
  prompt: string
  userMessages: number
  /** Items that only a conversation or a longer flow has: words of the assistant, calls of tools and their results. */
  earlierItems: number
  refusals: Failure[]
}

/** More faults than this are not named one by one. */
const faultsNamed = 32

/**
 * Reads the pictures, the calls of the image tool and the user's words out of `input`. Items of kinds it does not know pass unread, save for
 * the pictures they return.
 */
export function readResponseInput(input: JsonValue | undefined, inputs: NamedInputs): ReadResponseInput {
  const reader = new InputReader(inputs)
  reader.read(input)
  return reader.found()
}

class InputReader {
  readonly #inputs: NamedInputs
  readonly #texts: string[] = []
  readonly #images: InputReference[] = []
  readonly #imageCalls: ImageCallReference[] = []
  readonly #refusals: Failure[] = []
  #userMessages = 0
  #earlierItems = 0

  constructor(inputs: NamedInputs) {
    this.#inputs = inputs
  }

  read(input: JsonValue | undefined): void {
    if (typeof input === 'string') {
      this.#userMessages = 1
      this.#texts.push(input)
    } else if (Array.isArray(input)) {
      for (const [index, item] of input.entries()) this.#readItem(item, ['input', index])
    } else if (input !== undefined && input !== null) {
      this.#refusals.push(wrongType('input', 'a string or an array', input))
    }
  }

  found(): ReadResponseInput {
    const most = inputLimits.responseImages
    const crowd = this.#images.length > most ? [tooMany('input', this.#images.length, most)] : []
    return {
      images: this.#images,
      imageCalls: this.#imageCalls,
      prompt: this.#texts.join('\n'),
      userMessages: this.#userMessages,
      earlierItems: this.#earlierItems,
      refusals: [...crowd, ...this.#refusals.slice(0, faultsNamed)],
    }
  }

  #readItem(item: JsonValue, path: JsonPath): void {
    if (!isJsonObject(item)) {
      this.#refusals.push(wrongType(paramOf(path), 'an object', item))
      return
    }
    const kind = kindOf(item)
    if (kind === 'message') this.#readMessage(item, path)
    else if (kind === 'image_generation_call' || kind === 'item_reference') this.#readImageCall(item, path, kind)
    else this.#readResult(item, path)
  }

  #readMessage(item: JsonObject, path: JsonPath): void {
    const ofUser = item.role === 'user'
    if (ofUser) this.#userMessages += 1
    if (item.role === 'assistant') this.#earlierItems += 1
    if (typeof item.content === 'string') {
      if (ofUser) this.#texts.push(item.content)
    } else {
      this.#readParts(item.content, [...path, 'content'], ofUser)
    }
  }

  #readParts(parts: JsonValue | undefined, path: JsonPath, ofUser: boolean): void {
    if (!Array.isArray(parts)) return
    for (const [index, part] of parts.entries()) {
      if (!isJsonObject(part)) continue
      if (part.type === 'input_image') this.#readImage(part, [...path, index])
      else if (ofUser && part.type === 'input_text' && typeof part.text === 'string') this.#texts.push(part.text)
    }
  }

  /** An item of a tool: what it returns may be pictures, in a list or as a screenshot. */
  #readResult(item: JsonObject, path: JsonPath): void {
    this.#earlierItems += 1
    const { output } = item
    if (isJsonObject(output) && output.type === 'computer_screenshot') this.#readImage(output, [...path, 'output'])
    else this.#readParts(output, [...path, 'output'], false)
  }

  /** Members beside the two that name the picture are for OpenAI to judge; null stands for left out. */
  #readImage(part: JsonObject, path: JsonPath): void {
    const names = ['image_url', 'file_id'].filter((name) => Object.hasOwn(part, name) && part[name] !== null)
    const named = Object.fromEntries(names.map((name) => [name, part[name] as JsonValue]))
    const read = readReference('image', paramOf(path), named, this.#inputs)
    if (read instanceof Failure) this.#refusals.push(read)
    else this.#images.push(read)
  }

  #readImageCall(item: JsonObject, path: JsonPath, kind: ImageCallReference['kind']): void {
    const param = paramOf(path)
    const id = Object.hasOwn(item, 'id') ? (item.id as JsonValue) : null
    const fault = text(1, inputLimits.fileIdCharacters)(`${param}.id`, id)
    if (fault) this.#refusals.push(fault)
    else
      this.#imageCalls.push({ path, param, id: id as string, kind, carriesResult: typeof item.result === 'string' && item.result !== '' })
  }
}

/** Messages and references may leave their type out (openai 7.55.0 types). */
function kindOf(item: JsonObject): string {
  if (typeof item.type === 'string') return item.type
  return Object.hasOwn(item, 'role') ? 'message' : 'item_reference'
}

/** A place as errors write it: `input[0].content[1]`. */
function paramOf(path: JsonPath): string {
  return path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`), '')
}
