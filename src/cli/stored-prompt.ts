import type { JsonObject } from '../primitives/json.ts'
import { UsageError } from './command.ts'

const storedPrompt = /^(prm_[0-9a-f]{44})(?:@([1-9]\d{0,8}))?$/

/**
 * What stands in the place of a prompt on the command line: its words, or the id of a stored one, alone or with `@VERSION`.
 * @param pairs values of its variables as `NAME=VALUE` @throws UsageError
 */
export function promptMembers(words: string, pairs: readonly string[] = []): JsonObject {
  const match = storedPrompt.exec(words)
  if (match) {
    const version: JsonObject = match[2] === undefined ? {} : { version: Number(match[2]) }
    return { darkroom: { prompt: { id: match[1]!, ...version, variables: variablesOf(pairs) } } }
  }
  if (pairs.length > 0) throw new UsageError('--var goes with the id of a stored prompt in the place of the words')
  return { prompt: words }
}

/** `NAME=VALUE`, as often as there are variables. @throws UsageError */
export function variablesOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const sign = pair.indexOf('=')
      if (sign < 1) throw new UsageError(`--var expects NAME=VALUE, found '${pair}'`)
      return [pair.slice(0, sign), pair.slice(sign + 1)]
    }),
  )
}
