/** Something an operator configured that cannot be used. Its message is meant for them: shown as it stands, without a stack. */
export class ConfigurationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigurationError'
  }
}

const LONGEST_SHOWN = 80

/**
 * A setting that could not be read: which one, what was expected, what was found, where it is described.
 * What was found is shown, so the value of a secret must never be passed here.
 */
export class SettingError extends ConfigurationError {
  constructor(name: string, expected: string, found: string) {
    const shown = found === '' ? 'nothing' : JSON.stringify(found.slice(0, LONGEST_SHOWN))
    super(`${name}: expected ${expected}, found ${shown}. See docs/configuration.md#${name.toLowerCase()}`)
    this.name = 'SettingError'
  }
}

/** The environment as the settings see it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The value of a variable; an empty one counts as not set, which is how compose files and shells unset one. */
function present(environment: Environment, name: string): string | undefined {
  return environment[name] || undefined
}

/** Text as it stands. */
export function readText<Fallback extends string | null>(environment: Environment, name: string, fallback: Fallback): string | Fallback {
  return present(environment, name) ?? fallback
}

/**
 * A whole number within bounds, both inclusive.
 * @throws SettingError for anything else: `1e3`, `0x10`, `-1` and ` 5` are not taken for numbers.
 */
export function readInteger<Fallback extends number | null>(
  environment: Environment,
  name: string,
  fallback: Fallback,
  bounds: { min: number; max: number },
): number | Fallback {
  const text = present(environment, name)
  if (text === undefined) return fallback
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < bounds.min || value > bounds.max)
    throw new SettingError(name, `a whole number from ${bounds.min} to ${bounds.max}`, text)
  return value
}

/**
 * One of a few words.
 * @throws SettingError for any other.
 */
export function readChoice<Choice extends string>(
  environment: Environment,
  name: string,
  fallback: Choice,
  choices: readonly Choice[],
): Choice {
  const text = present(environment, name)
  if (text === undefined) return fallback
  const choice = choices.find((candidate) => candidate === text)
  if (!choice) throw new SettingError(name, `one of ${choices.join(', ')}`, text)
  return choice
}
