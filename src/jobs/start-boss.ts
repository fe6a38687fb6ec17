import type { EventEmitter } from 'node:events'
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

/**
 * Starts pg-boss, making its tables and queues where they are not there.
 * @throws ConfigurationError when they are missing or old and the role may not make them; what pg-boss throws when the server is away
 */
export async function startBoss(options: { url: Secret; supervises: boolean; onFault: (error: unknown) => void }): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    connectionString: options.url.reveal(),
    schema: SCHEMA,
    max: 2,
    application_name: 'darkroom-queue',
    supervise: options.supervises,
    schedule: false,
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

/** Makes the queue's tables, or brings them up to date. */
export async function migrateQueue(url: Secret): Promise<void> {
  const faults: unknown[] = []
  const boss = await startBoss({ url, supervises: false, onFault: (error) => faults.push(error) })
  await boss.stop({ graceful: false })
  if (faults.length > 0) throw faults[0]
}
