const nameOf = (name: string) => `darkroom.review.${name}`

/** What this browser remembers of whoever reviews; null where there is none, or none can be kept. */
export function readSetting(name: 'reviewer' | 'shortcuts'): string | null {
  try {
    return localStorage.getItem(nameOf(name))
  } catch {
    return null
  }
}

/** Keeps it, where the browser lets it. */
export function writeSetting(name: 'reviewer' | 'shortcuts', value: string): void {
  try {
    localStorage.setItem(nameOf(name), value)
  } catch {
    // Full, or switched off: it holds until the page is left.
  }
}
