import { Client } from 'pg'
import { expect, it } from 'vitest'
import { makeTestDatabase } from '../db/test-postgres-databases.ts'
import { Secret } from '../primitives/secret.ts'
import { ConfigurationError } from '../primitives/settings.ts'
import { startBoss } from './start-boss.ts'

it('a role that may not make the tables of the queue is told who may', async () => {
  await using own = await makeTestDatabase({ empty: true })
  const admin = new Client({ connectionString: own.url })
  await admin.connect()
  const role = `queue_${process.pid}_${Date.now()}`
  await admin.query(`create role ${role} login`)
  const url = Object.assign(new URL(own.url), { username: role }).href
  const error = await startBoss({ url: new Secret(url), supervises: false, onFault: () => undefined }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ConfigurationError)
  expect((error as Error).message).toMatch(/may not use or make the tables of the queue .*permission denied.*`darkroom database migrate`/)
  await admin.query(`drop role ${role}`)
  await admin.end()
})
