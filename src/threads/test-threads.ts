import { createHash } from 'node:crypto'
import { statementContext } from '../db/index.ts'
import type { TestDatabase, TestEngine } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { type NewImageCall, type NewTurn, recordImageCalls, recordTurn } from './index.ts'

/** A turn that a test says in the shortest words: `resp` is the id of its response, `previous` of the one before. */
export interface ToldTurn extends Partial<NewTurn> {
  previous?: string
  /** Ids of image calls; each makes the picture `img-<call>`. */
  calls?: readonly string[]
  /** Ids of pictures of this gateway that it brought along. */
  brings?: readonly string[]
}

/** Turns that a test may record, in projects `prj` and `other`. */
export class TestThreads implements AsyncDisposable {
  readonly db: TestDatabase['db']
  readonly clock: TestDatabase['clock']
  readonly #test: TestDatabase

  constructor(test: TestDatabase) {
    this.#test = test
    this.db = test.db
    this.clock = test.clock
  }

  /** Opens a database; `clear` makes it ready for each test. */
  static async open(engine: TestEngine): Promise<TestThreads> {
    return new TestThreads(await engine.open())
  }

  /** Leaves nothing but the two projects. */
  async clear(): Promise<void> {
    await this.#test.clear()
    const projects = [testRows.project(), testRows.project({ id: 'other' })]
    await this.db.transact([{ query: this.db.sql.insertInto('projects').values(projects) }])
  }

  /** The context of one transaction, at the time of the test's clock. */
  context() {
    return statementContext(this.db, this.clock, this.#test.newId)
  }

  /** Records a generation with its attempt, before upstream said anything. */
  async begin(id: string, projectId = 'prj'): Promise<void> {
    const { sql } = this.db
    await this.db.transact([
      { query: sql.insertInto('generations').values(testRows.generation({ id, project_id: projectId, operation: 'respond' })) },
      { query: sql.insertInto('attempts').values(testRows.attempt({ id: `att-${id}`, generation_id: id })) },
    ])
  }

  /** Records a whole turn of generation `id` with its calls, a second after the one before. */
  async tell(id: string, { previous, calls = [], brings = [], ...changes }: ToldTurn = {}): Promise<void> {
    const turn = newTurn(id, { previousResponseId: previous ?? null, ...changes })
    this.clock.advance(1_000)
    await this.begin(id, turn.projectId)
    for (const [index, call] of calls.entries()) await this.keepPicture(id, `img-${call}`, index, turn.projectId)
    const newCalls = calls.map((callId, idx) => newCall(id, { callId, idx, imageId: `img-${callId}`, projectId: turn.projectId }))
    const inputs = brings.map((image, idx) =>
      testRows.input({ id: `inp-${id}-${idx}`, generation_id: id, project_id: turn.projectId, idx, source: 'image', source_ref: image }),
    )
    await this.db.transact([
      recordTurn(this.context(), turn),
      ...recordImageCalls(this.context(), newCalls),
      ...(inputs.length > 0 ? [{ query: this.db.sql.insertInto('generation_inputs').values(inputs) }] : []),
    ])
  }

  /** Records a picture with an object of its own. */
  async keepPicture(generationId: string, id: string, idx = 0, projectId = 'prj'): Promise<void> {
    const { sql } = this.db
    const sha256 = sha256Of(id)
    const image = { id, idx, sha256, generation_id: generationId, attempt_id: `att-${generationId}`, project_id: projectId }
    await this.db.transact([
      {
        query: sql
          .insertInto('objects')
          .values(testRows.object({ sha256, path: `${id}.png` }))
          .onConflict((row) => row.doNothing()),
      },
      { query: sql.insertInto('images').values(testRows.image(image)) },
    ])
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#test[Symbol.asyncDispose]()
  }
}

/** A finished turn of generation `id`, whose response is `resp-<id>`. */
export const newTurn = (id: string, changes: Partial<NewTurn> = {}): NewTurn => ({
  generationId: id,
  projectId: 'prj',
  attemptId: `att-${id}`,
  routeId: 'openai',
  responseId: `resp-${id}`,
  previousResponseId: null,
  conversationId: null,
  mainModel: 'gpt-5.4',
  storedUpstream: true,
  background: false,
  status: 'completed',
  ...changes,
})

/** An image call of generation `id` that made no picture. */
export const newCall = (id: string, changes: Partial<NewImageCall> = {}): NewImageCall => ({
  generationId: id,
  projectId: 'prj',
  callId: 'ig_1',
  idx: 0,
  imageId: null,
  status: 'completed',
  action: 'generate',
  error: null,
  ...changes,
})

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex')
