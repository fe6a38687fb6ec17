import { escapeHtml } from './escape-html.ts'

/** HTML that is safe to put into a page: made by `html` alone. */
export class Html {
  readonly #text: string

  constructor(parts: readonly string[], values: readonly HtmlValue[]) {
    this.#text = parts.map((part, index) => part + (index < values.length ? written(values[index]!) : '')).join('')
  }

  toString(): string {
    return this.#text
  }
}

/** What a template takes: texts are escaped, HTML and lists of it go in as they are. */
export type HtmlValue = string | number | Html | readonly Html[]

/**
 * A template whose texts are escaped, so that forgetting it is not possible.
 * @example html`<p>${route.owner}</p>`
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts, values)
}

function written(value: HtmlValue): string {
  if (value instanceof Html) return value.toString()
  return typeof value === 'object' ? value.map(String).join('\n') : escapeHtml(String(value))
}
