/** Longest text of a route's own that a report shows. */
const LONGEST = 100

/** A route's own text for a report: without control characters, cut. */
export function shownText(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
  const characters = [...clean.slice(0, 4 * LONGEST)]
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : characters.join('')
}
