import { Worker } from 'node:worker_threads'
import type { Compilable } from 'kysely'
import { failure } from '../contract/failure.ts'
import { threadEnvironment } from '../primitives/thread-environment.ts'
import type { Queries, RowsOf, Statement, StatementResult } from './database.ts'
import { errorFromFault } from './sqlite-failure.ts'
import type { SqliteMessage, SqliteReply, SqliteRequest, SqliteThreadSettings, WriterFigures } from './sqlite-protocol.ts'

interface Waiting {
  statements: readonly Statement[]
  resolve(results: StatementResult[]): void
  reject(error: Error): void
}

/** This end of a database thread: sends statements, hands each caller its own answer, and knows when the thread is gone. */
export class SqliteThread {
  readonly migrationsApplied: readonly string[]
  figures: WriterFigures = { commits: 0, transactions: 0, readOnly: false }
  /** Resolves when the thread is gone, for whatever reason. */
  readonly whenEnded: Promise<void>
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #closing = false
  #endedBecause: Error | null = null

  /**
   * Starts a thread and waits until its connection is open (and, for the writer, the schema is up to date).
   * @throws `Failure` when the file cannot be opened, `Error` when the schema's history does not fit this program.
   */
  static async start(settings: SqliteThreadSettings): Promise<SqliteThread> {
    const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
      workerData: settings,
      name: `database-${settings.role}`,
      // Neither the parent's secrets nor its loader or debugger flags have any business in there.
      env: threadEnvironment(),
      execArgv: [],
    })
    // Listened for from the beginning: a thread that ends at once sends its message and its end in the same turn.
    const whenEnded = onceEnded(worker)
    const first = await firstMessage(worker)
    if (first.kind === 'ready') return new SqliteThread(worker, whenEnded, first.migrationsApplied)
    await whenEnded
    throw first.fault.resultCode === null ? new Error(first.fault.message) : errorFromFault(first.fault)
  }

  private constructor(worker: Worker, whenEnded: Promise<void>, migrationsApplied: string[]) {
    this.migrationsApplied = migrationsApplied
    this.#worker = worker
    this.whenEnded = whenEnded
    worker.on('message', (message: SqliteMessage) => this.#receive(message))
    worker.on('error', (error) => this.#end(error as Error))
    worker.on('exit', () => this.#end(new Error('the database thread stopped')))
    worker.unref()
  }

  /** Runs the statements together on the thread and answers with what each did. */
  run(statements: readonly Statement[]): Promise<StatementResult[]> {
    if (this.#endedBecause) return Promise.reject(failure('database_unavailable', { cause: this.#endedBecause }))
    const request: SqliteRequest = { id: this.#nextId++, statements: statements.map(compiled) }
    return new Promise((resolve, reject) => {
      this.#worker.postMessage(request)
      // A thread keeps the process alive exactly as long as somebody waits for an answer.
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(request.id, { statements, resolve, reject })
    })
  }

  /** Runs reads together and answers with their rows. */
  async readAll<Rows extends readonly unknown[]>(queries: Queries<Rows>): Promise<RowsOf<Rows>> {
    const results = await this.run((queries as readonly Compilable[]).map((query) => ({ query })))
    return results.map(({ rows }) => rows) as RowsOf<Rows>
  }

  /** Lets the thread finish what it was asked for, close its connection and end. */
  async close(): Promise<void> {
    this.#closing = true
    if (!this.#endedBecause) {
      this.#worker.ref()
      this.#worker.postMessage('close')
    }
    await this.whenEnded
  }

  #receive(message: SqliteMessage): void {
    if (message.kind !== 'replies') return
    this.figures = message.figures
    for (const reply of message.replies) this.#answer(reply)
    // While it closes, somebody waits for its end.
    if (this.#waiting.size === 0 && !this.#closing) this.#worker.unref()
  }

  #answer(reply: SqliteReply): void {
    const waiting = this.#waiting.get(reply.id)!
    this.#waiting.delete(reply.id)
    if ('results' in reply) waiting.resolve(reply.results)
    else if ('unmet' in reply) waiting.reject(waiting.statements[reply.unmet.index]!.expect!.otherwise())
    else waiting.reject(errorFromFault(reply.fault))
  }

  #end(cause: Error): void {
    this.#endedBecause ??= cause
    for (const { reject } of this.#waiting.values()) reject(failure('database_unavailable', { outcome: 'unknown', cause }))
    this.#waiting.clear()
  }
}

function compiled({ query, expect }: Statement): SqliteRequest['statements'][number] {
  const { sql, parameters } = query.compile()
  return { sql, parameters, expectedRows: expect?.rows }
}

function firstMessage(worker: Worker): Promise<Exclude<SqliteMessage, { kind: 'replies' }>> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the database thread stopped before its connection was open')))
  })
}

function onceEnded(worker: Worker): Promise<void> {
  return new Promise((resolve) => worker.once('exit', () => resolve()))
}
