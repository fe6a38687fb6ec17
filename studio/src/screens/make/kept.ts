/** Something that this tab remembers over a reload and forgets when it is closed; null for what is not there or cannot be read. */
export function readKept<Value extends object>(name: string): Partial<Value> | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(name) ?? 'null')
    return typeof value === 'object' ? (value as Partial<Value> | null) : null
  } catch {
    return null
  }
}

/** Remembers it; null forgets. A tab that has no room for it works all the same, until it is reloaded. */
export function keep(name: string, value: object | null): void {
  try {
    if (value === null) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, JSON.stringify(value))
  } catch {
    // Full, or switched off.
  }
}
