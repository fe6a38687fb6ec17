/** Characters kept of a text that somebody else wrote. */
export const MAX_TEXT = 200

/** A text from a file, cut, and without control, formatting and unpaired characters; null when it is none or nothing is left. */
export function boundedText(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const clean = value
    .slice(0, 4 * MAX_TEXT)
    .replace(/\p{C}/gu, '')
    .trim()
  return Array.from(clean).slice(0, MAX_TEXT).join('') || null
}
