import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { type Failure, failure } from './failure.ts'
import { missing, unsupportedValue, wrongType } from './field-rules.ts'
import type { ImageToolChoice } from './response-request.ts'

/** `type` of the image tool and of the choice that forces it. */
export const imageToolType = 'image_generation'

/** @returns whether a value of `tools` is the image tool. */
export function isImageTool(tool: JsonValue): tool is JsonObject {
  return isJsonObject(tool) && tool.type === imageToolType
}

/**
 * Reads `tool_choice` for what it means to the image tool. Choices of other tools pass unread.
 * @param tools the tools of the call, of any shape.
 */
export function readToolChoice(choice: JsonValue | undefined, tools: readonly JsonValue[]): ImageToolChoice | Failure {
  const hasImageTool = tools.some(isImageTool)
  if (choice === undefined || choice === null) return hasImageTool ? 'may' : 'cannot'
  if (typeof choice === 'string') return readWord(choice, tools, hasImageTool)
  if (!isJsonObject(choice)) return wrongType('tool_choice', "one of 'none', 'auto', 'required', or an object", choice)
  return readObject(choice, hasImageTool)
}

function readWord(word: string, tools: readonly JsonValue[], hasImageTool: boolean): ImageToolChoice | Failure {
  const words = ['none', 'auto', 'required']
  if (!words.includes(word)) return unsupportedValue('tool_choice', word, words)
  if (word === 'none' || !hasImageTool) return 'cannot'
  if (word === 'auto') return 'may'
  return tools.length === 1 ? 'must' : 'one_of_several'
}

function readObject(choice: JsonObject, hasImageTool: boolean): ImageToolChoice | Failure {
  const type = Object.hasOwn(choice, 'type') ? choice.type : undefined
  if (type === undefined) return missing('tool_choice.type')
  if (typeof type !== 'string') return wrongType('tool_choice.type', 'a string', type)
  if (type === imageToolType) return hasImageTool ? 'must' : absent()
  return type === 'allowed_tools' && hasImageTool ? readAllowed(choice) : 'cannot'
}

function readAllowed({ mode, tools }: JsonObject): ImageToolChoice {
  const allowed = Array.isArray(tools) ? tools : []
  if (!allowed.some(isImageTool)) return 'cannot'
  if (mode !== 'required') return 'may'
  return allowed.length === 1 ? 'must' : 'one_of_several'
}

function absent(): Failure {
  return failure('invalid_value', {
    param: 'tool_choice',
    message: `Tool choice '${imageToolType}' not found in 'tools' parameter.`,
  })
}
