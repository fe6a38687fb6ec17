import { startPostgres } from '../../src/db/test-postgres.ts'
import { makeTemplate, TEST_POSTGRES_URL } from '../../src/db/test-postgres-databases.ts'

/** Before a test run: a PostgreSQL server for all its files, each of which makes databases of its own there. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgres()
  await makeTemplate(server.url)
  process.env[TEST_POSTGRES_URL] = server.url
  return async () => {
    await server[Symbol.asyncDispose]()
  }
}
