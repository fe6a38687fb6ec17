import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPixelPool, type PixelPool, type PixelPoolOptions } from '../pixels/index.ts'
import { sharp } from '../pixels/sharp.ts'
import { type ContentCredentials, readContentCredentials } from './index.ts'

/** Reads credentials of bytes in a test, in children and a folder of its own. */
export class TestEvidence implements AsyncDisposable {
  readonly folder: string
  readonly #pool: PixelPool
  #files = 0

  private constructor(folder: string, pool: PixelPool) {
    this.folder = folder
    this.#pool = pool
  }

  /** Makes the folder; children start with the first reading. */
  static async open(options: PixelPoolOptions = {}): Promise<TestEvidence> {
    return new TestEvidence(await mkdtemp(join(tmpdir(), 'darkroom-evidence-')), openPixelPool(options))
  }

  /** Writes the bytes to a file and reads what they say. */
  async read(bytes: Uint8Array): Promise<ContentCredentials> {
    const path = join(this.folder, String(this.#files++))
    await writeFile(path, bytes)
    return readContentCredentials(this.#pool, path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** A small picture that is nothing but noise: every byte of it is of use. */
export function noise(format: 'png' | 'jpeg' | 'webp'): Promise<Buffer> {
  const side = 48
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, index) => Math.imul(index + 1, 2_654_435_761) >>> 24)
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .toFormat(format)
    .toBuffer()
}
