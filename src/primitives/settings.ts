/** A setting that could not be read: which one, what was expected, what was found, where it is described. */
export class SettingError extends Error {
  constructor(name: string, expected: string, found: string) {
    super(`${name}: expected ${expected}, found ${JSON.stringify(found)}. See docs/configuration.md#${name.toLowerCase()}`)
    this.name = 'SettingError'
  }
}

/** The environment as the settings see it. */
export type Environment = Readonly<Record<string, string | undefined>>

const present = (environment: Environment, name: string) => {
  const value = environment[name]
  return value === undefined || value === '' ? undefined : value
}

/** Text as it stands; an empty value counts as not set. */
export function readText<T extends string | null>(environment: Environment, name: string, fallback: T): string | T {
  return present(environment, name) ?? fallback
}

/** A whole number within bounds, both inclusive. */
export function readInteger(environment: Environment, name: string, fallback: number, bounds: { min: number; max: number }): number {
  const text = present(environment, name)
  if (text === undefined) return fallback
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < bounds.min || value > bounds.max)
    throw new SettingError(name, `a whole number from ${bounds.min} to ${bounds.max}`, text)
  return value
}

/** One of a few words. */
export function readChoice<T extends string>(environment: Environment, name: string, fallback: T, choices: readonly T[]): T {
  const text = present(environment, name)
  if (text === undefined) return fallback
  const choice = choices.find((candidate) => candidate === text)
  if (!choice) throw new SettingError(name, `one of ${choices.join(', ')}`, text)
  return choice
}

/** `1`/`true`/`yes` or `0`/`false`/`no`. */
export function readFlag(environment: Environment, name: string, fallback: boolean): boolean {
  const text = present(environment, name)
  if (text === undefined) return fallback
  if (/^(1|true|yes)$/i.test(text)) return true
  if (/^(0|false|no)$/i.test(text)) return false
  throw new SettingError(name, 'true or false', text)
}
