import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { SourceKind } from './call-site.ts'

const MEGA = 1_000_000
/** Larger files are not read: source of that size is generated, recordings of that size want a cut first. */
const maxBytes: Readonly<Partial<Record<SourceKind, number>>> = { har: 100 * MEGA, log: 500 * MEGA, notebook: 20 * MEGA }
const MAX_SOURCE_BYTES = MEGA
/** A binary file shows itself in its first bytes. */
const HEAD_BYTES = 8192
const PIECE_BYTES = 256 * 1024
/** A longer line of a log is a picture; its head tells what it was. */
const LINE_LENGTH = 64 * 1024

/** The text of a file, or why it was not read. */
export type ReadFile = { text: string } | { why: string }

/** Reads a whole file of text. Never throws. */
export function readTextFile(path: string, kind: SourceKind): ReadFile {
  return withFile(path, kind, (descriptor, size) => {
    const bytes = Buffer.allocUnsafe(size)
    let length = 0
    for (let read = -1; read !== 0 && length < size; length += read) read = readSync(descriptor, bytes, length, size - length, length)
    const content = bytes.subarray(0, length)
    if (content.subarray(0, HEAD_BYTES).includes(0)) return { why: 'binary' }
    return { text: content.toString('utf8').replace(/^\uFEFF/, '') }
  })
}

/** Calls back for every line of a file of any length, in pieces. Never throws. @returns why it was not read, or null. */
export function readLines(path: string, kind: SourceKind, line: (text: string, number: number) => void): string | null {
  const read = withFile(path, kind, (descriptor) => {
    const piece = Buffer.allocUnsafe(PIECE_BYTES)
    const decoder = new TextDecoder()
    let [rest, number] = ['', 0]
    for (let bytes = readSync(descriptor, piece); bytes > 0; bytes = readSync(descriptor, piece)) {
      if (number === 0 && piece.subarray(0, Math.min(bytes, HEAD_BYTES)).includes(0)) return { why: 'binary' }
      const lines = (rest + decoder.decode(piece.subarray(0, bytes), { stream: true })).split('\n')
      rest = lines.pop()!.slice(0, LINE_LENGTH)
      for (const text of lines) line(text.slice(0, LINE_LENGTH), ++number)
    }
    if (rest !== '') line(rest, ++number)
    return { text: '' }
  })
  return 'why' in read ? read.why : null
}

function withFile(path: string, kind: SourceKind, read: (descriptor: number, size: number) => ReadFile): ReadFile {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const { size } = fstatSync(descriptor)
    const limit = maxBytes[kind] ?? MAX_SOURCE_BYTES
    if (size > limit) return { why: `larger than ${limit / MEGA} MB` }
    return read(descriptor, size)
  } catch (error) {
    return { why: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` }
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
