import { failure } from '../contract/failure.ts'
import { InputFile, type WrittenInput } from './input-file.ts'

/** Where bytes go, and how many may come. */
export interface WriteInputOptions {
  folder: string
  /** Whose they are, e.g. the generation's id; part of the file's name. */
  name: string
  limitBytes: number
}

/**
 * Writes bytes that were fetched for a request to a file of their own, hashed and flushed. Removing the file is the caller's.
 * @throws Failure `image_too_large`, `storage_full` or `storage_unavailable`, or whatever the source throws; no file is left behind then.
 */
export async function writeInput(pieces: AsyncIterable<Uint8Array>, options: WriteInputOptions): Promise<WrittenInput> {
  const file = await InputFile.create(options.folder, options.name)
  try {
    for await (const piece of pieces) {
      if (file.bytes + piece.length > options.limitBytes) throw failure('image_too_large')
      await file.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))
    }
    return await file.finish()
  } catch (error) {
    await file.discard()
    throw error
  }
}
