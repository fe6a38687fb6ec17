import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'

/** Calls whose result the client brings, and the items that bring it (openai 7.55.0 types). */
const resultOf: Record<string, string> = { function_call: 'function_call_output', custom_tool_call: 'custom_tool_call_output' }
const kinds = new Set(Object.entries(resultOf).flat())

/** True for a call of a function or custom tool, and for its result. */
export function isClientTool(item: JsonObject): boolean {
  return kinds.has(String(item['type']))
}

/** Ids of the calls that stand with both call and result among the items: upstream refuses one without the other. */
export function answeredCalls(items: readonly JsonValue[]): ReadonlySet<string> {
  const seen = new Set(
    items.flatMap((item) => (isJsonObject(item) && typeof item['call_id'] === 'string' ? [`${item['type']} ${item['call_id']}`] : [])),
  )
  const answered = Object.entries(resultOf).flatMap(([call, result]) =>
    [...seen]
      .filter((key) => key.startsWith(`${call} `))
      .map((key) => key.slice(call.length + 1))
      .filter((id) => seen.has(`${result} ${id}`)),
  )
  return new Set(answered)
}
