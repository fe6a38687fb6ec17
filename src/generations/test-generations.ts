import { errorBody, failure } from '../contract/failure.ts'
import type { ErrorObject } from '../contract/record.ts'
import { statementContext } from '../db/index.ts'
import type { TestDatabase, TestEngine } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import {
  type AttemptEnd,
  completeGeneration,
  failGeneration,
  findGeneration,
  type GenerationFailure,
  type NewAttempt,
  type NewGeneration,
  type NewImage,
  recordIntent,
} from './index.ts'

/** Usage of one picture with two previews. */
export const usage = { text_in: 8, text_cached_in: 0, image_in: 0, image_cached_in: 0, image_out: 196, text_out: 0, partial_images: 2 }
/** The error object of a call whose outcome is unknown. */
export const error = errorBody(failure('upstream_outcome_unknown'), { requestId: 'req_1', generationId: 'gen' }).error as ErrorObject
/** A generation `gen` of project `prj`, changed as a test needs it. */
export const newGeneration = (changes: Partial<NewGeneration> = {}): NewGeneration => ({
  id: 'gen',
  projectId: 'prj',
  keyId: null,
  operation: 'generate',
  surface: 'images',
  clientRequestId: 'caller-1',
  modelAsked: 'gpt-image-2',
  routeId: 'openai-direct',
  routeOwner: 'openai',
  routeContract: {
    version: 1,
    base_url: 'https://api.openai.com/v1',
    price_card: 'card',
    billing: null,
    failed_call_billing: null,
    output_rights: null,
    terms: null,
    account_owner: null,
  },
  requestShape: {
    prompt_sha256: 'a'.repeat(64),
    prompt_version: null,
    input_image_count: 0,
    input_images: [],
    mask_sha256: null,
    size: '1024x1024',
    quality: 'low',
    output_format: 'png',
    output_compression: null,
    background: 'auto',
    moderation: 'auto',
    n: 1,
    partial_images: 2,
    stream: true,
    protect: [],
  },
  warnings: [{ code: 'auto_size', param: 'size', message: 'The dearest reading is reserved.' }],
  projectTag: 'spring',
  endUser: null,
  timeoutMs: 270_000,
  book: 'provider',
  priceCard: 'card',
  estimatedNanos: 5_920_000n,
  reservedNanos: 9_007_199_254_740_993n,
  previewsAsked: 2,
  imagesAsked: 1,
  metadata: null,
  ...changes,
})

/** Its first attempt `att`, of boot `boot_live`. */
export const newAttempt = (changes: Partial<NewAttempt> = {}): NewAttempt => ({
  id: 'att',
  n: 1,
  routeId: 'openai-direct',
  owner: 'boot_live',
  clientRequestId: changes.id ?? 'att',
  modelSent: 'gpt-image-2-2026-04-21',
  ...changes,
})

/** The good end of that attempt. */
export const attemptEnd = (changes: Partial<AttemptEnd> = {}): AttemptEnd => ({
  attemptId: 'att',
  owner: 'boot_live',
  state: 'ok',
  outcome: 'ok',
  retryReason: null,
  httpStatus: 200,
  upstreamRequestId: 'req_up',
  modelReported: 'gpt-image-2',
  firstByteMs: 812.4,
  totalMs: 41_250.6,
  costNanos: 5_920_000n,
  ...changes,
})

/** The picture of that attempt. */
export const newImage = (changes: Partial<NewImage> = {}): NewImage => ({
  id: 'img',
  generationId: 'gen',
  attemptId: 'att',
  projectId: 'prj',
  idx: 0,
  sha256: 'a'.repeat(64),
  width: 1024,
  height: 1024,
  format: 'png',
  bytes: 9,
  storage: 'stored',
  evidence: { size: 'honoured' },
  deleteAfterMs: null,
  deletionPolicy: 'keep',
  ...changes,
})

/** Generations that a test may make, with the shortest words for what tests do with them. */
export class TestGenerations implements AsyncDisposable {
  readonly db: TestDatabase['db']
  readonly clock: TestDatabase['clock']
  readonly #test: TestDatabase

  constructor(test: TestDatabase) {
    this.#test = test
    this.db = test.db
    this.clock = test.clock
  }

  /** Opens a database; `clear` makes it ready for each test. */
  static async open(engine: TestEngine): Promise<TestGenerations> {
    return new TestGenerations(await engine.open())
  }

  /** Leaves nothing but the projects `prj` and `other`. */
  async clear(): Promise<void> {
    await this.#test.clear()
    const projects = [testRows.project(), testRows.project({ id: 'other' })]
    await this.db.transact([{ query: this.db.sql.insertInto('projects').values(projects) }])
  }

  /** The context of one transaction, at the time of the test's clock. */
  context() {
    return statementContext(this.db, this.clock, this.#test.newId)
  }

  /** Records a generation with its first attempt. */
  async begin(generation: Partial<NewGeneration> = {}, attempt: Partial<NewAttempt> = {}): Promise<void> {
    await this.db.transact(recordIntent(this.context(), newGeneration(generation), newAttempt(attempt)))
  }

  /** The statement that ends generation `gen` well. */
  complete() {
    const used = { usage, source: 'upstream', previewsNanos: 600_000n } as const
    return completeGeneration(this.context(), { generationId: 'gen', settledNanos: 5_920_000n, ...used })
  }

  /** The statement that ends generation `gen` badly. */
  fail(changes: Partial<GenerationFailure> = {}) {
    return failGeneration(this.context(), {
      generationId: 'gen',
      status: 'failed',
      retryReason: 'policy',
      nextAction: 'stop',
      error,
      ...changes,
    })
  }

  /** Generation `gen` with all that belongs to it. */
  async found() {
    return (await findGeneration(this.db, { id: 'gen', projectId: null }))!
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#test[Symbol.asyncDispose]()
  }
}
