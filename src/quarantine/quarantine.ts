import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makePrivateFolder, writePrivateFile } from '../db/index.ts'
import { type SealingKey, seal, unseal } from '../primitives/sealed-bytes.ts'

const DAY_MS = 24 * 3600 * 1000
/** How long an answer is kept. */
const KEPT_MS = 7 * DAY_MS
/** Beyond this the oldest go: a broken upstream must not fill the disk. */
const MOST_BYTES = 64 * 1024 * 1024
const ENDING = '.sealed'

/** An answer of upstream's that could not be used, as it came. */
export interface QuarantinedAnswer {
  attemptId: string
  generationId: string
  routeId: string
  /** Why it could not be used. */
  cause: string
  /** Beginning and end of the body, and how many bytes between them were not kept. */
  head: Buffer
  tail: Buffer
  omittedBytes: number
}

/** One that is kept. */
export interface QuarantineEntry {
  attemptId: string
  atMs: number
  /** As it lies on disk. */
  bytes: number
}

/**
 * Raw answers that were or may have been charged and could not be used: kept for a week, encrypted, for whoever has to find out what upstream
 * sent. A file each, `<time>-<attempt>.sealed`; nothing of it is in the database.
 */
export class Quarantine {
  readonly #folder: string
  readonly #key: SealingKey
  #work: Promise<unknown> = Promise.resolve()

  constructor(folder: string, key: SealingKey) {
    this.#folder = folder
    this.#key = key
  }

  /** Keeps an answer. @throws the file system's error */
  keep(answer: QuarantinedAnswer, nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      await makePrivateFolder(this.#folder)
      const { head, tail, ...facts } = answer
      const plain = Buffer.concat([Buffer.from(`${JSON.stringify({ ...facts, headBytes: head.length })}\n`), head, tail])
      await writePrivateFile(join(this.#folder, nameOf(answer.attemptId, nowMs)), seal(this.#key, belongsTo(answer.attemptId), plain))
      await this.#sweep(nowMs)
    })
  }

  /** What is kept, the newest first. */
  async list(): Promise<QuarantineEntry[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const entries = await Promise.all(names.map((name) => this.#entry(name)))
    return entries.filter((entry) => entry !== null).sort((one, other) => other.atMs - one.atMs)
  }

  /** Opens one; null when it is not there. @throws SealBroken when it was changed or sealed under another master key */
  async open(attemptId: string): Promise<QuarantinedAnswer | null> {
    const entry = (await this.list()).find((kept) => kept.attemptId === attemptId)
    if (!entry) return null
    const sealed = await readFile(join(this.#folder, nameOf(attemptId, entry.atMs)), 'utf8')
    const plain = unseal(this.#key, belongsTo(attemptId), sealed)
    const end = plain.indexOf(10)
    const { headBytes, ...facts } = JSON.parse(plain.subarray(0, end).toString())
    const body = plain.subarray(end + 1)
    return { ...facts, head: body.subarray(0, headBytes), tail: body.subarray(headBytes) }
  }

  /** Removes what its time is over for, and the oldest of what is too much. */
  sweep(nowMs: number): Promise<void> {
    return this.#inTurn(() => this.#sweep(nowMs))
  }

  async #sweep(nowMs: number): Promise<void> {
    let keptBytes = 0
    for (const entry of await this.list()) {
      keptBytes += entry.bytes
      if (nowMs - entry.atMs > KEPT_MS || keptBytes > MOST_BYTES)
        await rm(join(this.#folder, nameOf(entry.attemptId, entry.atMs)), { force: true })
    }
  }

  async #entry(name: string): Promise<QuarantineEntry | null> {
    const match = /^(\d+)-([A-Za-z0-9_-]+)\.sealed$/.exec(name)
    const found = match && (await stat(join(this.#folder, name)).catch(() => null))
    return found ? { attemptId: match[2]!, atMs: Number(match[1]), bytes: found.size } : null
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => undefined)
    return done
  }
}

const nameOf = (attemptId: string, atMs: number) => `${atMs}-${attemptId}${ENDING}`
const belongsTo = (attemptId: string) => `darkroom quarantine v1 ${attemptId}`
