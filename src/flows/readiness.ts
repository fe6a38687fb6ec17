import { setTimeout as wait } from 'node:timers/promises'
import { Failure, failure } from '../contract/failure.ts'
import { schemaStanding } from '../db/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { spoolRoom } from './spool-room.ts'

/** What must hold for a call to be taken, in the order in which what is missing is named. */
export const readinessChecks = ['draining', 'database', 'schema', 'store', 'spool'] as const

/** Whether a call would be taken now. Nothing in it names a secret or a path. */
export interface Readiness {
  /** Why not; null when it would. */
  reason: string | null
  /** `ok`, or why not. */
  checks: Record<(typeof readinessChecks)[number], string>
}

/** Who asks gives up after a few seconds: what does not answer by then is said to be missing. */
const PATIENCE_MS = 2000

/** Asks everything that a call needs whether it would do its part now. */
export async function readiness(parts: GatewayParts): Promise<Readiness> {
  const answers = await Promise.all(readinessChecks.map(async (name) => [name, await standing(parts, name)] as const))
  const reason = answers.find(([, found]) => found !== 'ok')?.[1] ?? null
  return { reason, checks: Object.fromEntries(answers) as Readiness['checks'] }
}

async function standing(parts: GatewayParts, name: (typeof readinessChecks)[number]): Promise<string> {
  const patience = new AbortController()
  try {
    return await Promise.race([
      checks[name](parts).then(() => 'ok'),
      wait(PATIENCE_MS, 'no_answer', { signal: patience.signal, ref: false }),
    ])
  } catch (error) {
    if (error instanceof SchemaMisfit) return 'schema_mismatch'
    return error instanceof Failure ? error.code : 'internal_error'
  } finally {
    patience.abort()
  }
}

/** Each throws what is missing. */
const checks: Record<(typeof readinessChecks)[number], (parts: GatewayParts) => Promise<unknown>> = {
  draining: async ({ running }) => running.assertOpen(),
  // Nothing to write, but the writer must answer: it stops for good after a fault of the disk.
  database: ({ database }) => database.transact([]),
  async schema({ database }) {
    if ((await schemaStanding(database)) !== 'fits') throw new SchemaMisfit()
  },
  store: ({ storageHealth }) => storageHealth.assertWritable(),
  async spool({ spoolFolder, storageHealth }) {
    const freeBytes = await spoolRoom(spoolFolder)
    if (freeBytes === null) throw failure('storage_unavailable')
    if (freeBytes < storageHealth.minimumFreeBytes) throw failure('storage_full')
  },
}

/** The schema is not one that this release may work on. */
class SchemaMisfit extends Error {}
