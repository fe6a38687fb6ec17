/** A data URL that stood in a JSON text. */
export interface DataUrl {
  /** As it says; null when it says nothing. */
  mediaType: string | null
  /** Empty when what follows the comma is not base64. */
  bytes: Buffer
}

const MARK = 'data:#'
const imageUrl = /("image_url"\s*:\s*)("data:[^"\\]*(?:\\.[^"\\]*)*")/gi
/** The picture of an image call that is sent back whole. */
const imageResult = /("result"\s*:\s*)("[A-Za-z0-9+/=]*(?:\\[/u][A-Za-z0-9+/=]*)*")/g
const parts = /^data:([^;,]*)(?:;[^,]*)?,/i

/**
 * Takes the data URLs out of a JSON text, so that what is left is small enough to be parsed strictly. In the text each is replaced by a
 * mark, `data:#0`, which `dataUrlAt` finds again in the parsed body.
 */
export function takeDataUrls(body: Buffer): { text: Buffer; urls: DataUrl[] } {
  const urls: DataUrl[] = []
  // Latin-1 keeps every byte as it is, so that the text's encoding is still judged by whoever parses it.
  const text = body.toString('latin1').replace(imageUrl, (_, name: string, literal: string) => {
    urls.push(readDataUrl(unescaped(literal)))
    return `${name}"${MARK}${urls.length - 1}"`
  })
  return { text: Buffer.from(text, 'latin1'), urls }
}

/** Takes out, as `takeDataUrls` does and into the same list, the pictures that `result` members hold in plain base64. */
export function takeResults(body: Buffer, urls: DataUrl[]): Buffer {
  const text = body.toString('latin1').replace(imageResult, (member, name: string, literal: string) => {
    if (literal === '""') return member
    urls.push({ mediaType: null, bytes: decodeBase64(unescaped(literal)) })
    return `${name}"${MARK}${urls.length - 1}"`
  })
  return Buffer.from(text, 'latin1')
}

/** The data URL that a mark stands for, or that stands there itself, its name spelled with escapes; undefined for any other value. */
export function dataUrlAt(value: unknown, urls: readonly DataUrl[]): DataUrl | undefined {
  if (typeof value !== 'string') return undefined
  if (value.startsWith(MARK)) return urls[Number(value.slice(MARK.length))]
  return /^data:/i.test(value) ? readDataUrl(value) : undefined
}

function readDataUrl(url: string): DataUrl {
  const head = parts.exec(url)
  const isBase64 = /;base64,$/i.test(head?.[0] ?? '')
  const mediaType = head?.[1] || null
  return { mediaType, bytes: isBase64 ? decodeBase64(url.slice(head![0].length)) : Buffer.alloc(0) }
}

function unescaped(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  try {
    return JSON.parse(literal) as string
  } catch {
    return ''
  }
}

function decodeBase64(text: string): Buffer {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0)
}
