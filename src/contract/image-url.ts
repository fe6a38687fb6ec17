import { Failure, failure } from './failure.ts'
import { isCleanText } from './field-rules.ts'
import { inputLimits } from './input-limits.ts'
import type { InputReference } from './input-picture.ts'

/**
 * What stands in a JSON body instead of a data URL that was taken out while the body was read, so that megabytes never become a
 * string: `{"image_url": "data:"}`. Its bytes lie elsewhere.
 */
export const dataUrlPlaceholder = 'data:'

/** What is known of an `image_url` beside its text. */
export interface ImageUrlFacts {
  /** Bytes of the data URL whose place a `dataUrlPlaceholder` holds; null when there was none. */
  spooledBytes: number | null
  /** Knows the addresses of pictures this gateway made. */
  isOwn: (url: string) => boolean
}

/** Reads an `image_url`: a data URL, an https address, or the address of one of the gateway's own pictures. Nothing is fetched. */
export function readImageUrl(param: string, url: string, facts: ImageUrlFacts): InputReference['from'] | Failure {
  if (/^data:/i.test(url)) return readDataUrl(param, url, facts)
  if (url.length > inputLimits.imageUrlCharacters) return tooLong(param, url.length)
  return urlFault(param, url, facts) ?? { kind: 'url', url }
}

/** A data URL begins with at least this many characters before its base64: `data:image/png;base64,`. */
const shortestPrefix = 22
const base64Form = /^data:[^,]{0,200};base64,/i

function readDataUrl(param: string, url: string, { spooledBytes }: ImageUrlFacts): InputReference['from'] | Failure {
  const byteLength = url === dataUrlPlaceholder ? (spooledBytes ?? 0) : bytesOfBase64(param, url)
  if (byteLength instanceof Failure) return byteLength
  if (byteLength === 0) return unreadable(param, 'the data URL holds no bytes')
  const characters = shortestPrefix + 4 * Math.ceil(byteLength / 3)
  return characters > inputLimits.imageUrlCharacters ? tooLong(param, characters) : { kind: 'bytes', source: 'data_url', byteLength }
}

/** @returns how many bytes a data URL decodes to, padding or none. Whether its alphabet is right is seen when it is decoded. */
function bytesOfBase64(param: string, url: string): number | Failure {
  const prefix = base64Form.exec(url)
  if (prefix === null) return unreadable(param, "expected a data URL in base64, like 'data:image/png;base64,…'")
  const padding = url.endsWith('==') ? 2 : url.endsWith('=') ? 1 : 0
  return Math.max(0, Math.floor(((url.length - prefix[0].length - padding) * 3) / 4))
}

function urlFault(param: string, url: string, { isOwn }: ImageUrlFacts): Failure | null {
  const parsed = isCleanText(url) ? URL.parse(url) : null
  if (parsed === null) return unreadable(param, 'expected a complete https URL or a data URL')
  if (isOwn(url)) return null
  if (parsed.protocol !== 'https:') return notAllowed(param, `found a '${parsed.protocol.slice(0, 20)}' URL, expected https or a data URL`)
  if (parsed.username !== '' || parsed.password !== '') return notAllowed(param, 'it carries a user name or password')
  return null
}

function unreadable(param: string, fault: string): Failure {
  return failure('invalid_value', { param, message: `Invalid '${param}': ${fault}. Nothing was sent or charged.` })
}

function notAllowed(param: string, fault: string): Failure {
  return failure('url_not_allowed', { param, message: `The URL in '${param}' is not allowed: ${fault}. Nothing was fetched or charged.` })
}

function tooLong(param: string, length: number): Failure {
  return failure('string_above_max_length', {
    param,
    message: `Invalid '${param}': string too long. Expected a string with maximum length ${inputLimits.imageUrlCharacters}, but got a string with length ${length} instead.`,
  })
}
