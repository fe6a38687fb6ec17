import { inputLimits } from '../contract/input-limits.ts'

/**
 * Bounds of what an edit's body may hold. They keep a request from filling disk and memory; the count and size of a request's own pictures
 * are judged by the contract, so these let one file too many through to be refused by name there.
 */
export interface IntakeLimits {
  /** A multipart body, framing included. */
  formBytes: number
  /** A JSON body, data URLs included. */
  jsonBytes: number
  /** Text of a JSON body around its data URLs. */
  skeletonBytes: number
  /** Brackets inside brackets. */
  depth: number
  /** Pictures along with a request. */
  files: number
  /** One picture. */
  fileBytes: number
  /** One data URL, in characters. */
  dataUrlCharacters: number
  fields: number
  /** One text field, unless `longFieldBytes` names it. */
  fieldBytes: number
  longFieldBytes: Readonly<Record<string, number>>
  /** Files and fields together. */
  parts: number
  /** Header lines of one part, and their bytes. */
  headerPairs: number
  headerBytes: number
  /** Decoded bytes of data URLs waiting for the disk beyond which the body is not read on. */
  spoolLagBytes: number
}

const KIB = 1024
const MIB = 1024 * KIB

/** What holds unless a caller says otherwise. */
export const defaultIntakeLimits: IntakeLimits = {
  formBytes: inputLimits.allBytes + MIB,
  jsonBytes: 400 * MIB,
  skeletonBytes: MIB,
  depth: 64,
  files: inputLimits.fileParts + 1,
  fileBytes: inputLimits.imageBytes,
  dataUrlCharacters: inputLimits.imageUrlCharacters,
  fields: 32,
  fieldBytes: 64 * KIB,
  // 32,000 characters of at most four bytes; Darkroom's own structures.
  longFieldBytes: { prompt: 128 * KIB, darkroom: 256 * KIB },
  parts: 64,
  headerPairs: 20,
  headerBytes: 16 * KIB,
  spoolLagBytes: 384 * KIB,
}
