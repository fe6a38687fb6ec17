import type { JsonObject } from '../primitives/json.ts'

/** The questions that are put to a route, as calls. */
export type ProbeName =
  | 'nonsense_model'
  | 'illegal_size'
  | 'unknown_key'
  | 'unusual_size'
  | 'plain_picture'
  | 'transparent'
  | 'format'
  | 'quality'

/** What an honest route does with a probe; `either` where its contract leaves both open. */
export type ProbeExpectation = 'picture' | 'refusal' | 'either'

/** One call to make. */
export interface Probe {
  name: ProbeName
  /** What it finds out, one sentence. */
  purpose: string
  /** A legal body of `POST /v1/images/generations`: for the contract check, the price and the record. */
  body: JsonObject
  /** Members that replace those of `body`, or are added, in what is really sent: what we would refuse ourselves goes out this way. */
  wireChanges: JsonObject
  /** The model id to send instead of the route's own; null = the route's own. */
  modelSent: string | null
  expects: ProbeExpectation
}

/** A probe that is not made, and why. */
export interface SkippedProbe {
  name: ProbeName
  /** One sentence. */
  reason: string
}

/** What the content credentials of a picture say about the route. */
export interface ProbeCredentials {
  present: boolean
  /** `intact | broken | unchecked`. */
  valid: string
  claim_generator: string | null
  signals: readonly { signal: string; verdict: string; signature: string | null; detail: string }[]
}

/** What became of one probe. Texts are the route's own and may hold anything. */
export interface ProbeResult {
  probe: ProbeName
  sent: boolean
  /** `refused`: answered with an error; `failed`: no answer that says anything (network, timeout, 5xx, no picture in it). */
  ended: 'picture' | 'refused' | 'failed' | 'not_run'
  httpStatus: number | null
  errorCode: string | null
  /** The refusal came as `{error: {message, type, …}}`. */
  errorIsEnvelope: boolean
  requestId: string | null
  /** What was really sent; null = left out. `size` as `WIDTHxHEIGHT`. */
  asked: { size: string | null; quality: string | null; format: string | null; model: string | null; background: string | null }
  /** What the bytes are; null when no picture came, or bytes of no known kind. */
  got: { width: number; height: number; format: string; alpha: boolean | null } | null
  /** What the answer says of its picture. */
  reported: { model: string | null; size: string | null; quality: string | null; outputFormat: string | null }
  /** Output tokens of pictures as reported; null = no usage came. */
  usage: { imageOut: number | null } | null
  /** Output tokens by the model's formula for the picture that came; null where the formula is not known. */
  expectedImageOut: number | null
  /** Whether the two agree; null = nothing to compare. */
  usageOnFormula: boolean | null
  /** Null when they were not read. */
  credentials: ProbeCredentials | null
  /** What the call was charged. */
  costNanos: bigint
  generationId: string | null
}

/** Probes that ask for something legal, so that what is drawn can be held to it. */
export const pictureProbes: readonly ProbeName[] = ['unusual_size', 'plain_picture', 'transparent', 'format', 'quality']
