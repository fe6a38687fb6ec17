import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'

/** True where the input of an assistant call holds words of the user already. */
export function inputSaysSomething(input: JsonValue | undefined): boolean {
  if (typeof input === 'string') return true
  return Array.isArray(input) && input.some((item) => isJsonObject(item) && item['role'] === 'user' && messageSaysSomething(item))
}

function messageSaysSomething({ content }: JsonObject): boolean {
  if (typeof content === 'string') return true
  return Array.isArray(content) && content.some((part) => isJsonObject(part) && part['type'] === 'input_text')
}

/**
 * Puts the words of the user into the input of an assistant call: behind the pictures of its last message, or as a message of their own. What is
 * there keeps its place, by which pictures that came along are known.
 */
export function inputOf(input: JsonValue | undefined, text: string): JsonValue {
  if (input === undefined || input === null) return text
  // What is no list is for the contract to refuse.
  if (!Array.isArray(input)) return input
  const part = { type: 'input_text', text }
  const place = input.findLastIndex((item) => isJsonObject(item) && item['role'] === 'user' && Array.isArray(item['content']))
  if (place === -1) return [...input, { role: 'user', content: [part] }]
  const message = input[place] as JsonObject & { content: JsonValue[] }
  return input.with(place, { ...message, content: [...message.content, part] })
}
