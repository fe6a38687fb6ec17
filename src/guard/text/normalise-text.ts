/** Characters that print alike and of which a reader cannot tell which was meant; all become the first. */
const alike: readonly [RegExp, string][] = [
  [/[\u2018\u2019\u201a\u201b\u2032`´]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/[\u00b7\u2022\u2219\u22c5\u30fb]/g, '·'],
]
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g

/**
 * Brings a text to the form in which texts are compared: NFKC (full-width letters are the plain ones), quotation marks and dashes of one kind, nothing
 * invisible, and no white space. Space between glyphs is a matter of setting, and where a line breaks, scripts differ whether there is any.
 */
export function normaliseText(text: string): string {
  let plain = text.normalize('NFKC').replace(invisible, '')
  for (const [found, becomes] of alike) plain = plain.replace(found, becomes)
  return plain.replace(/\s+/gu, '')
}

/** The characters of a normalised text, one for each that is seen. */
export function charactersOf(text: string): string[] {
  return [...normaliseText(text)]
}

/** Characters that must be put in, taken out or replaced to make one text of another (Levenshtein). */
function distanceBetween(one: readonly string[], other: readonly string[]): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  one.forEach((character, index) => {
    const next = [index + 1]
    for (let column = 1; column <= other.length; column++)
      next.push(Math.min(row[column]! + 1, next[column - 1]! + 1, row[column - 1]! + (character === other[column - 1] ? 0 : 1)))
    row = next
  })
  return row[other.length]!
}

/** How alike two texts are once normalised: 1 = the same, 0 = nothing in common. */
export function likeness(one: string, other: string): number {
  const [first, second] = [charactersOf(one), charactersOf(other)]
  const longest = Math.max(first.length, second.length)
  return longest === 0 ? 1 : 1 - distanceBetween(first, second) / longest
}

/** Where in a longer text a shorter one is most nearly found. */
export interface NearestPart {
  /** First character of the part. */
  start: number
  /** Behind its last. */
  end: number
  distance: number
}

/** The part of `text` that differs least from `wanted` (Sellers' algorithm); the earliest of equal ones. */
export function nearestPart(text: readonly string[], wanted: readonly string[]): NearestPart {
  // Each cell carries where its part begins.
  let row = Array.from({ length: text.length + 1 }, (_, at) => ({ distance: 0, start: at }))
  wanted.forEach((character, index) => {
    const next = [{ distance: index + 1, start: 0 }]
    for (let at = 1; at <= text.length; at++) {
      const replaced = row[at - 1]!
      const ways = [
        { distance: replaced.distance + (text[at - 1] === character ? 0 : 1), start: replaced.start },
        { distance: row[at]!.distance + 1, start: row[at]!.start },
        { distance: next[at - 1]!.distance + 1, start: next[at - 1]!.start },
      ]
      next.push(ways.reduce((best, way) => (way.distance < best.distance ? way : best)))
    }
    row = next
  })
  let end = 0
  for (let at = 1; at < row.length; at++) if (row[at]!.distance < row[end]!.distance) end = at
  return { start: row[end]!.start, end, distance: row[end]!.distance }
}
