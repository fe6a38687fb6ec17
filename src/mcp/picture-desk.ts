import type { EstimateReply, GenerationRecord, Job } from '../contract/record.ts'
import type { JsonObject } from '../primitives/json.ts'

/** A call for pictures as a tool asks for it. */
export interface PictureOrder {
  operation: 'generate' | 'edit'
  /** OpenAI's body of the call, in JSON. */
  request: JsonObject
  /** Whoever orders under it again gets the same job; null = an order of its own. */
  idempotencyKey: string | null
  /** Outside its mask an edit keeps the source's own pixels. */
  strictMask: boolean
}

/** How long somebody waits for a job. */
export interface JobPatience {
  waitMs: number
  /** The caller left. */
  signal: AbortSignal
  /** Told now and then how far it is, 0 to 100. */
  onProgress: (progress: number) => void
}

/** A picture file on this machine, for as long as it is held. */
export interface HeldPicture extends AsyncDisposable {
  path: string
  bytes: number
  mediaType: string | null
  /** A folder beside it where things may be written; it goes with it. */
  folder: string
}

/**
 * Who does what the tools ask for: the gateway itself, or a program that talks to one. Everything is done with the rights of one caller.
 * Every method throws ToolFault for what a caller may be told.
 */
export interface PictureDesk {
  /** Hands a call in as a job: it is on record when this resolves. @returns the job's id */
  submit(order: PictureOrder): Promise<string>
  /** A job as it stands, once it has ended or the waiting has. */
  look(jobId: string, patience: JobPatience): Promise<Job>
  /** Its record. */
  record(jobId: string): Promise<GenerationRecord>
  /** Prices a call without making it. */
  estimate(order: PictureOrder): Promise<EstimateReply>
  /** The bytes of a picture. */
  hold(imageId: string): Promise<HeldPicture>
}

/** Files of the caller, where the tools run on the caller's machine. Every method throws ToolFault before anything is read or written outside its folder. */
export interface CallerFiles {
  /** A picture file as a data URL. */
  read(path: string): Promise<string>
  /**
   * Makes sure that files can be written there later, before anything is paid for: one for each of so many pictures.
   * @returns the format that the name of the file asks for
   */
  assertFree(path: string, count: number): Promise<string | undefined>
  /** Copies a picture to a path, or beside it where there are several. @returns where it is, or why it is not there */
  save(picture: HeldPicture, path: string, place: { n: number; of: number }): Promise<{ savedAs: string } | { notSaved: string }>
}
