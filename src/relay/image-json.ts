import { Failure, failure } from '../contract/failure.ts'
import { parseStrictJson } from '../contract/strict-json.ts'
import { storageFailure } from '../db/index.ts'
import type { JsonObject } from '../primitives/json.ts'
import { isJsonSpace, OPEN_BRACE } from './byte-codes.ts'
import { ByteCollector } from './byte-collector.ts'
import { bodyFailure, dataUrlTooLong, pathText } from './image-json-failure.ts'
import { ImageString } from './image-string.ts'
import { JsonScanner, type ScanLimits, type ScanListener } from './json-scanner.ts'
import { MalformedReply } from './malformed-reply.ts'
import { Spool } from './spool.ts'
import type { SpooledFile, SpoolFile } from './spool-file.ts'

/** Bounds of a request body that brings images along. */
export interface ImageJsonLimits extends ScanLimits {
  /** Data URLs in one body. */
  images: number
  /** One data URL, in characters. */
  dataUrlCharacters: number
  /** Decoded bytes waiting for the disk beyond which the body is not read on. */
  spoolLagBytes: number
}

/** How a request body is to be read. */
export interface ImageJsonOptions {
  /** Members whose string may be a data URL, e.g. `['image_url']`. At most 32. */
  imageKeys: readonly string[]
  spoolFolder: string
  /** Beginning of the spool's file names; unique in the folder. */
  spoolName: string
  limits: ImageJsonLimits
}

/** A data URL's bytes, decoded to a flushed file of their own. */
export interface JsonImage {
  /** Where the data URL stood: `images[3].image_url`. */
  param: string
  path: string
  /** Lower-case hexadecimal. */
  sha256: string
  bytes: number
}

/** A request body without its images. Disposing removes the files that were not moved away. */
export interface ImageJson extends AsyncDisposable {
  /** The body with `dataUrlPlaceholder` in place of each data URL. */
  body: JsonObject
  /** In the order they stand in the body. */
  images: readonly JsonImage[]
}

const nobodysBytes = { drop() {}, insert() {} }
/** What a picture is, its bytes tell: the media type a client claims is not looked at. */
const headOfAnything = { pattern: /^data:[^,]*;base64,$/i, longest: 1024 }

/**
 * Reads a JSON request body that may hold data URLs of any size, piece by piece: their bytes go decoded to files, the rest is read as
 * strictly as any other body. No string ever holds image data.
 * @throws Failure `invalid_json`, `invalid_body`, `invalid_encoding`, `duplicate_key`, `body_too_large` (text around the data URLs),
 * `invalid_value` (a data URL that is no strict base64), `string_above_max_length`, `too_many_images`, `storage_full`,
 * `storage_unavailable`, or whatever the pieces' source throws; no file is left behind then.
 */
export async function readImageJson(pieces: AsyncIterable<Buffer>, options: ImageJsonOptions): Promise<ImageJson> {
  const reader = new ImageJsonReader(options)
  try {
    for await (const piece of pieces) await reader.take(piece)
    return await reader.finish()
  } catch (error) {
    await reader.discard()
    throw error
  }
}

interface OpenImage {
  param: string
  file: SpoolFile
}

class ImageJsonReader implements ScanListener {
  readonly #limits: ImageJsonLimits
  readonly #spool: Spool
  readonly #imageString = new ImageString(nobodysBytes, headOfAnything)
  readonly #scanner: JsonScanner
  /** A body that is no object, kept to be refused for what it is. */
  readonly #otherBody: ByteCollector
  readonly #images: OpenImage[] = []
  #kind: 'blank' | 'object' | 'other' = 'blank'
  #caughtUp: PromiseWithResolvers<void> | null = null

  constructor({ imageKeys, spoolFolder, spoolName, limits }: ImageJsonOptions) {
    this.#limits = limits
    const imageBytes = (Math.floor(limits.dataUrlCharacters / 4) + 1) * 3
    const spoolLimits = { imageBytes, images: limits.images, lagBytes: limits.spoolLagBytes }
    this.#spool = new Spool(spoolFolder, spoolName, spoolLimits, { onProgress: () => this.#progress() })
    this.#scanner = new JsonScanner(imageKeys, this, this.#imageString, limits, 'data_urls')
    this.#otherBody = new ByteCollector(limits.skeletonBytes)
  }

  /** Takes the next piece; resolves when another may come. @throws Failure */
  async take(piece: Buffer): Promise<void> {
    try {
      this.#read(piece)
    } catch (error) {
      throw bodyFailure(error, { path: this.#scanner.path, limits: this.#limits })
    }
    while (this.#spool.lagging) await this.#progressMade()
  }

  /** The body is over. @throws Failure */
  async finish(): Promise<ImageJson> {
    const body = this.#parse()
    if (body instanceof Failure) throw body
    const images = await Promise.all(this.#images.map(flushed))
    return { body, images, [Symbol.asyncDispose]: () => this.discard() }
  }

  /** Removes every file that still stands at its path. Never rejects. */
  discard(): Promise<void> {
    return this.#spool.discard()
  }

  imageBegins(): SpoolFile {
    const image = { param: pathText(this.#scanner.path), file: this.#spool.open() }
    this.#images.push(image)
    return image.file
  }

  /** Strict base64 has one spelling, so the length of what came follows from the bytes. */
  imageEnds(): void {
    const { file, param } = this.#images.at(-1)!
    const characters = this.#imageString.headLength + Math.ceil(file.length / 3) * 4
    void file.finish()
    if (characters > this.#limits.dataUrlCharacters) throw dataUrlTooLong(param, this.#limits)
  }

  #read(piece: Buffer): void {
    let at = 0
    if (this.#kind === 'blank') {
      while (at < piece.length && isJsonSpace(piece[at]!)) at++
      if (at === piece.length) return
      this.#kind = piece[at] === OPEN_BRACE ? 'object' : 'other'
    }
    if (this.#kind === 'other') this.#otherBody.append(piece, at)
    else this.#scan(piece, at)
  }

  #scan(piece: Buffer, from: number): void {
    let at = this.#scanner.feed(piece, from, piece.length)
    while (at < piece.length && isJsonSpace(piece[at]!)) at++
    if (at < piece.length) throw new MalformedReply('not_json')
  }

  #parse(): JsonObject | Failure {
    if (this.#kind !== 'object') return parseStrictJson(this.#otherBody.take())
    return this.#scanner.closed ? parseStrictJson(this.#scanner.takeSkeleton()) : failure('invalid_json')
  }

  #progressMade(): Promise<void> {
    this.#caughtUp ??= Promise.withResolvers<void>()
    return this.#caughtUp.promise
  }

  #progress(): void {
    this.#caughtUp?.resolve()
    this.#caughtUp = null
  }
}

async function flushed({ param, file }: OpenImage): Promise<JsonImage> {
  const { path, sha256, bytes, error }: SpooledFile = await file.finish()
  if (path === null) throw storageFailure({ code: error })
  return { param, path, sha256, bytes }
}
