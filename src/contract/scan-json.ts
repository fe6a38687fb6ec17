/** What a look over a JSON text found that `JSON.parse` does not tell. */
export interface JsonScan {
  /** Objects and arrays are nested deeper than the limit; the rest was not read. */
  tooDeep: boolean
  /** The first key that an object names twice, unescaped; null when every key is its object's only one. */
  duplicate: string | null
}

/** An open object or array. `keys` is null in an array; `awaitsKey` is true where the next string of an object is a key. */
interface Frame {
  keys: Set<string> | null
  awaitsKey: boolean
}

const code = { quote: 0x22, comma: 0x2c, openArray: 0x5b, backslash: 0x5c, closeArray: 0x5d, openObject: 0x7b, closeObject: 0x7d } as const

/**
 * Walks a JSON text once, without recursion, watching depth and keys. Keys are compared unescaped: `"n"` and `"\u006e"` are one key.
 * The text need not be JSON: what is said about broken text is of no meaning, except that `tooDeep` holds for any text.
 * @param depthLimit deepest nesting allowed; the outermost object or array has depth 1.
 */
export function scanJson(text: string, depthLimit: number): JsonScan {
  const open: Frame[] = []
  let duplicate: string | null = null
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const frame = open.at(-1)
    if (unit === code.quote) {
      const end = endOfString(text, at)
      if (frame?.keys && frame.awaitsKey) duplicate ??= noteKey(frame, text.slice(at, end + 1))
      at = end
    } else if (unit === code.openObject || unit === code.openArray) {
      if (open.length === depthLimit) return { tooDeep: true, duplicate }
      open.push({ keys: unit === code.openObject ? new Set() : null, awaitsKey: true })
    } else if (unit === code.closeObject || unit === code.closeArray) {
      open.pop()
    } else if (unit === code.comma && frame) {
      frame.awaitsKey = true
    }
  }
  return { tooDeep: false, duplicate }
}

/** Index of the quote that closes the string opened at `start`, or of the text's last unit when none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === code.quote) return at
    if (unit === code.backslash) at += 1
  }
  return text.length - 1
}

/** Enters a key into its object. @returns the key when it was there already, else null. */
function noteKey(frame: Frame, quoted: string): string | null {
  const key = quoted.includes('\\') ? unescapeKey(quoted) : quoted.slice(1, -1)
  frame.awaitsKey = false
  if (frame.keys?.has(key)) return key
  frame.keys?.add(key)
  return null
}

/** Broken escapes are left as they are: such a text is refused by `JSON.parse` anyway. */
function unescapeKey(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}
