/** How a picture is written as text; the plain way is what upstream does. */
export interface Base64Style {
  /** `/` as `\/` and `+` as `\u002B`: legal JSON that a careless reader takes for base64. */
  escaped?: boolean
  /** One character that is not base64, in the middle. */
  broken?: boolean
  /** `data:…;base64,` in front. */
  dataUrlPrefix?: string
}

/** A picture inside a body, kept as bytes and turned into text only while it is written. */
export interface PicturePart {
  bytes: Buffer
  style: Base64Style
}

/** One part of a body: text, bytes as they are, or a picture. */
export type BodyPart = string | Buffer | PicturePart

/** Picture bytes per piece of base64 text: a multiple of 3, so that pieces join without padding, and 64 KiB as text. */
const PICTURE_PIECE_BYTES = 48 * 1024

/** Writes parts out as bytes, at most some 64 KiB at a time: the base64 of a picture never exists as a whole. */
export function* bytesOf(parts: readonly BodyPart[]): Generator<Buffer> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part)
    else if (Buffer.isBuffer(part)) yield part
    else yield* base64Of(part)
  }
}

/** Length of the parts on the wire, in bytes. */
export function lengthOf(parts: readonly BodyPart[]): number {
  let length = 0
  for (const bytes of bytesOf(parts)) length += bytes.length
  return length
}

function* base64Of({ bytes, style }: PicturePart): Generator<Buffer> {
  if (style.dataUrlPrefix) yield Buffer.from(style.dataUrlPrefix)
  const middle = Math.floor(bytes.length / 2)
  for (let start = 0; start < bytes.length; start += PICTURE_PIECE_BYTES) {
    const end = start + PICTURE_PIECE_BYTES
    let text = bytes.toString('base64', start, Math.min(end, bytes.length))
    if (style.broken && middle >= start && middle < end) text = withForeignCharacter(text)
    if (style.escaped) text = text.replaceAll('/', '\\/').replaceAll('+', '\\u002B')
    yield Buffer.from(text, 'latin1')
  }
}

function withForeignCharacter(text: string): string {
  const middle = Math.floor(text.length / 2)
  return `${text.slice(0, middle)}!${text.slice(middle + 1)}`
}
