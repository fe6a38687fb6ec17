import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPixelPool, type PixelPool } from '../pixels/index.ts'
import type { Sharp } from '../pixels/sharp.ts'
import { type Drift, type DriftInput, type DriftMeasurement, measureDrift } from './index.ts'
import { type TestPicture, toSharp } from './test-pictures.ts'

/** What a test may compare: pixels, or a file that sharp is about to make. */
export type Content = Sharp | TestPicture | Buffer

/** What a test says beside the two pictures. */
export type Terms = Partial<Omit<DriftInput, 'maskPath'>> & { mask?: Sharp | null }

/** Measures pictures of a test, in children of its own and a folder of its own. */
export class TestDrift implements AsyncDisposable {
  readonly folder: string
  readonly #pool: PixelPool = openPixelPool()
  #files = 0

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Makes the folder; children start with the first measurement. */
  static async open(): Promise<TestDrift> {
    return new TestDrift(await mkdtemp(join(tmpdir(), 'darkroom-drift-')))
  }

  /** Writes the pictures, PNG where nothing else was chosen, and measures. */
  async measure(source: Content, result: Content, { mask = null, ...rest }: Terms = {}): Promise<DriftMeasurement> {
    const [sourcePath, resultPath] = [await this.#write(source), await this.#write(result)]
    const maskPath = mask && (await this.#write(mask.png()))
    return measureDrift(this.#pool, { sourcePath, resultPath, maskPath, boxes: [], heatMapPath: null, ...rest })
  }

  /** The same, for pictures that can be compared. */
  async compare(source: Content, result: Content, terms: Terms = {}): Promise<Drift> {
    const measurement = await this.measure(source, result, terms)
    if (!measurement.comparable) throw new Error(measurement.reason)
    return measurement
  }

  async #write(content: Content): Promise<string> {
    const path = join(this.folder, String(this.#files++))
    if (Buffer.isBuffer(content)) await writeFile(path, content)
    else await writeFile(path, await ('rgb' in content ? toSharp(content).png() : content).toBuffer())
    return path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }
}
