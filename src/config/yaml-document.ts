import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type YAMLError } from 'yaml'

/** A value that could not be read, by the line it stands in. */
export interface YamlFault {
  line: number
  says: string
}

/** A YAML text whose values can be found again by the keys that lead to them. */
export class YamlDocument {
  readonly #document: Document
  readonly #lines = new LineCounter()
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    this.#document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, prettyErrors: false, logLevel: 'error' })
  }

  /** What is no YAML, or YAML that could mean two things: a key named twice, a tag nobody defined, a second document. */
  faults(): YamlFault[] {
    const faults = [...this.#document.errors, ...this.#document.warnings]
    return faults.map((fault) => ({ line: this.#lines.linePos(fault.pos[0]).line, says: this.#sentence(fault) }))
  }

  #sentence(fault: YAMLError): string {
    if (fault.code === 'MULTIPLE_DOCS') return 'expected one document, found a second one'
    if (fault.code !== 'DUPLICATE_KEY') return fault.message
    const key = /^[\w-]*/.exec(this.#text.slice(fault.pos[0]))?.[0]
    return `expected each key once, found ${key || 'one'} again`
  }

  /**
   * The values without their places.
   * @throws ReferenceError for an alias that leads nowhere, or too many of them.
   */
  values(): unknown {
    return this.#document.toJS()
  }

  /** The value at a place; undefined where there is none. */
  valueAt(place: readonly PropertyKey[]): unknown {
    const found = this.#document.getIn(place, true)
    return isNode(found) ? found.toJS(this.#document) : found
  }

  /** The line of the deepest part of a place that exists, so that a missing member points at what it is missing from. */
  lineOf(place: readonly PropertyKey[]): number {
    for (let length = place.length; length > 0; length--) {
      const offset = this.#offsetOf(place.slice(0, length))
      if (offset !== undefined) return this.#lines.linePos(offset).line
    }
    return 1
  }

  /** Where a member begins: its key, or the member itself in a list. */
  #offsetOf(place: readonly PropertyKey[]): number | undefined {
    const parent = this.#document.getIn(place.slice(0, -1), true)
    const name = place.at(-1)
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === name)
      : undefined
    const node = pair?.key ?? this.#document.getIn(place, true)
    return isNode(node) ? node.range?.[0] : undefined
  }
}
