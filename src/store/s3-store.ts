import { createHash } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../contract/failure.ts'
import { storageFailure } from '../db/index.ts'
import { createObjectLocks } from './object-locks.ts'
import { checkedObjectPath, objectPath } from './object-path.ts'
import type { AddressedObject, ByteRange, ObjectStore, SpooledObject, StoredObject } from './object-store.ts'
import { S3Connection, type S3Patience, usualPatience } from './s3-connection.ts'
import { S3Problem, s3Failure } from './s3-failure.ts'
import type { S3Settings } from './s3-settings.ts'
import { putInParts, putWhole, type S3Upload, signedFor } from './s3-upload.ts'
import { withIdleLimit } from './with-idle-limit.ts'

const MIB = 1024 * 1024
/** A put that went through proves for so long that another would. Asking costs as much as a picture does. */
const PROOF_MS = 30_000
/** A browser that was sent there asks at once. */
const ADDRESS_SECONDS = 60
/** Its name can be no object's path. */
const PROBE = 'darkroom-probe'
const nobodys = objectPath('0'.repeat(64), 'bin')
const probeBytes = Buffer.from('Darkroom writes this to see whether it may.\n')

/** What `objects.store` says of bytes in a bucket. */
export const s3StoreName = 's3'

/** How an `S3Store` works; tests pass their own. */
export interface S3StoreOptions {
  patience?: Partial<S3Patience>
  /** Longer files are put in parts. @default 32 MiB */
  wholeUpToBytes?: number
  /** At least 5 MiB, except for the last. @default 16 MiB */
  partBytes?: number
}

/** Objects in a bucket of an S3-compatible store: `<prefix>ab/cd/<sha256>.<extension>`. */
export class S3Store implements ObjectStore {
  readonly name = s3StoreName
  readonly names = [s3StoreName]
  readonly #settings: S3Settings
  readonly #connection: S3Connection
  readonly #wholeUpToBytes: number
  readonly #partBytes: number
  /** False once the store has refused to put under a condition. */
  #takesConditions = true
  /** Equal bytes are put one after the other: the second finds those of the first. */
  readonly #turns = createObjectLocks()
  #provenAtMs = Number.NEGATIVE_INFINITY

  private constructor(settings: S3Settings, connection: S3Connection, { wholeUpToBytes, partBytes }: S3StoreOptions) {
    this.#settings = settings
    this.#connection = connection
    this.#wholeUpToBytes = wholeUpToBytes ?? 32 * MIB
    this.#partBytes = partBytes ?? 16 * MIB
  }

  /** Loads the library. The bucket is not asked: a gateway starts while it is away. */
  static async open(settings: S3Settings, options: S3StoreOptions = {}): Promise<S3Store> {
    const connection = await S3Connection.open(settings, { ...usualPatience, ...options.patience })
    return new S3Store(settings, connection, options)
  }

  async put(object: SpooledObject): Promise<StoredObject> {
    const sent = await this.send(object)
    await rm(object.spoolPath, { force: true }).catch((error: unknown) => {
      throw storageFailure(error)
    })
    return sent
  }

  /** As `put`, but the file stays where it is. */
  async send({ spoolPath, sha256, extension }: SpooledObject): Promise<StoredObject> {
    const path = objectPath(sha256, extension)
    try {
      const { size: bytes } = await stat(spoolPath)
      const existed = await this.#turns.hold([path], () => this.#findOrUpload(path, { path: spoolPath, bytes, sha256 }))
      this.#provenAtMs = performance.now()
      return { store: this.name, path, bytes, existed }
    } catch (error) {
      if ((error instanceof Failure ? error.cause : error) instanceof S3Problem) this.#provenAtMs = Number.NEGATIVE_INFINITY
      throw error instanceof S3Problem ? s3Failure('put', error) : storageFailure(error)
    }
  }

  async open(path: string, range?: ByteRange): Promise<Readable> {
    const { GetObjectCommand } = this.#connection.library
    const input = { ...this.#target(path), ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}) }
    const { Body } = await this.#connection.send('GetObject', ({ reader, options }) => reader.send(new GetObjectCommand(input), options))
    return withIdleLimit(Body as Readable, this.#connection.patience.idleTimeoutMs)
  }

  async stat(path: string): Promise<{ bytes: number } | null> {
    const found = await this.#head(path)
    return found && { bytes: found.bytes }
  }

  async examine(path: string): Promise<{ sha256: string; bytes: number } | null> {
    try {
      const hash = createHash('sha256')
      let bytes = 0
      for await (const piece of await this.open(path)) {
        hash.update(piece)
        bytes += piece.length
      }
      return { sha256: hash.digest('hex'), bytes }
    } catch (error) {
      if (error instanceof Failure && error.code === 'object_missing') return null
      throw error instanceof RangeError ? error : s3Failure('GetObject', error)
    }
  }

  async remove(path: string): Promise<void> {
    const { DeleteObjectCommand } = this.#connection.library
    const target = this.#target(path)
    try {
      await this.#connection.send('DeleteObject', ({ client, options }) => client.send(new DeleteObjectCommand(target), options))
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'object_missing') throw error
    }
  }

  async checkWritable(): Promise<{ freeBytes: number }> {
    if (performance.now() - this.#provenAtMs > PROOF_MS) {
      await this.#probe()
      this.#provenAtMs = performance.now()
    }
    return { freeBytes: Number.POSITIVE_INFINITY }
  }

  /** Compares what the store says of the object with what it should be; the bytes themselves are not read. */
  async address({ path, sha256, bytes, mediaType, disposition }: AddressedObject): Promise<string | null> {
    if (this.#settings.reads !== 'presigned') return null
    const found = await this.#head(path)
    if (found?.bytes !== bytes || (saysWhole(found.checksum) && found.checksum !== base64(sha256))) return null
    const { GetObjectCommand } = this.#connection.library
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
    const input = { ...this.#target(path), ResponseContentType: mediaType, ResponseContentDisposition: disposition }
    return getSignedUrl(this.#connection.client, new GetObjectCommand(input), { expiresIn: ADDRESS_SECONDS })
  }

  /** Breaks off what is under way; every further request fails. */
  close(): void {
    this.#connection.close()
  }

  #target(path: string): S3Upload['target'] {
    return { Bucket: this.#settings.bucket, Key: this.#settings.prefix + checkedObjectPath(path) }
  }

  async #head(path: string): Promise<{ bytes: number; checksum: string | null } | null> {
    const { HeadObjectCommand } = this.#connection.library
    const input = { ...this.#target(path), ChecksumMode: 'ENABLED' as const }
    try {
      const answer = await this.#connection.send('HeadObject', ({ client, options }) => client.send(new HeadObjectCommand(input), options))
      return { bytes: answer.ContentLength ?? 0, checksum: answer.ChecksumSHA256 ?? null }
    } catch (error) {
      if (error instanceof Failure && error.code === 'object_missing') return null
      throw error
    }
  }

  /** @returns true when the bytes were there before */
  async #findOrUpload(path: string, file: S3Upload['file']): Promise<boolean> {
    const found = await this.#head(path)
    if (found !== null && (await this.#isSound(path, found, file))) return true
    const condition = found === null && this.#takesConditions
    try {
      await this.#upload(path, file, condition)
      return false
    } catch (error) {
      if (!condition || !this.#isOfCondition(error)) throw error
    }
    // Somebody else was quicker, or the store knows no conditions. Names are hashes, so that replacing sound bytes does no harm.
    const theirs = await this.#head(path)
    if (theirs !== null && (await this.#isSound(path, theirs, file))) return true
    await this.#upload(path, file, false)
    return false
  }

  /** Whether what has the name is what it should be. The store's own checksum of the whole says so; else the bytes are read. */
  async #isSound(path: string, found: { bytes: number; checksum: string | null }, { sha256, bytes }: S3Upload['file']): Promise<boolean> {
    if (found.bytes !== bytes) return false
    if (saysWhole(found.checksum)) return found.checksum === base64(sha256)
    return (await this.examine(path))?.sha256 === sha256
  }

  #isOfCondition(error: unknown): boolean {
    const problem = error instanceof Failure ? error.cause : error
    if (!(problem instanceof S3Problem)) return false
    const isUnknown = problem.httpStatus === 501 || problem.code === 'InvalidArgument'
    if (isUnknown) this.#takesConditions = false
    return isUnknown || problem.httpStatus === 412
  }

  async #upload(path: string, file: S3Upload['file'], onlyIfNew: boolean): Promise<void> {
    const upload = { target: this.#target(path), encryption: this.#encryption(), file, onlyIfNew }
    const checksum = await this.#putFile(upload)
    if (checksum === null) await this.#assertSize(path, file.bytes)
  }

  #putFile(upload: S3Upload): Promise<string | null> {
    if (upload.file.bytes <= this.#wholeUpToBytes) return putWhole(this.#connection, upload)
    return putInParts(this.#connection, upload, this.#partBytes)
  }

  /** A store that says nothing of checksums is asked at least whether all of it is there. */
  async #assertSize(path: string, bytes: number): Promise<void> {
    if ((await this.#head(path))?.bytes !== bytes) throw new S3Problem('HeadObject', { code: 'OtherSize', httpStatus: 200 })
  }

  #encryption(): S3Upload['encryption'] {
    const { encryption } = this.#settings
    if (encryption.kind === 'none') return {}
    if (encryption.kind === 'sse-s3') return { ServerSideEncryption: 'AES256' }
    return { ServerSideEncryption: 'aws:kms', ...(encryption.keyId === null ? {} : { SSEKMSKeyId: encryption.keyId }) }
  }

  async #probe(): Promise<void> {
    const { PutObjectCommand } = this.#connection.library
    const target = { Bucket: this.#settings.bucket, Key: this.#settings.prefix + PROBE }
    const sha256 = createHash('sha256').update(probeBytes).digest('hex')
    const input = { ...target, ...this.#encryption(), Body: probeBytes, ContentType: 'text/plain' }
    const put = () =>
      this.#connection.send('PutObject', ({ client, options }) => client.send(signedFor(new PutObjectCommand(input), sha256), options))
    // A key that may not list the bucket is refused what is not there, instead of being told so; every put begins with that question.
    const probe = put().then(() => this.#head(nobodys))
    const late = new AbortController()
    const tooLate = wait(this.#connection.patience.probeTimeoutMs, undefined, { signal: late.signal, ref: false }).then(
      () => Promise.reject(s3Failure('PutObject', new S3Problem('PutObject', { code: 'deadline', httpStatus: null }))),
      () => undefined,
    )
    await Promise.race([probe, tooLate]).finally(() => late.abort())
  }
}

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

/** A checksum with a hyphen is made of those of parts. */
const saysWhole = (checksum: string | null): checksum is string => checksum !== null && !checksum.includes('-')
