import { Failure } from '../../contract/failure.ts'
import { parseStrictJson } from '../../contract/strict-json.ts'
import type { FormFile } from '../intake/read-form.ts'
import { takeDataUrls } from '../intake/take-data-urls.ts'
import { invalidRequest } from '../refusal.ts'

/** A line of an input file that is not blank. */
export interface RawLine {
  /** Its number in the file, from 1, blank lines counted. */
  number: number
  /** Without its end. */
  bytes: Buffer
}

const LINE_FEED = 0x0a

/** The lines of a file, one at a time and uncopied; blank ones are left out. */
export function* linesOf(file: Buffer): Generator<RawLine> {
  for (let from = 0, number = 1; from < file.length; number += 1) {
    const found = file.indexOf(LINE_FEED, from)
    const end = found < 0 ? file.length : found
    const bytes = file.subarray(from, end)
    if (!isBlank(bytes)) yield { number, bytes }
    from = end + 1
  }
}

/**
 * What upstream looks at when the lines of a batch are uploaded: the name, and whether the first line is JSON (reported, 2025).
 * @throws Refusal 400
 */
export function checkedBatchInput({ fileName, bytes }: FormFile): void {
  const [first] = linesOf(bytes)
  const isReadable = first !== undefined && !(parseStrictJson(takeDataUrls(first.bytes).text) instanceof Failure)
  if (!fileName?.endsWith('.jsonl') || !isReadable) throw invalidRequest('Invalid file format for Batch API. Must be .jsonl', null)
}

/** JSON's own blanks. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}
