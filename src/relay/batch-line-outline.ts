import type { JsonObject } from '../primitives/json.ts'
import type { JsonStep } from './json-place.ts'
import { placeName, type Span } from './json-spans.ts'
import type { ReplyOutline } from './reply-outline.ts'

/** Where the body of a response stands in a line. */
export const bodyPath = ['response', 'body'] as const

/** An image of a line, as far as its place says. */
export interface PlacedImage {
  path: readonly JsonStep[]
}

/** True for a place at or below another. */
export function isWithin(path: readonly JsonStep[], above: readonly JsonStep[]): boolean {
  return path.length >= above.length && above.every((step, index) => path[index] === step)
}

const QUOTE_LITERAL = Buffer.from('"')

/** True when the document has each image where it stood: another value of the same name would have taken its place. */
export function haveTheirPlaces(line: JsonObject, images: readonly PlacedImage[]): boolean {
  const at = (value: unknown, step: JsonStep) =>
    typeof value === 'object' && value !== null ? (value as Record<JsonStep, unknown>)[step] : undefined
  return images.every(({ path }) => path.reduce<unknown>(at, line) === null)
}

/**
 * The body of a response, with the places of its images. Null when these cannot be told: the line names something twice, and no two readers
 * would agree which one counts.
 */
export function outlineOf(skeleton: Buffer, spans: ReadonlyMap<string, Span>, images: readonly PlacedImage[]): ReplyOutline | null {
  const body = spans.get(placeName(bodyPath))
  if (!body) return images.length === 0 ? [] : null
  const literals: Buffer[] = []
  let from = body.from
  for (const { path } of images) {
    const span = spans.get(placeName(path))
    if (!span || span.from < from || span.to > body.to) return null
    literals.push(skeleton.subarray(from, span.from))
    from = span.to
  }
  literals.push(skeleton.subarray(from, body.to))
  return literals.flatMap((literal, index) => {
    const opened = index === 0 ? [literal] : [QUOTE_LITERAL, literal]
    const isLast = index === images.length
    return [{ literal: Buffer.concat(isLast ? opened : [...opened, QUOTE_LITERAL]) }, ...(isLast ? [] : [{ image: index }])]
  })
}
