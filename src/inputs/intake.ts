import type { InputRole } from '../contract/input-picture.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { WrittenInput } from './input-file.ts'
import type { IntakeLimits } from './intake-limits.ts'

/** A picture that came along with a request, in a file of its own. */
export interface Upload extends WrittenInput {
  role: InputRole
  /** Its place in the caller's form: `image`, `image[1]`, `mask`, `images[0].image_url`. Images count from 0 in order of arrival. */
  param: string
  source: 'upload' | 'data_url'
  /** The client's own name for it, made fit for a log line; nothing else is made of it. Null for data URLs and nameless parts. */
  fileName: string | null
}

/** A text field of a form. */
export type FormField = readonly [name: string, value: string]

/** A multipart body: its text fields in the order they came, doubled ones included, and its files. */
export interface FormIntake extends AsyncDisposable {
  form: 'multipart'
  fields: readonly FormField[]
  uploads: readonly Upload[]
}

/** A JSON body with `dataUrlPlaceholder` in place of each data URL, and what these held. */
export interface JsonIntake extends AsyncDisposable {
  form: 'json'
  body: JsonObject
  uploads: readonly Upload[]
}

/** The body of an edit. Disposing removes every file that was not moved away. */
export type EditIntake = FormIntake | JsonIntake

/** Where uploads go and how much may come. */
export interface IntakeOptions {
  /** Private folder on the same file system as the object store, which takes the files over. */
  folder: string
  /** Whose they are, e.g. the request's id; part of the files' names. */
  name: string
  /** @default defaultIntakeLimits */
  limits?: Partial<IntakeLimits>
  /** Members of a JSON body whose string, or each string of their array, may be a data URL. @default ['image_url'] */
  imageKeys?: readonly string[]
  /** Ends the intake, as a client that hangs up does. */
  signal?: AbortSignal
}

/** Data URLs of a JSON body, taken out of it while it was read. */
export interface ScannedJson extends AsyncDisposable {
  body: JsonObject
  images: readonly (WrittenInput & { param: string })[]
}

/**
 * Reads a JSON body and spools its data URLs. The relay has the scanner for it, and parts do not know each other:
 * whoever knows both hands its `readImageJson` in.
 */
export type ReadImageJson = (
  pieces: AsyncIterable<Buffer>,
  options: {
    imageKeys: readonly string[]
    spoolFolder: string
    spoolName: string
    limits: { images: number; dataUrlCharacters: number; skeletonBytes: number; depth: number; spoolLagBytes: number }
  },
) => Promise<ScannedJson>
