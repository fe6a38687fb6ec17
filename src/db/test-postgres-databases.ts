import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { systemClock } from '../primitives/clock.ts'
import { openPostgresDatabase } from './postgres-database.ts'

/** Where the test run says which server it started; set before the tests' processes begin. */
export const TEST_POSTGRES_URL = 'TEST_POSTGRES_URL'

const TEMPLATE = 'darkroom_template'

/** A database of one test file's own, with the whole schema and no rows. */
export interface OwnDatabase extends AsyncDisposable {
  readonly url: string
}

/**
 * Makes the database that all others are copied from: migrating once takes longer than copying.
 * @param also what else belongs into it
 */
export async function makeTemplate(serverUrl: string, also: (url: string) => Promise<void> = async () => undefined): Promise<void> {
  await asSuperuser(serverUrl, (client) => client.query(`create database ${TEMPLATE}`))
  const url = databaseUrl(serverUrl, TEMPLATE)
  await (await openPostgresDatabase({ url, clock: systemClock, durabilityVouched: true })).close()
  await also(url)
}

/** @param empty true for one without the schema */
export async function makeTestDatabase({ empty = false } = {}): Promise<OwnDatabase> {
  const serverUrl = process.env[TEST_POSTGRES_URL]
  if (!serverUrl) throw new Error('no PostgreSQL server was started for this run; vitest.config.ts does it')
  const name = `test_${randomBytes(8).toString('hex')}`
  await asSuperuser(serverUrl, (client) => createFrom(client, name, empty ? 'template0' : TEMPLATE))
  return {
    url: databaseUrl(serverUrl, name),
    [Symbol.asyncDispose]: () => asSuperuser(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`)),
  }
}

/** Two copies of one database cannot begin at the same time. */
async function createFrom(client: Client, name: string, template: string): Promise<void> {
  for (;;) {
    try {
      await client.query(`create database ${name} template ${template}`)
      return
    } catch (error) {
      if ((error as { code?: string }).code !== OBJECT_IN_USE) throw error
      await wait(20)
    }
  }
}

const OBJECT_IN_USE = '55006'

async function asSuperuser(serverUrl: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
