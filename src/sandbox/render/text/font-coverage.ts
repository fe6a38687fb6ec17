import { closeSync, openSync, readSync } from 'node:fs'

/** Tells whether a font has a glyph for a code point. */
export type Coverage = (codePoint: number) => boolean

/** First and last code point of a run that the font covers. */
type Range = [first: number, last: number]

const SEGMENTED_COVERAGE = 12

/**
 * Reads which characters a TrueType or OpenType file covers: its `cmap` table, format 12, the one that reaches beyond 16 bits.
 * The rest of the file stays on disk. Layout of the table: ISO/IEC 14496-22, section 5.2.1.3.
 * @throws Error when the file has no such table.
 */
export function readCoverage(fontPath: string): Coverage {
  const file = openSync(fontPath, 'r')
  try {
    const ranges = readRanges(readTable(file, 'cmap', fontPath), fontPath)
    return (codePoint) => includes(ranges, codePoint)
  } finally {
    closeSync(file)
  }
}

function readTable(file: number, tag: string, fontPath: string): DataView {
  const head = readBytes(file, 0, 12)
  const directory = readBytes(file, 12, head.getUint16(4) * 16)
  for (let entry = 0; entry < directory.byteLength; entry += 16) {
    const name = String.fromCharCode(...[0, 1, 2, 3].map((index) => directory.getUint8(entry + index)))
    if (name === tag) return readBytes(file, directory.getUint32(entry + 8), directory.getUint32(entry + 12))
  }
  throw new Error(`expected a ${tag} table in ${fontPath}, found none`)
}

function readBytes(file: number, position: number, length: number): DataView {
  const bytes = new Uint8Array(length)
  readSync(file, bytes, 0, length, position)
  return new DataView(bytes.buffer)
}

function readRanges(cmap: DataView, fontPath: string): Range[] {
  for (let record = 0; record < cmap.getUint16(2); record++) {
    const subtable = cmap.getUint32(4 + record * 8 + 4)
    if (cmap.getUint16(subtable) !== SEGMENTED_COVERAGE) continue
    return Array.from({ length: cmap.getUint32(subtable + 12) }, (_, group) => {
      const at = subtable + 16 + group * 12
      return [cmap.getUint32(at), cmap.getUint32(at + 4)]
    })
  }
  throw new Error(`expected a cmap of format ${SEGMENTED_COVERAGE} in ${fontPath}, found none`)
}

/** Binary search; the ranges of a font are in ascending order. */
function includes(ranges: readonly Range[], codePoint: number): boolean {
  let low = 0
  let high = ranges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [first, last] = ranges[middle]!
    if (codePoint < first) high = middle - 1
    else if (codePoint > last) low = middle + 1
    else return true
  }
  return false
}
