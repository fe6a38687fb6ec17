import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '../contract/failure.ts'
import { hashFile, statementContext } from '../db/index.ts'
import type { FoundImage } from '../generations/index.ts'
import { type FoundThumbnail, findThumbnail, recordThumbnail } from '../images/index.ts'
import { makeThumbnail, PixelTaskError } from '../pixels/index.ts'
import { noteUnused, type ObjectHold, objectPath, recordObjects } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { localCopy } from './local-copy.ts'
import { onceMore } from './once-more.ts'

/** Widths that are made, in pixels: a wish is answered with the next larger one. */
export const thumbnailWidths = [160, 320, 640] as const

/** A picture is at most three times as high as it is wide by the contract; one that is not is shown whole all the same. */
const HIGHEST = 3
/** More wait for nobody: whoever scrolls on has forgotten them. */
const MOST_WAITING = 256
const RETRY_AFTER_MS = 2000

type Picture = FoundImage & { path: string }

/**
 * Small pictures, made when somebody first looks, and kept. One at a time in each process: calls that are paid for need the same children, and
 * wait for one of these at most.
 */
export class Thumbnails {
  readonly #making = new Map<string, Making>()
  #turn: Promise<unknown> = Promise.resolve()

  /**
   * That of a picture.
   * @param asked.width a wish, in pixels
   * @param asked.signal whoever waits has left: what was not begun by then is not made
   * @throws Failure `overloaded`, `image_deleted`; `invalid_image_file` for bytes that are no picture
   */
  async read(parts: GatewayParts, image: Picture, asked: { width: number; signal: AbortSignal }): Promise<FoundThumbnail> {
    const width = thumbnailWidths.find((made) => made >= asked.width) ?? thumbnailWidths.at(-1)!
    const kept = await findThumbnail(parts.database, { imageId: image.id, width })
    return kept ?? this.#wait(`${image.id} ${width}`, asked.signal, () => make(parts, image, width))
  }

  #wait(name: string, signal: AbortSignal, work: () => Promise<FoundThumbnail>): Promise<FoundThumbnail> {
    const making = this.#making.get(name) ?? this.#queue(name, work)
    making.waiting.push(signal)
    return making.done
  }

  #queue(name: string, work: () => Promise<FoundThumbnail>): Making {
    if (this.#making.size >= MOST_WAITING) throw failure('overloaded', { retryAfterMs: RETRY_AFTER_MS })
    const waiting: AbortSignal[] = []
    const done = this.#turn.then(() => {
      if (waiting.every(({ aborted }) => aborted)) throw failure('overloaded', { retryAfterMs: RETRY_AFTER_MS })
      return work()
    })
    this.#turn = done.catch(() => undefined).then(() => this.#making.delete(name))
    const making = { waiting, done }
    this.#making.set(name, making)
    return making
  }
}

interface Making {
  waiting: AbortSignal[]
  done: Promise<FoundThumbnail>
}

async function make(parts: GatewayParts, image: Picture, width: number): Promise<FoundThumbnail> {
  const folder = await mkdtemp(join(parts.spoolFolder, 'thumbnail-'))
  try {
    const outPath = await onceMore(folder, async (place) => {
      const made = join(place, 'thumbnail')
      const path = await localCopy(parts, image.path, place, 'picture')
      await makeThumbnail(parts.pixels, { path, outPath: made, width, height: width * HIGHEST })
      return made
    })
    return await keep(parts, outPath, { imageId: image.id, width })
  } catch (error) {
    if (error instanceof PixelTaskError && error.kind === 'refused')
      throw failure('invalid_image_file', {
        message: `The picture cannot be decoded, so there is no small one of it. Nothing was charged; its bytes are at /v2/images/${image.id}.`,
      })
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function keep(parts: GatewayParts, spoolPath: string, of: { imageId: string; width: number }): Promise<FoundThumbnail> {
  const { sha256 } = await hashFile(spoolPath)
  const put = async (hold: ObjectHold) => {
    const { store, path, bytes, existed } = await parts.store.put({ spoolPath, sha256, extension: 'webp' })
    const context = statementContext(parts.database, parts.clock, parts.newId)
    try {
      await parts.database.transact([
        ...recordObjects(context, [{ sha256, store, path, bytes, mediaType: 'image/webp' }], hold),
        ...recordThumbnail(context, { ...of, sha256 }, () => failure('image_deleted')),
        // Another process was first, with other bytes.
        ...noteUnused(context, [sha256]),
      ])
    } catch (error) {
      if (!existed) await parts.store.remove(path).catch(() => undefined)
      throw error
    }
    return { sha256, bytes, path }
  }
  return parts.objectLocks.hold([sha256], put, { putting: [objectPath(sha256, 'webp')] })
}
