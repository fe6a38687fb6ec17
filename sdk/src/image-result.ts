import type { GenerationRecord, ImagesReply } from './api-types.ts'
import type { CallFacts } from './call-facts.ts'
import { ResultImage } from './result-image.ts'

/** What a call for pictures was answered. */
export class ImageResult implements CallFacts {
  readonly images: readonly ResultImage[]
  /** The answer in OpenAI's shape. */
  readonly reply: ImagesReply
  readonly generationId: string
  readonly route: string
  readonly isReplay: boolean
  readonly isSandbox: boolean
  readonly warnings: readonly string[]
  readonly idempotencyKey: string
  readonly requestId: string | null
  readonly #readRecord: (generationId: string) => Promise<GenerationRecord>
  #record: Promise<GenerationRecord> | undefined

  constructor(reply: ImagesReply, facts: CallFacts, readRecord: (generationId: string) => Promise<GenerationRecord>) {
    this.images = reply.data.map(({ b64_json }) => new ResultImage(b64_json))
    this.reply = reply
    this.generationId = facts.generationId
    this.route = facts.route
    this.isReplay = facts.isReplay
    this.isSandbox = facts.isSandbox
    this.warnings = facts.warnings
    this.idempotencyKey = facts.idempotencyKey
    this.requestId = facts.requestId
    this.#readRecord = readRecord
  }

  /** The first picture. @throws Error when there is none. */
  get image(): ResultImage {
    const [first] = this.images
    if (!first) throw new Error('the answer holds no picture')
    return first
  }

  /** The production log record of the call; read once. */
  record(): Promise<GenerationRecord> {
    this.#record ??= this.#readRecord(this.generationId).catch((error) => {
      this.#record = undefined
      throw error
    })
    return this.#record
  }

  /** What the call cost, from its record: decimal dollars, and whole nano-dollars beside them. */
  async cost(): Promise<GenerationRecord['cost']> {
    return (await this.record()).cost
  }
}
