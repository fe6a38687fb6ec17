import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTestDatabase, type OwnDatabase } from '../../src/db/test-postgres-databases.ts'
import type { MoveReport } from '../../src/flows/move/move-to-postgres.ts'
import type { FailPointName } from '../../src/primitives/fail-point-names.ts'
import { commandLine } from '../support/command-line.ts'
import { runProgram } from '../support/gateway-process.ts'
import { postGeneration, seeReply } from '../support/generation-calls.ts'
import { submitSmall } from '../support/job-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64')
const ADMIN = { DARKROOM_ADMIN_TOKEN: 'test-admin-token-0123456789abcdef', DARKROOM_MASTER_KEY: MASTER_KEY }
const order = ['move', '--from', 'sqlite', '--to', 'postgres']

/** A folder that a gateway served from, with calls, a job and answers under keys; tests work on copies. */
let served: string
let first: { text: string; key: string }
const folders: string[] = []

beforeAll(async () => {
  served = await mkdtemp(join(tmpdir(), 'darkroom-moved-'))
  const gateway = await startTestGateway({ dataFolder: served, environment: ADMIN })
  const { text } = await seeReply(postGeneration(gateway, {}, { headers: { 'idempotency-key': 'first' } }))
  first = { text, key: gateway.key }
  await submitSmall(gateway)
  await gateway.close()
})
afterAll(() => Promise.all([served, ...folders].map((folder) => rm(folder, { recursive: true, force: true }))))

async function copyOfServed(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-move-'))
  folders.push(folder)
  await cp(served, folder, { recursive: true })
  return folder
}

const environmentOf = (own: OwnDatabase) => ({ ...ADMIN, DATABASE_URL: own.url, DATABASE_DURABILITY: 'provider', DATABASE_POOL: '3' })

/** Rows by table, as far as there are any. */
async function rowsIn(own: OwnDatabase): Promise<Record<string, number>> {
  const client = new Client({ connectionString: own.url })
  await client.connect()
  const { rows } = await client.query<{ name: string; rows: number }>(
    `select relname as name, (xpath('/row/n/text()', query_to_xml('select count(*) as n from ' || quote_ident(relname), false, true, '')))[1]::text::int as rows
     from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  )
  await client.end()
  return Object.fromEntries(rows.filter((table) => table.rows > 0).map((table) => [table.name, table.rows]))
}

describe('darkroom move', () => {
  it('killed in any step goes on when it is run again, and ends with the same rows as if nothing had been', async () => {
    await using own = await makeTestDatabase()
    const folder = await copyOfServed()
    const killedAt = async (name: FailPointName, hit = 1) => {
      const environment = { ...environmentOf(own), DARKROOM_DATA: folder, DARKROOM_FAIL_POINT: `${name}:${hit}:kill` }
      const { ended, errors } = runProgram(order, environment)
      return [name, (await ended).signal, errors().includes('darkroom failed inside')]
    }
    const points: [FailPointName, number?][] = [
      ['move_after_begin'],
      ['move_before_batch', 2],
      ['move_after_batch', 3],
      ['move_after_lock'],
      ['move_after_verify'],
      ['move_after_marker'],
    ]
    for (const [name, hit] of points) expect(await killedAt(name, hit)).toEqual([name, 'SIGKILL', false])
    await expect(startTestGateway({ dataFolder: folder, environment: ADMIN })).rejects.toThrow('were moved to the database')
    await expect(startTestGateway({ dataFolder: folder, environment: environmentOf(own) })).rejects.toThrow('not all there')
    expect(await killedAt('move_after_end')).toEqual(['move_after_end', 'SIGKILL', false])

    const line = commandLine(folder, environmentOf(own))
    expect(await line.run(...order)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^The records were moved to \S+ at \S+ already/),
    })
    await using other = await makeTestDatabase()
    const straight = commandLine(await copyOfServed(), environmentOf(other))
    const { stdout } = await straight.run(...order, '--json')
    const report = JSON.parse(stdout) as MoveReport
    const expected = Object.fromEntries(report.tables.filter(({ rows }) => rows > 0).map(({ name, rows }) => [name, rows]))
    const { schema_migrations: _own, transaction_marks: _marks, shared_secrets, ...moved } = await rowsIn(own)
    expect(moved).toEqual(expected)
    // The environment gives the administrator's token.
    expect(shared_secrets).toBe(1)

    // Nobody has served from the other one yet.
    expect(await straight.run('move', '--undo')).toMatchObject({ code: 0, stdout: expect.stringContaining('is open again') })
    await using gateway = await startTestGateway({ dataFolder: folder, environment: environmentOf(own) })
    const again = await seeReply(postGeneration(gateway, {}, { headers: { 'idempotency-key': 'first' } }))
    expect([gateway.key, again.text]).toEqual([first.key, first.text])
    await gateway.close()
    const undo = await line.run('move', '--undo')
    expect([undo.code, undo.stderr]).toEqual([1, expect.stringContaining('Gateways have served from')])
    expect((await line.run('move', '--undo', '--discard')).code).toBe(0)
    await using back = await startTestGateway({ dataFolder: folder, environment: ADMIN })
    expect((await back.fetch('/v2/ledger')).status).toBe(200)
  })

  it('refuses what it cannot do before anything is moved', async () => {
    await using own = await makeTestDatabase()
    const folder = await copyOfServed()
    const run = async (environment: Record<string, string>, ...more: string[]) => {
      const { code, stderr } = await commandLine(folder, environment).run(...order, ...more)
      return { code, stderr }
    }
    expect(await run(ADMIN)).toEqual({ code: 1, stderr: expect.stringContaining('DATABASE_URL is not set: it names the database') })
    const otherKey = { ...environmentOf(own), DARKROOM_MASTER_KEY: Buffer.alloc(32, 8).toString('base64') }
    expect(await run(otherKey)).toEqual({ code: 1, stderr: expect.stringContaining('was sealed with another master key') })
    const { DARKROOM_MASTER_KEY: _key, ...noKey } = environmentOf(own)
    expect(await run(noKey)).toEqual({ code: 1, stderr: expect.stringMatching(/master-key is missing and DARKROOM_MASTER_KEY is not set/) })
    expect((await commandLine(folder, environmentOf(own)).run('move', '--from', 'postgres', '--to', 'sqlite')).code).toBe(2)
    const started = startTestGateway({ dataFolder: folder, environment: environmentOf(own) })
    await expect(started).rejects.toThrow('holds records that were not moved to DATABASE_URL')
    expect(Object.keys(await rowsIn(own)).sort()).toEqual(['schema_migrations'])
    expect(await commandLine(folder, environmentOf(own)).run('backup', join(folder, 'copy'))).toMatchObject({ code: 0 })
  })

  it('waits for the process that serves no longer than it is told, and leaves it serving; what is copied stays copied', async () => {
    await using own = await makeTestDatabase()
    const folder = await copyOfServed()
    await using gateway = await startTestGateway({ dataFolder: folder, environment: ADMIN })
    const line = commandLine(folder, environmentOf(own))
    const waited = await line.run(...order, '--wait', '0')
    expect([waited.code, waited.stderr]).toEqual([1, expect.stringMatching(/The data folder \S+ is owned by process \d+/)])
    expect((await postGeneration(gateway, {})).status).toBe(200)
    const stranger = commandLine(await copyOfServed(), environmentOf(own))
    expect((await stranger.run(...order)).stderr).toContain('another data folder is being moved into this database')
    await gateway.close()
    const { code, stdout } = await line.run(...order)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/every one compared on both sides[\s\S]*The folder was closed for/)])
    expect(JSON.parse(await readFile(join(folder, 'moved.json'), 'utf8'))).toMatchObject({ database: expect.stringContaining('/test_') })
    expect((await line.run('backup', join(folder, 'copy'))).stderr).toContain('what is left here is old')
  })
})
