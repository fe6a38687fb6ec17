import { statementContext } from '../db/index.ts'
import type { TestDatabase, TestEngine } from '../db/test-engines.ts'
import { type LedgerCall, type LedgerSums, readEntries, readLedger, reserve, settle } from './index.ts'

/** A ledger that a test may write into, with the shortest words for what tests do with one. */
export class TestLedger implements AsyncDisposable {
  readonly db: TestDatabase['db']
  readonly clock: TestDatabase['clock']
  readonly #test: TestDatabase

  constructor(test: TestDatabase) {
    this.#test = test
    this.db = test.db
    this.clock = test.clock
  }

  static async open(engine: TestEngine): Promise<TestLedger> {
    return new TestLedger(await engine.open())
  }

  /** The context of one transaction, at the time of the test's clock. */
  context() {
    return statementContext(this.db, this.clock, this.#test.newId)
  }

  /** Reserves for an attempt and gives its id back. */
  async reserved(attemptId: string, nanos: bigint, changes: Partial<LedgerCall> = {}): Promise<string> {
    await this.db.transact(reserve(this.context(), ledgerCall(attemptId, changes), nanos))
    return attemptId
  }

  /** Reserves and settles an amount, with one picture. */
  async settled(attemptId: string, nanos: bigint, changes: Partial<LedgerCall> = {}): Promise<void> {
    await this.reserved(attemptId, nanos, changes)
    await this.db.transact(settle(this.context(), attemptId, { lines: [{ bucket: 'image_out', nanos }], images: 1 }))
  }

  /** Empties it for the next test. */
  clear(): Promise<void> {
    return this.#test.clear()
  }

  /** Everything that was booked. */
  async entries() {
    return (await readEntries(this.db, {})).entries
  }

  /** The sums of the only owner. */
  async total(): Promise<LedgerSums> {
    return (await readLedger(this.db, {})).totals_by_owner[0]!
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#test[Symbol.asyncDispose]()
  }
}

/** A call of key `key-a` in project `prj-a`, changed as a test needs it. */
export function ledgerCall(attemptId: string, changes: Partial<LedgerCall> = {}): LedgerCall {
  return {
    attemptId,
    generationId: `gen-${attemptId}`,
    projectId: 'prj-a',
    keyId: 'key-a',
    routeId: 'openai-direct',
    routeOwner: 'openai',
    model: 'gpt-image-2',
    projectTag: null,
    book: 'provider',
    priceCard: 'openai-2026-04-21',
    actor: 'key-a',
    ...changes,
  }
}
