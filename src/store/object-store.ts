import type { Readable } from 'node:stream'

/** Bytes on their way into a store: a whole, flushed file whose hash is known. */
export interface SpooledObject {
  /** The file; the store takes it over, so it is gone when `put` resolves. */
  spoolPath: string
  /** SHA-256 of the file, lower-case hexadecimal. */
  sha256: string
  /** Ending of the kept name without the dot, e.g. `png`. */
  extension: string
}

/** Where an object is kept. */
export interface StoredObject {
  /** What `objects.store` is to say of it. */
  store: string
  /** Path inside the store, to open it by. */
  path: string
  bytes: number
  /** True when the same bytes were there before, also when that cannot be known: whoever made nothing has nothing to take back. */
  existed: boolean
}

/** Bytes `start` to `end`, both inclusive, as in an HTTP range. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Keeps bytes under the name of their hash. An object is there whole or not at all, is on disk when `put` resolves,
 * and never changes; the same bytes put twice, also at the same time, are kept once.
 */
export interface ObjectStore {
  /** What `objects.store` says of bytes that are put here now. */
  readonly name: string
  /** What it says of all bytes that can be read and removed here: those of an earlier place too. */
  readonly names: readonly string[]
  /**
   * @throws `Failure('storage_full' | 'storage_unavailable')`; the spooled file is untouched then.
   * @throws RangeError when hash or extension could not be a name.
   */
  put(object: SpooledObject): Promise<StoredObject>
  /**
   * Opens an object for reading; the stream begins when the file is known to be there.
   * @throws `Failure('object_missing')`; RangeError for a path no object can have.
   */
  open(path: string, range?: ByteRange): Promise<Readable>
  /** Size of an object, or null when it is not there. */
  stat(path: string): Promise<{ bytes: number } | null>
  /** Reads an object through and says what its bytes are: their SHA-256 and length; null when it is not there. */
  examine(path: string): Promise<{ sha256: string; bytes: number } | null>
  /** Removes an object; one that is not there is removed already. Who else refers to it is the caller's to know. */
  remove(path: string): Promise<void>
  /**
   * Proves that bytes can be written and flushed now, and says how much room is left (`Infinity` where a store knows no end).
   * @throws `Failure('storage_full' | 'storage_unavailable')`
   */
  checkWritable(): Promise<{ freeBytes: number }>
  /**
   * An address under which the store itself gives an object, for a short time, to whoever has it. Absent where a store has none; null when
   * the bytes are to be read through `open`: because that is how it is configured, or because what lies there is not what it should be.
   */
  address?(object: AddressedObject): Promise<string | null>
}

/** An object that somebody may read, and how it is to be shown. */
export interface AddressedObject {
  path: string
  sha256: string
  bytes: number
  mediaType: string
  /** Value of the header `content-disposition`. */
  disposition: string
}
