import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { mayPass, problemOf, S3Problem, s3Failure } from './s3-failure.ts'
import type { S3Settings } from './s3-settings.ts'

/** How patient requests to a bucket are. */
export interface S3Patience {
  /** Name resolution, TCP and TLS. */
  connectTimeoutMs: number
  /** From the beginning of a request to the head of its answer, beside the time that its bytes take. */
  answerTimeoutMs: number
  /** For finding out whether the bucket can be written, with all tries: somebody waits for the answer before each call that is to be paid. */
  probeTimeoutMs: number
  /** Longest silence between two pieces of an object that is read. */
  idleTimeoutMs: number
  /** The slowest line on which bytes may be sent. */
  slowestBytesPerSecond: number
  /** Pauses before each further try of a request that may pass. */
  retryPausesMs: readonly number[]
}

/** An outage is told in well under a minute; a hiccup is not told at all. */
export const usualPatience: S3Patience = {
  connectTimeoutMs: 3_000,
  answerTimeoutMs: 10_000,
  probeTimeoutMs: 5_000,
  idleTimeoutMs: 30_000,
  slowestBytesPerSecond: 500_000,
  retryPausesMs: [200, 800],
}

/** At most as many connections for each. Requests that find none wait for one, within their own time. */
const WRITING_SOCKETS = 64
const READING_SOCKETS = 512

/** The library, as it was loaded. */
export type S3Library = typeof import('@aws-sdk/client-s3')

/** Bytes that a request sends: made anew for each try. */
export interface SentBytes {
  length: number
  /** Hex; it is signed, so that a store which verifies signatures refuses other bytes. */
  sha256: string
  open(): AsyncIterable<Uint8Array>
}

/** One try of a request. */
export interface S3Try {
  client: S3Client
  /** For bytes that are read: they come as slowly as whoever reads them, and hold no connection that a put may need. */
  reader: S3Client
  /** The bytes to send, where the request has any. */
  body: Readable | undefined
  options: { abortSignal: AbortSignal }
}

/**
 * Speaks to one bucket. The library is loaded with the first connection: a gateway without a bucket does not pay for it. Its own retries are
 * off, because it cannot send a stream twice; ours open the file again.
 */
export class S3Connection {
  readonly library: S3Library
  readonly client: S3Client
  readonly patience: S3Patience
  readonly #reader: S3Client
  readonly #running = new Set<AbortController>()
  #closed: S3Problem | null = null

  private constructor(library: S3Library, clients: { client: S3Client; reader: S3Client }, patience: S3Patience) {
    this.library = library
    this.client = clients.client
    this.#reader = clients.reader
    this.patience = patience
  }

  /** Opens nothing on the network yet. */
  static async open(settings: S3Settings, patience: S3Patience): Promise<S3Connection> {
    const library = await import('@aws-sdk/client-s3')
    const clientOf = (maxSockets: number) =>
      new library.S3Client({
        region: settings.region,
        forcePathStyle: settings.forcePathStyle,
        ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
        ...(settings.credentials === null ? {} : { credentials: revealed(settings.credentials) }),
        maxAttempts: 1,
        logger: silence,
        // Checksums are ours, taken when the bytes came: the library would add weaker ones of its own, which older stores refuse.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        expectContinueHeader: false,
        requestHandler: {
          connectionTimeout: patience.connectTimeoutMs,
          socketTimeout: 0,
          httpAgent: { keepAlive: true, maxSockets },
          httpsAgent: { keepAlive: true, maxSockets },
        },
      })
    return new S3Connection(library, { client: clientOf(WRITING_SOCKETS), reader: clientOf(READING_SOCKETS) }, patience)
  }

  /**
   * Makes a request, again after a pause where that may help.
   * @throws Failure `storage_unavailable`, `storage_full` or `object_missing`, with an `S3Problem` as its cause
   */
  async send<Answer>(operation: string, attempt: (made: S3Try) => Promise<Answer>, bytes?: SentBytes): Promise<Answer> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#once(operation, attempt, bytes)
      } catch (error) {
        const problem = problemOf(operation, error)
        const pauseMs = this.patience.retryPausesMs[tries]
        if (pauseMs === undefined || !mayPass(problem) || this.#closed) throw s3Failure(operation, problem)
        await wait(pauseMs)
      }
    }
  }

  /** Breaks off what is under way. */
  close(): void {
    this.#closed = new S3Problem('close', { code: 'closed', httpStatus: null })
    for (const running of this.#running) running.abort(this.#closed)
    this.client.destroy()
    this.#reader.destroy()
  }

  async #once<Answer>(operation: string, attempt: (made: S3Try) => Promise<Answer>, bytes?: SentBytes): Promise<Answer> {
    if (this.#closed) throw this.#closed
    const ending = new AbortController()
    this.#running.add(ending)
    const { answerTimeoutMs, slowestBytesPerSecond } = this.patience
    const late = new S3Problem(operation, { code: 'deadline', httpStatus: null })
    const deadlineMs = answerTimeoutMs + ((bytes?.length ?? 0) / slowestBytesPerSecond) * 1000
    const deadline = setTimeout(() => ending.abort(late), deadlineMs)
    const body = bytes && Readable.from(bytes.open(), { objectMode: false })
    body?.on('error', (error) => ending.abort(error))
    // The library waits for a body it has begun to write, even when it was told to stop: whoever told it does not.
    const ended = new Promise<never>((_, reject) => ending.signal.addEventListener('abort', () => reject(ending.signal.reason)))
    const answer = attempt({ client: this.client, reader: this.#reader, body, options: { abortSignal: ending.signal } })
    try {
      return await Promise.race([answer, ended])
    } catch (error) {
      answer.catch(() => undefined)
      throw ending.signal.aborted ? ending.signal.reason : error
    } finally {
      ended.catch(() => undefined)
      clearTimeout(deadline)
      this.#running.delete(ending)
      body?.destroy()
    }
  }
}

/** What goes wrong is told once, by us, without requests and their signatures; the library would write to the console. */
const silence = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

function revealed({ accessKeyId, secretAccessKey, sessionToken }: NonNullable<S3Settings['credentials']>) {
  // A provider instead of values: the library's configuration, which may be printed, holds no secret.
  return async () => ({
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === null ? {} : { sessionToken: sessionToken.reveal() }),
  })
}
