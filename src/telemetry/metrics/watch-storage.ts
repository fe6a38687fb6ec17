import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What a database has done since it was opened. */
export interface DatabaseNow {
  /** Callers' transactions that were committed. */
  transactions: number
  /** Transactions of the engine, each with one flush; absent where that is the same. */
  commits?: number
  /** Tries that were begun anew, by what was in the way; absent where nothing can be. */
  repeated?: Readonly<Record<string, number>>
  /** Connections of the pool; absent where the engine has none. */
  connections?: { open: number; idle: number }
}

/** The database and the places where bytes are kept. */
export interface StorageMetrics {
  /** The disk failed: nothing more is bought until the next start. */
  storageReadOnly(): void
  /** Room that is left where answers are spooled. */
  spoolRoom(freeBytes: number): void
  /** Kept bytes that were wanted and are gone, or are not what they were. */
  objectUnreadable(reason: 'missing' | 'damaged'): void
  /** Somebody asked the database for something. @returns tells that it answered */
  databaseAsked(what: 'read' | 'write'): () => void
  databaseNow(now: DatabaseNow): void
  /** Objects that wait for their bucket. */
  objectsWaiting(count: number): void
  /** Processes that share the database and live, and whether this one takes care of what is done once for all. */
  nodesNow(now: { live: Readonly<Record<'all' | 'api' | 'worker', number>>; isCaretaker: boolean }): void
}

/** Registers what is told of storage. */
export function watchStorage(registers: Registry[]): StorageMetrics {
  const gauge = (name: string, help: string, labelNames: string[] = []) => new Gauge({ name, help, labelNames, registers })
  const readOnly = gauge('darkroom_storage_read_only', '1 once the disk failed and no new calls are taken until the next start.')
  const spool = gauge('darkroom_spool_free_bytes', 'Room left on the disk that answers are spooled on.')
  const outbox = gauge('darkroom_objects_waiting', 'Pictures in the outbox that their bucket has not taken yet.')
  const nodes = gauge('darkroom_nodes', 'Processes that share the database and live, as this one sees them.', ['role'])
  const caretaker = gauge('darkroom_caretaker', '1 where this process takes care of what one does for all.')
  const unreadable = new Counter({
    name: 'darkroom_objects_unreadable_total',
    help: 'Kept pictures that were found missing or damaged since start, each time they were looked at.',
    labelNames: ['reason'],
    registers,
  })
  const asked = new Histogram({
    name: 'darkroom_database_seconds',
    help: 'Time from asking the database to its answer, waiting for its turn included; a write is answered when it is on disk.',
    labelNames: ['kind'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  })
  const waiting = gauge('darkroom_database_requests_waiting', 'Reads and writes that the database has not answered yet.', ['kind'])
  for (const kind of ['read', 'write']) waiting.set({ kind }, 0)
  const commits = total(
    'darkroom_database_commits_total',
    'Transactions of the engine since start, each with one flush to disk.',
    registers,
  )
  const transactions = total(
    'darkroom_database_transactions_total',
    "Callers' transactions committed since start; divided by commits it is how many shared a flush.",
    registers,
  )
  const again = new Counter({
    name: 'darkroom_database_repeated_total',
    help: 'Tries at transactions and reads that were begun anew since start, by what was in the way; none where the engine runs one at a time.',
    labelNames: ['trouble'],
    registers,
  })
  const repeatedBefore = new Map<string, number>()
  const repeated = (trouble: string, count: number) => {
    again.inc({ trouble }, Math.max(0, count - (repeatedBefore.get(trouble) ?? 0)))
    repeatedBefore.set(trouble, count)
  }
  const connections = gauge('darkroom_database_connections', 'Connections of the pool by state; none where the engine has no pool.', [
    'state',
  ])
  return {
    storageReadOnly: () => readOnly.set(1),
    objectsWaiting: (count) => outbox.set(count),
    nodesNow({ live, isCaretaker }) {
      for (const [role, count] of Object.entries(live)) nodes.set({ role }, count)
      caretaker.set(isCaretaker ? 1 : 0)
    },
    spoolRoom: (freeBytes) => spool.set(freeBytes),
    objectUnreadable: (reason) => unreadable.inc({ reason }),
    databaseAsked(kind) {
      waiting.inc({ kind })
      const answered = asked.startTimer({ kind })
      return () => {
        waiting.dec({ kind })
        answered()
      }
    },
    databaseNow(now) {
      commits(now.commits ?? now.transactions)
      transactions(now.transactions)
      for (const [trouble, count] of Object.entries(now.repeated ?? {})) repeated(trouble, count)
      if (now.connections === undefined) return
      connections.set({ state: 'idle' }, now.connections.idle)
      connections.set({ state: 'busy' }, now.connections.open - now.connections.idle)
    },
  }
}

/** A counter that somebody else counts. */
function total(name: string, help: string, registers: Registry[]): (count: number) => void {
  const counter = new Counter({ name, help, registers })
  let told = 0
  return (count) => {
    counter.inc(Math.max(0, count - told))
    told = Math.max(told, count)
  }
}
