/** One part of a form, written by hand. */
export interface RawPart {
  /** Header lines without line ends. */
  head: readonly string[]
  content: Uint8Array | string
}

/** The boundary of every form here. */
export const BOUNDARY = 'x-darkroom-e2e'

/** The header that announces such a form. */
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

/** A form byte for byte, as no library would write it. */
export function rawForm(parts: readonly RawPart[], end = `--${BOUNDARY}--\r\n`): Buffer<ArrayBuffer> {
  const pieces = parts.flatMap(({ head, content }) => [`--${BOUNDARY}\r\n`, ...head.map((line) => `${line}\r\n`), '\r\n', content, '\r\n'])
  return Buffer.concat([...pieces, end].map((piece) => Buffer.from(piece as string)))
}

/** A text field. */
export function textPart(name: string, content: string): RawPart {
  return { head: [`Content-Disposition: form-data; name="${name}"`], content }
}

/** A file as browsers send it. */
export function filePart(name: string, content: Uint8Array | string, fileName = 'picture.png', type = 'image/png'): RawPart {
  return { head: [`Content-Disposition: form-data; name="${name}"; filename="${fileName}"`, `Content-Type: ${type}`], content }
}

/** The fields of a form, one part each. */
export function textParts(fields: Readonly<Record<string, unknown>>): RawPart[] {
  return Object.entries(fields).map(([name, value]) => textPart(name, String(value)))
}
