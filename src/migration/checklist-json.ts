import type { JsonValue } from '../primitives/json.ts'
import type { Inventory, Verdict } from './call-site.ts'

/** Form of the JSON checklist; changes with a change that readers would notice. */
export const checklistVersion = 1

/** The inventory as JSON, names in the spelling of the API. Holds no secret. */
export function checklistJson(inventory: Inventory): string {
  return JSON.stringify({ version: checklistVersion, ...(snakeCase(toJson(inventory)) as object), totals: totalsOf(inventory) }, null, 2)
}

/** How many sites have each verdict. */
export function totalsOf({ sites }: Inventory): Record<Verdict, number> {
  const count = (verdict: Verdict) => sites.filter((site) => site.verdict === verdict).length
  return { move: count('move'), fallback: count('fallback'), drop: count('drop'), moved: count('moved') }
}

const toJson = (inventory: Inventory): JsonValue => JSON.parse(JSON.stringify(inventory))

function snakeCase(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(snakeCase)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeCase(inside)]),
  )
}
