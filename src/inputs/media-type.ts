/** A Content-Type taken apart: type and parameter names in lower case, values as they came. */
export interface MediaType {
  essence: string
  parameters: ReadonlyMap<string, string>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const ESSENCE = new RegExp(`^ *(${TOKEN}/${TOKEN}) *`)
const PARAMETER = new RegExp(`; *(?:(${TOKEN})=(?:(${TOKEN}|[^"; ]+)|"((?:[^"\\\\]|\\\\.)*)") *)?`, 'y')

/**
 * Reads a Content-Type (RFC 9110, section 8.3.1). Whoever reads only its beginning can be told one type and sent another, so text that
 * does not belong, a tab for example, spoils the whole. Unquoted values may hold what tokens may not, as boundaries do in the wild.
 * @returns null for anything that is no media type, or that names a parameter twice
 */
export function parseMediaType(header: string): MediaType | null {
  const essence = ESSENCE.exec(header)
  if (!essence) return null
  const parameters = new Map<string, string>()
  let at = essence[0].length
  while (at < header.length) {
    PARAMETER.lastIndex = at
    const found = PARAMETER.exec(header)
    if (!found) return null
    at = PARAMETER.lastIndex
    const name = found[1]?.toLowerCase()
    if (name === undefined) continue
    if (parameters.has(name)) return null
    parameters.set(name, found[2] ?? unquoted(found[3]!))
  }
  return { essence: essence[1]!.toLowerCase(), parameters }
}

/** True for text that is declared to be UTF-8, or declares nothing. */
export function isUtf8({ parameters }: MediaType): boolean {
  return /^(?:utf-?8|us-ascii)$/i.test(parameters.get('charset') ?? 'utf-8')
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}
