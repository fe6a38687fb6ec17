import { hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { threadEnvironment } from '../../primitives/thread-environment.ts'
import type { DecodedFacts } from './edit/decoded-facts.ts'
import type { SigningCredentials } from './finish/picture-finish.ts'
import { PictureCache } from './picture-cache.ts'
import { assertDrawable, finishOf, orderKey, type PictureOrder, type SourcePicture } from './picture-order.ts'
import type { PressResult, PressTask } from './press-task.ts'
import { ThreadPool } from './thread-pool.ts'

/** Settings of a press. */
export interface PicturePressOptions {
  /** Pictures drawn at the same time. @default one less than the machine's cores, at least 1 and at most 4 */
  threads?: number
  /** Bound of the finished pictures that are kept for equal orders. @default 32 MiB */
  cacheBytes?: number
  /** A thread without work for so long ends. @default 60,000 */
  idleMs?: number
}

const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024
const DEFAULT_IDLE_MS = 60_000
const MOST_DEFAULT_THREADS = 4
/** Pictures whose facts are remembered, by hash. */
const KNOWN_PICTURES = 1_000

/**
 * Makes pictures off the event loop. Nothing is loaded before the first order: the graphics library and the fonts live in worker
 * threads that start with it and end when idle; pictures from outside are decoded there, too. Equal orders share one drawing, and the last pictures are kept.
 */
export class PicturePress {
  readonly #cache: PictureCache
  readonly #pool: ThreadPool<PressTask, PressResult>
  readonly #drawing = new Map<string, Promise<Buffer>>()
  readonly #facts = new Map<string, DecodedFacts | null>()
  #credentials: Promise<SigningCredentials> | undefined

  constructor(options: PicturePressOptions = {}) {
    this.#cache = new PictureCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES)
    this.#pool = new ThreadPool({
      script: new URL('./press-thread.ts', import.meta.url),
      threads: Math.max(1, options.threads ?? Math.min(MOST_DEFAULT_THREADS, availableParallelism() - 1)),
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
      // Only the fonts that come with the packages: the same order gives the same bytes on every machine.
      env: { ...threadEnvironment(), DISABLE_SYSTEM_FONTS_LOAD: '1' },
    })
  }

  /** Threads that live now: 0 before the first order and after an idle while. */
  get threadCount(): number {
    return this.#pool.size
  }

  /**
   * The bytes of a picture. The buffer may be shared with other callers: read it, do not write to it.
   * @throws RangeError (rejection) when the order's numbers cannot be drawn.
   * @throws Error (rejection) when drawing fails, its thread dies or the press is closed; the next order is not affected.
   */
  async render(order: PictureOrder): Promise<Buffer> {
    assertDrawable(order)
    const key = hash('sha256', orderKey(order), 'base64url')
    const kept = this.#cache.get(key)
    if (kept) return kept
    const drawing = this.#drawing.get(key) ?? this.#draw(key, order)
    return drawing
  }

  /**
   * What a picture from outside holds; null when it cannot be decoded. The last answers are kept.
   * @throws Error (rejection) when the thread dies or the press is closed.
   */
  async examine({ bytes, sha256 }: SourcePicture): Promise<DecodedFacts | null> {
    const known = this.#facts.get(sha256)
    if (known !== undefined) return known
    const result = await this.#pool.run({ kind: 'examine', bytes })
    if (result.kind !== 'examined') throw new Error('the thread did something else where it was asked to look at a picture')
    this.#facts.set(sha256, result.facts)
    if (this.#facts.size > KNOWN_PICTURES) this.#facts.delete(this.#facts.keys().next().value!)
    return result.facts
  }

  /** Fails orders that wait or are being drawn and ends every thread. */
  async close(): Promise<void> {
    await this.#pool.close()
  }

  #draw(key: string, order: PictureOrder): Promise<Buffer> {
    const drawing = this.#credentialsFor(order)
      .then((credentials) => this.#pool.run({ kind: 'draw', order, credentials }))
      .then((result) => {
        if (result.kind !== 'drawn') throw new Error('the thread did something else where it was asked to draw a picture')
        const { bytes } = result
        const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        this.#cache.set(key, picture)
        return picture
      })
      .finally(() => this.#drawing.delete(key))
    this.#drawing.set(key, drawing)
    return drawing
  }

  /** One key pair for all signed pictures of this press, made for the first of them; when that failed, for the next. */
  async #credentialsFor(order: PictureOrder): Promise<SigningCredentials | null> {
    if (finishOf(order)?.kind !== 'signed') return null
    this.#credentials ??= this.#makeCredentials().catch((error) => {
      this.#credentials = undefined
      throw error
    })
    return this.#credentials
  }

  async #makeCredentials(): Promise<SigningCredentials> {
    const result = await this.#pool.run({ kind: 'make-credentials' })
    if (result.kind !== 'credentials') throw new Error('the thread did something else where it was asked for keys')
    return result.credentials
  }
}
