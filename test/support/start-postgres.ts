import { openPostgresDatabase } from '../../src/db/postgres.ts'
import { startPostgres } from '../../src/db/test-postgres.ts'
import { makeTemplate, TEST_POSTGRES_URL } from '../../src/db/test-postgres-databases.ts'
import { BossQueue } from '../../src/jobs/index.ts'
import { systemClock } from '../../src/primitives/clock.ts'
import { Secret } from '../../src/primitives/secret.ts'

/** Before a test run: a PostgreSQL server for all its files, each of which makes databases of its own there. */
export default async function setup(): Promise<() => Promise<void>> {
  // Its power is not cut: tests that crash a server start their own.
  const server = await startPostgres({ fsync: 'off' })
  await makeTemplate(server.url, makeQueue)
  process.env[TEST_POSTGRES_URL] = server.url
  return async () => {
    await server[Symbol.asyncDispose]()
  }
}

async function makeQueue(url: string): Promise<void> {
  const db = await openPostgresDatabase({ url, clock: systemClock, durabilityVouched: true })
  const onFault = (error: unknown) => {
    throw error
  }
  await (await BossQueue.open({ db, clock: systemClock, url: new Secret(url), works: false, mostOfProject: () => 1, onFault })).close()
  await db.close()
}
