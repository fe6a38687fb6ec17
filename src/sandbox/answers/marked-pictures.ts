import { randomUUID } from 'node:crypto'
import type { BodyPart, PicturePart } from '../wire/body-parts.ts'

/**
 * Stands in for pictures while an answer is built as a JSON value: each gets a mark nobody can guess, so that no text of a caller is ever
 * taken for one, and only the bytes that go out replace it.
 */
export class MarkedPictures {
  readonly #parts = new Map<string, PicturePart>()

  /** The text to put where the picture belongs. */
  mark(part: PicturePart): string {
    const mark = `picture:${randomUUID()}`
    this.#parts.set(mark, part)
    return mark
  }

  /** Puts the pictures where their marks are in a JSON text. */
  fill(jsonText: string): BodyPart[] {
    return jsonText.split(/(picture:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/).map((text) => this.#parts.get(text) ?? text)
  }
}
