import { flushCompileCache } from 'node:module'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { fp } from '../primitives/fail-point.ts'
import { readMigrations } from './migration-history.ts'
import { faultOf, SqliteConnection } from './sqlite-connection.ts'
import { migrateSqlite } from './sqlite-migrations.ts'
import {
  primaryCode,
  type SqliteFault,
  type SqliteMessage,
  type SqliteReply,
  type SqliteRequest,
  type SqliteRole,
  type SqliteThreadSettings,
  type WriterFigures,
} from './sqlite-protocol.ts'

/**
 * A database thread. It waits for locks and for the disk, so that the event loop of the process never does.
 *
 * Group commit: while one commit is being flushed, requests gather in the port's queue; the next round takes them all, runs each
 * behind a savepoint of its own and flushes once. A lone request is not held back to wait for others.
 */
const settings = workerData as SqliteThreadSettings
const port = parentPort!
/** Bounds how much one failed commit can take with it and how long the first of a round waits for the last. */
const ROUND_LIMIT = 256
const IOERR = 10
const CORRUPT = 11
const NOTADB = 26

const figures: WriterFigures = { commits: 0, transactions: 0, readOnly: false }
/** The disk's error after which nothing is written any more. */
let diskFault: SqliteFault | null = null

const send = (message: SqliteMessage) => port.postMessage(message)

const connection = start()
if (connection) port.on('message', (first: SqliteRequest | 'close') => serve(connection, first))

function start(): SqliteConnection | null {
  try {
    const opened = new SqliteConnection(settings.path, { readOnly: settings.role !== 'writer', busyTimeoutMs: settings.busyTimeoutMs })
    const migrationsApplied =
      settings.role === 'writer' ? migrateSqlite(opened, readMigrations(settings.migrationsFolder, 'sqlite'), settings.nowMs) : []
    send({ kind: 'ready', migrationsApplied })
    return opened
  } catch (error) {
    send({ kind: 'refused', fault: faultOf(error) })
    port.close()
    return null
  }
}

function serve(connection: SqliteConnection, first: SqliteRequest | 'close'): void {
  const round: SqliteRequest[] = []
  let message: SqliteRequest | 'close' | undefined = first
  while (message !== undefined && message !== 'close') {
    round.push(message)
    message = round.length < ROUND_LIMIT ? (receiveMessageOnPort(port)?.message as SqliteRequest | 'close' | undefined) : undefined
  }
  if (round.length > 0) {
    send({ kind: 'replies', replies: answer[settings.role](connection, round), figures })
  }
  if (message === 'close') {
    connection.close()
    port.close()
  }
}

const answer: Record<SqliteRole, (connection: SqliteConnection, round: SqliteRequest[]) => SqliteReply[]> = {
  writer: commitTogether,
  reader: (connection, round) => round.map((request) => readTogether(connection, request)),
  copier: (connection, round) => round.map((request) => connection.runAll(request)),
}

function commitTogether(connection: SqliteConnection, round: SqliteRequest[]): SqliteReply[] {
  if (diskFault) return failAll(round, diskFault)
  try {
    connection.execute('begin immediate')
    const replies: SqliteReply[] = []
    for (const request of round) {
      const reply = runBehindSavepoint(connection, request)
      if ('fault' in reply && (isDiskFault(reply.fault) || !connection.inTransaction)) return abandon(connection, round, reply.fault)
      replies.push(reply)
    }
    fp('database_before_commit')
    connection.execute('commit')
    fp('database_after_commit')
    count(replies)
    return replies
  } catch (error) {
    return abandon(connection, round, faultOf(error))
  }
}

function count(replies: SqliteReply[]): void {
  const committed = replies.filter((reply) => 'results' in reply).length
  figures.transactions += committed
  if (committed > 0) figures.commits += 1
}

function runBehindSavepoint(connection: SqliteConnection, request: SqliteRequest): SqliteReply {
  connection.execute('savepoint caller')
  const reply = connection.runAll(request)
  if (!connection.inTransaction) return reply
  connection.execute('results' in reply ? 'release caller' : 'rollback to caller; release caller')
  return reply
}

function readTogether(connection: SqliteConnection, request: SqliteRequest): SqliteReply {
  connection.execute('begin')
  const reply = connection.runAll(request)
  connection.execute('rollback')
  return reply
}

/** Fails the whole round: what one caller met (a full or broken disk, a lock) takes the shared transaction with it. */
function abandon(connection: SqliteConnection, round: SqliteRequest[], fault: SqliteFault): SqliteReply[] {
  if (connection.inTransaction) connection.execute('rollback')
  if (isDiskFault(fault)) {
    diskFault = fault
    figures.readOnly = true
  }
  return failAll(round, fault)
}

/**
 * After these nothing is written any more. A failed flush is never tried again as if it could now succeed: the kernel may have
 * dropped the pages it could not write, and would report success for the rest (https://lwn.net/Articles/752063/). Reads go on.
 */
function isDiskFault(fault: SqliteFault): boolean {
  const code = primaryCode(fault)
  return code === IOERR || code === CORRUPT || code === NOTADB
}

function failAll(round: SqliteRequest[], fault: SqliteFault): SqliteReply[] {
  return round.map(({ id }) => ({ id, fault }))
}

// A terminated thread never writes its part of the compile cache, so it is done as soon as everything is loaded.
flushCompileCache()
