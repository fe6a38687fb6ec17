import type { PixelSize } from '../../contract/image-request.ts'
import type { Quality } from '../../contract/model-row.ts'
import type { UsageFault } from '../billing/usage.ts'
import type { PictureFinish } from '../render/index.ts'

/** Formats the sandbox can paint. */
export type PaintedFormat = 'png' | 'jpeg' | 'webp'

/** Where a body breaks off. */
export type CutPoint = { unit: 'bytes'; at: number } | { unit: 'percent'; at: number } | { unit: 'frames'; at: number }

/** What an answer says of a picture's size or quality: what was asked (as the model that was asked decides an `auto`), or the word `auto`. */
type SaidInstead = 'asked' | 'auto'

/**
 * What goes wrong with one call. Every member is optional and they combine: `{}` is an ordinary call.
 * `docs/sandbox.md` lists the words that set them.
 */
export interface FaultScript {
  /** Answer with this HTTP status instead of a picture. */
  status?: number
  /** Answer with this error code instead of a picture. */
  code?: string
  /** The answer is an HTML page of a gateway in between, without a request id. */
  html?: boolean
  /** Answer 302 with this address. */
  redirect?: string
  /** Refuse for safety, at this stage. */
  moderation?: 'input' | 'output'
  /** Never answer. */
  silence?: boolean
  /** Reset the connection where the answer would begin. */
  resetBeforeHeaders?: boolean
  /** `retry-after` of whatever is answered. */
  retryAfterSeconds?: number

  /** Time until the answer, instead of the configured one. */
  latencyMs?: number
  /** Break the body off here. */
  cut?: CutPoint
  /** Break it off with a TCP reset instead of an ordinary end. */
  cutByReset?: boolean
  trickleBytesPerSecond?: number
  splitBytes?: boolean
  gzip?: boolean
  /** Announce the length of a JSON answer instead of sending it in chunks. */
  contentLength?: boolean
  /** Announce this many bytes more than come. */
  overLengthBytes?: number
  noRequestId?: boolean

  /** Paint this size, whatever was asked. */
  size?: PixelSize
  /** Paint this format, whatever was asked. */
  format?: PaintedFormat
  /** Work at this quality, whatever was asked. */
  quality?: Quality
  /** Let another model do (and bill) the work. */
  swap?: string
  /** Name this model in the answer. */
  modelEcho?: string
  /** Report what was asked instead of what came. */
  lie?: boolean
  usage?: UsageFault
  noData?: boolean
  url?: boolean
  brokenJson?: boolean
  brokenBase64?: boolean
  escapedBase64?: boolean
  dataUrl?: boolean
  truncatedImage?: boolean

  /** Edits: noise outside the mask, so many levels up or down. */
  driftLevels?: number
  /** Edits: a warm cast outside the mask, so many levels. */
  recolourLevels?: number
  /** Edits: everything outside the mask stands so many pixels further right and down. */
  shift?: { x: number; y: number }
  /** Edits: everything outside the mask is so many times as large. */
  scale?: number
  /** One letter of the picture's text is wrong. */
  garble?: boolean
  /** Edits: repaint far beyond the mask. */
  ignoreMask?: boolean

  /** Send no more previews than this. */
  partials?: number
  errorAfterPartial?: boolean
  errorAfterCompleted?: boolean
  doneMarker?: boolean
  crlf?: boolean
  comments?: boolean

  /** Responses: the safety system refuses the picture inside a response that completes. */
  failItem?: boolean
  /** Responses: the response fails with this error code. */
  failResponse?: string
  /** Responses: the response ends incomplete, after its picture, for this reason. */
  incomplete?: 'max_output_tokens' | 'content_filter'
  /** Responses: what the answer does not say; the invoice stays true. */
  noUsage?: 'main' | 'tool' | 'cache'
  /** Responses: input of both models comes from upstream's cache, at its rates. */
  cached?: boolean
  /** Responses: how long a background response waits in the queue, instead of a quarter of the configured time. */
  queuedMs?: number
  /** Responses: how long a background response runs once it has begun, instead of the rest of that time. */
  slowBackgroundMs?: number
  /** Responses: nothing is kept of the finished response, or all but its pictures. */
  forget?: 'response' | 'pictures'
  /** Responses: the sentence also streams word by word. */
  deltas?: boolean
  /** Responses: a finished picture's item says `generating`, as upstream was seen to. */
  staysGenerating?: boolean

  /** Batches: what becomes of this line's place in the files: it stands there twice, in neither, or under an id that nobody gave. */
  lineFault?: 'twice' | 'lost' | 'stranger'
  /** Creating a batch: it expires when so many lines were made. */
  expireAfterLines?: number
  /** Creating a batch: it fails with this code when it is checked. */
  failBatch?: string
  /** Listing batches: so many of the newest are not there yet. */
  laggingBatches?: number

  /** Faces only: paint about 1.57 megapixels, as if `auto` had been asked or in the shape that was asked. `size` wins. */
  sizeRule?: 'auto' | 'shape-asked'
  /** Faces only: say this of the picture instead of what came. `lie` wins. */
  says?: { size?: SaidInstead; quality?: SaidInstead }
  /** Faces only: what happens to the files of finished pictures. */
  finish?: PictureFinish

  /** Only the first so many calls with this prompt are faulty. */
  first?: number
  /** Charge (true) or do not charge (false), whatever the fault table says. */
  charge?: boolean
}

/** True when the script replaces the picture by another answer, or by none. */
export function replacesAnswer(script: FaultScript): boolean {
  const { status, code, html, redirect, moderation, silence, resetBeforeHeaders } = script
  return [status, code, html, redirect, moderation, silence, resetBeforeHeaders].some((member) => member !== undefined)
}

/** When a call was charged: as the model ran, or, because a script says so, for an answer that is a failure. */
export type ChargePhase = 'model_run' | 'failure_answer'

/**
 * Whether and when a call with this script is charged; null = it is free. What stops a request before the model runs is free, what happens
 * to the answer afterwards is not. A lost answer (silence, reset) is charged: upstream does not notice that nobody listens.
 */
export function chargePhase(script: FaultScript): ChargePhase | null {
  const isLost = script.silence === true || script.resetBeforeHeaders === true
  const isFailure = replacesAnswer(script) && !isLost
  const isCharged = script.charge ?? !isFailure
  if (!isCharged) return null
  return isFailure ? 'failure_answer' : 'model_run'
}
