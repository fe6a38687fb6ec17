import { isGif } from './gif-facts.ts'
import type { ImageFormat } from './image-facts.ts'
import { jpegSignature } from './jpeg-facts.ts'
import { pngSignature } from './png-facts.ts'
import { isWebp } from './webp-facts.ts'

/** What the first bytes of a file say it is. */
export interface FileKind {
  /** In words, with its article: `an SVG picture`. */
  words: string
  /** It is a picture, of whatever format. */
  isPicture: boolean
  /** The format when it is one that is decoded here. */
  format: Exclude<ImageFormat, 'gif'> | null
}

/** Bytes of a file's beginning that `kindOf` looks at. */
export const KIND_BYTES = 1024

/** Tells a file's kind by its first bytes. What it does not know is `of an unknown kind`. */
export function kindOf(head: Buffer): FileKind {
  if (head.length === 0) return nothing('empty')
  if (starts(head, pngSignature)) return { words: 'a PNG picture', isPicture: true, format: 'png' }
  if (starts(head, jpegSignature)) return { words: 'a JPEG picture', isPicture: true, format: 'jpeg' }
  if (isWebp(head)) return { words: 'a WebP picture', isPicture: true, format: 'webp' }
  const words = pictureWords(head)
  return words ? { words, isPicture: true, format: null } : nothing(documentWords(head))
}

const nothing = (words: string): FileKind => ({ words, isPicture: false, format: null })
const starts = (head: Buffer, signature: Buffer) => head.subarray(0, signature.length).equals(signature)

/** Signatures as text of one byte a character. */
const pictures: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^BM.{4}\0\0\0\0/s, 'a BMP picture'],
  [/^(?:II[*+]\0|MM\0[*+])/, 'a TIFF picture'],
  [/^.{4}ftypavi[fs]/s, 'an AVIF picture'],
  [/^.{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)/s, 'a HEIC picture'],
  [/^(?:\xff\x0a|\0\0\0\x0cJXL )/, 'a JPEG XL picture'],
  [/^\0\0\0\x0cjP {2}/, 'a JPEG 2000 picture'],
  [/^8BPS/, 'a Photoshop document'],
  [/^\0\0\x01\0/, 'an icon'],
]

function pictureWords(head: Buffer): string | undefined {
  if (isGif(head)) return 'a GIF picture'
  const text = head.toString('latin1')
  if (isSvg(head)) return 'an SVG picture'
  return pictures.find(([pattern]) => pattern.test(text))?.[1]
}

/** SVG is text, in UTF-8 or UTF-16, and its element may stand behind an XML declaration, a document type and comments. */
function isSvg(head: Buffer): boolean {
  const text = head.toString('latin1').replaceAll('\0', '')
  return (
    /^\s*(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*</.test(text) && /<(?:\w+:)?svg[\s>]/i.test(text) && !/<(?:!doctype\s+)?html/i.test(text)
  )
}

function documentWords(head: Buffer): string {
  const text = head.toString('latin1').replaceAll('\0', '').trimStart()
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|script)/i.test(text)) return 'an HTML page'
  if (text.startsWith('%PDF-')) return 'a PDF document'
  if (text.startsWith('PK\x03\x04')) return 'a ZIP archive'
  if (/^[\t\n\r\x20-\x7e]+$/.test(text)) return 'a text'
  return 'of an unknown kind'
}
