import type { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import type { Secret } from '../primitives/secret.ts'
import { ConfigurationError } from '../primitives/settings.ts'

/** The queue of jobs, and where those lie that could not be begun. */
export const QUEUE = 'darkroom-jobs'
export const DEAD = 'darkroom-jobs-dead'
/** Schema of pg-boss's own tables. */
export const SCHEMA = 'pgboss'
/** Within this time a process says again that it has what it took. */
const HEARTBEAT_S = 60
/** Tries to begin a job that end in a fault of ours, before it is put aside. */
const MOST_TRIES = 10

/** pg-boss looks for such indexes no more often. */
const SHORTEST_PAUSE_S = 10

/** How pg-boss is started. */
export interface StartOptions {
  url: Secret
  /** True for a process that looks after the queue's tables. */
  supervises: boolean
  onFault: (error: unknown) => void
  /** True for whoever waits for the indexes that pg-boss makes beside its work. @default false */
  isHurried?: boolean
}

/**
 * Starts pg-boss, making its tables and queues where they are not there.
 * @throws ConfigurationError when they are missing or old and the role may not make them; what pg-boss throws when the server is away
 */
export async function startBoss(options: StartOptions): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    connectionString: options.url.reveal(),
    schema: SCHEMA,
    max: 2,
    application_name: 'darkroom-queue',
    supervise: options.supervises,
    schedule: false,
    ...(options.isHurried && { bamIntervalSeconds: SHORTEST_PAUSE_S }),
  })
  ;(boss as EventEmitter).on('error', options.onFault)
  try {
    await boss.start()
    const usual = { retryLimit: MOST_TRIES, retryDelay: 1, retryBackoff: true, retryDelayMax: 60, heartbeatSeconds: HEARTBEAT_S }
    await boss.createQueue(DEAD)
    await boss.createQueue(QUEUE, { ...usual, deadLetter: DEAD, expireInSeconds: 60 * 60, deleteAfterSeconds: 60 * 60 })
    return boss
  } catch (error) {
    await boss.stop({ graceful: false })
    throw (error as { code?: string }).code === INSUFFICIENT_PRIVILEGE ? mayNot(error as Error) : error
  }
}

const INSUFFICIENT_PRIVILEGE = '42501'

function mayNot(error: Error): ConfigurationError {
  return new ConfigurationError(
    `DATABASE_URL: this role may not use or make the tables of the queue of jobs (${error.message}). Nothing was charged. ` +
      'Run `darkroom database migrate` once with the DATABASE_URL of the owner, and grant this role what docs/scale.md names.',
  )
}

const LOOK_EVERY_MS = 100

/**
 * Makes the queue's tables, or brings them up to date, and waits until pg-boss has made the indexes that it makes beside that: a role that may not
 * change the schema could not.
 */
export async function migrateQueue(url: Secret): Promise<void> {
  const faults: unknown[] = []
  const boss = await startBoss({ url, supervises: false, onFault: (error) => faults.push(error), isHurried: true })
  try {
    while (faults.length === 0 && (await boss.getBamStatus()).some(({ status }) => status === 'pending' || status === 'in_progress'))
      await wait(LOOK_EVERY_MS)
  } finally {
    await boss.stop({ graceful: false })
  }
  if (faults.length > 0) throw faults[0]
}
