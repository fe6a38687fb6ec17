import { failure } from '../contract/failure.ts'
import type { PromptDocument } from '../contract/prompt-document.ts'

/** Values of variables, by their names. */
export type PromptVariables = Readonly<Record<string, string>>

const placeholder = /\{\{\s*([a-z][a-z0-9_]{0,39})\s*\}\}/g

/** Names of the variables that a text mentions, and whether it opens braces that name none. */
export function variablesIn(text: string): { names: string[]; isBroken: boolean } {
  const names = Array.from(text.matchAll(placeholder), (match) => match[1]!)
  return { names, isBroken: text.replaceAll(placeholder, '').includes('{{') }
}

/** Puts values in the place of variables, once: braces inside a value stay what they are. */
export function fillVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(placeholder, (whole, name: string) => values.get(name) ?? whole)
}

/**
 * The value of each variable of a document: as given, else its default.
 * @param param where the values came from, as refusals name it
 * @throws Failure `unknown_prompt_variable`, `missing_prompt_variable`, naming the variable
 */
export function valuesOf({ variables }: PromptDocument, given: PromptVariables, param: string): Map<string, string> {
  const known = new Set(variables.map(({ name }) => name))
  const unknown = Object.keys(given).find((name) => !known.has(name))
  if (unknown !== undefined) {
    const list = known.size === 0 ? 'It has none' : `It knows ${[...known].join(', ')}`
    throw failure('unknown_prompt_variable', {
      param: `${param}.${unknown.slice(0, 64)}`,
      message: `The stored prompt has no variable '${unknown.slice(0, 64)}'. ${list}. Nothing was sent or charged.`,
    })
  }
  const values = new Map(variables.map(({ name, default: otherwise }) => [name, Object.hasOwn(given, name) ? given[name] : otherwise]))
  for (const [name, value] of values) {
    if (value !== undefined) continue
    throw failure('missing_prompt_variable', {
      param: `${param}.${name}`,
      message: `The stored prompt needs a value for its variable '${name}'. Nothing was sent or charged; give it in ${param}.`,
    })
  }
  return values as Map<string, string>
}
