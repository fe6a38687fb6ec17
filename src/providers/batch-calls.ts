import type { JsonObject } from '../primitives/json.ts'
import type { Secret } from '../primitives/secret.ts'
import type { DispatchOutcome, ProviderCall, ProviderInput } from './image-provider.ts'

/** What every call about batches says of itself. None of them is a purchase but `createBatch`. */
export type BatchCallBasics = Pick<ProviderCall, 'baseUrl' | 'key' | 'clientRequestId' | 'timeoutMs' | 'idleTimeoutMs' | 'signal'>

/** What a batch can be made of: every line of one is of the same operation. */
export type BatchOperation = 'generate' | 'edit'

/** What became of a call, and what it brought. */
export interface BatchCallAnswer<Value> {
  /** `ok` only with a value. A success that cannot be read is `bad_response`; what it did upstream is done. */
  outcome: DispatchOutcome
  /** Null unless the outcome is `ok`. */
  value: Value | null
}

/** A content that is read while it is sent, as `ProviderInput` is. */
export interface SentContent {
  /** Exactly as many bytes as `open` yields. */
  byteLength: number
  /** Called at most once. */
  open(): AsyncIterable<Uint8Array>
}

/** The lines of a batch on their way upstream. */
export interface UploadBatchCall extends BatchCallBasics {
  /** Upstream's own listings show it. Ends in `.jsonl`, or upstream refuses it. */
  fileName: string
  content: SentContent
  /** When upstream deletes the file by itself: an hour to thirty days after it came. @default upstream's own, thirty days */
  expiresAfterSeconds?: number
}

/** A file that upstream keeps. */
export interface UploadedFile {
  id: string
  /** As upstream counted; null when it did not say. */
  bytes: number | null
}

/** A batch that is about to be made. */
export interface CreateBatchCall extends BatchCallBasics {
  inputFileId: string
  operation: BatchOperation
  /** How a batch whose creation was never answered is found again. At most 16 pairs, keys of 64 characters, values of 512. */
  metadata: Readonly<Record<string, string>>
}

/** A call about a batch that upstream keeps. An id that cannot stand in a path ends the call as `not_sent`. */
export interface BatchCall extends BatchCallBasics {
  batchId: string
}

/** A call about a file that upstream keeps. */
export interface BatchFileCall extends BatchCallBasics {
  fileId: string
}

/** A call for the content of a file. */
export interface ReadBatchFileCall extends BatchFileCall {
  /** A longer file is cut there, and the outcome is `partial`, `too_large`. */
  maxBytes: number
}

/** Where the content of a file goes, as it comes. */
export interface BatchFileSink {
  /** The content begins. */
  begin(): void
  /** A piece; the sink may keep the buffer. @returns false when nothing more should be read until `resume` is called */
  data(piece: Buffer, resume: () => void): boolean
  /** The content ended: whole, or cut before its end. Called once after `begin`. */
  end(whole: boolean): void
}

/** A question about the batches of an account. */
export interface BatchQuestion {
  baseUrl: string
  key: Secret | null
  /** Only batches made at this time or later. */
  sinceMs: number
}

/** Where a batch stands; `unknown` = upstream says something that nobody knew when this was written. */
export type BatchStatus =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled'
  | 'unknown'

/** Why upstream would not run a batch: of one line, or of the whole file. Texts are upstream's own, cleaned. */
export interface BatchInputError {
  code: string | null
  message: string | null
  param: string | null
  /** From 1; null = the whole file. */
  line: number | null
}

/** A batch as upstream shows it. */
export interface UpstreamBatch {
  id: string
  status: BatchStatus
  /** As they were given when it was made; empty when it was made by somebody else, or without any. */
  metadata: Readonly<Record<string, string>>
  /** Lines: `total` is 0 until the file was checked. */
  completed: number
  failed: number
  total: number
  createdAtMs: number
  expiresAtMs: number | null
  inputFileId: string | null
  /** Where the answers are, once it is over and there is one. */
  outputFileId: string | null
  /** Where the lines are that failed or were never made. */
  errorFileId: string | null
  /** Of a failed one, the first hundred. */
  errors: readonly BatchInputError[]
}

/** The batches, newest first, or why they could not be learned. */
export type BatchAnswer =
  | {
      batches: readonly UpstreamBatch[]
      /** False when there are more than were read: what is not among them may still be there. */
      isComplete: boolean
    }
  | { unavailable: string }

/** One request as a line of a batch. */
export interface BatchLineRequest {
  /** What the answer will be known by: unique in its batch. */
  customId: string
  operation: BatchOperation
  /** As of a synchronous call, the model mapped: of an edit without the members that name pictures. Never with `stream`. */
  body: JsonObject
  /** Pictures that go along with an edit. */
  inputs: readonly ProviderInput[]
}

/**
 * Batches of a protocol: many requests as one file, made within a day at a lower price. Nothing here throws for what upstream or the network
 * does, and no call is made twice.
 */
export interface BatchCalls {
  /** What one batch takes. All its lines are of one operation and one model. */
  readonly limits: { readonly requests: number; readonly bytes: number }
  /**
   * The line of a request, line break included, with its pictures as data URLs that are read while the line is.
   * @returns null for a request that no line can carry: a markup, or a picture that is too long for a data URL
   * @throws TypeError for a stream: the caller's mistake
   */
  writeBatchLine(request: BatchLineRequest): SentContent | null
  /** Sends the lines; they are read while they are sent. A lost answer leaves a file that nobody names, and costs nothing. */
  uploadBatch(call: UploadBatchCall): Promise<BatchCallAnswer<UploadedFile>>
  /**
   * Makes a batch of an uploaded file: from here on its lines are bought. See `mayHaveHappened` for one that was not answered.
   * @throws TypeError for metadata that upstream does not take: the caller's mistake
   */
  createBatch(call: CreateBatchCall): Promise<BatchCallAnswer<UpstreamBatch>>
  retrieveBatch(call: BatchCall): Promise<BatchCallAnswer<UpstreamBatch>>
  listBatches(question: BatchQuestion): Promise<BatchAnswer>
  /** Stops a batch: what is under way is finished, what is done is charged. One that is over is `rejected` with 409. */
  cancelBatch(call: BatchCall): Promise<BatchCallAnswer<UpstreamBatch>>
  /** Reads what a batch wrote into the sink. `ok` = to its end, `partial` = broken off there. */
  readBatchFile(call: ReadBatchFileCall, sink: BatchFileSink): Promise<DispatchOutcome>
  /** Lets upstream forget a file; one that is not there is `rejected` with 404. */
  deleteFile(call: BatchFileCall): Promise<BatchCallAnswer<{ deleted: boolean }>>
}

/**
 * Whether a call whose answer is not `ok` may have done its work upstream: true whenever that is not ruled out. A batch whose creation may
 * have happened is looked for by its metadata before another is made.
 */
export function mayHaveHappened(outcome: DispatchOutcome): boolean {
  if (outcome.class === 'bad_response') return outcome.cause !== 'redirect'
  return outcome.class !== 'not_sent' && outcome.class !== 'rejected'
}
