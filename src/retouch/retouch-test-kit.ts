import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { openPixelPool, type PixelPool } from '../pixels/index.ts'

/** Pixels of a picture, four bytes each. */
export interface Rgba {
  data: Buffer
  width: number
  height: number
}

/** A pool and a folder for the tests of one file. */
export class RetouchBench implements AsyncDisposable {
  readonly pool: PixelPool = openPixelPool()
  readonly #folder: string
  #files = 0

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(): Promise<RetouchBench> {
    return new RetouchBench(await mkdtemp(join(tmpdir(), 'darkroom-retouch-')))
  }

  /** A path at which there is no file yet. */
  newPath(): string {
    return join(this.#folder, String(this.#files++))
  }

  /** Writes an encoded picture. @returns its path */
  async put(picture: Sharp | Buffer): Promise<string> {
    const path = this.newPath()
    await writeFile(path, Buffer.isBuffer(picture) ? picture : await picture.toBuffer())
    return path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true })
  }
}

/** Makes a picture of what `paint` returns for every pixel. */
export function painted(width: number, height: number, paint: (x: number, y: number) => readonly number[]): Rgba {
  const data = Buffer.alloc(width * height * 4)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(paint(x, y), (y * width + x) * 4)
  return { data, width, height }
}

/** Every byte by chance, alpha included. */
export function noisy(width: number, height: number): Rgba {
  return { data: randomBytes(width * height * 4), width, height }
}

/** Hands pixels to sharp, to be encoded. */
export function encode({ data, width, height }: Rgba): Sharp {
  return sharp(data, { raw: { width, height, channels: 4 } })
}

/** Decodes a file as it is stored. */
export async function decode(path: string): Promise<Rgba> {
  const { data, info } = await sharp(path, { ignoreIcc: true }).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** The four channels of one pixel. */
export function pixelAt({ data, width }: Rgba, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)]
}
