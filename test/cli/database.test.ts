import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTestDatabase, type OwnDatabase } from '../../src/db/test-postgres-databases.ts'
import { grantsOf } from '../support/documented-grants.ts'
import { generate, openStage } from '../support/gateway-stage.ts'
import { jobWhen, submitSmall } from '../support/job-calls.ts'
import { darkroom, makeFolder } from './darkroom-program.ts'

let own: OwnDatabase
let admin: Client
let folder: Awaited<ReturnType<typeof makeFolder>>
const role = `app_${process.pid}_${Date.now()}`

const migrate = (url?: string, ...more: string[]) =>
  darkroom(['database', 'migrate', ...more], {
    cwd: folder.path,
    environment: { ...(url === undefined ? {} : { DATABASE_URL: url }), DATABASE_DURABILITY: 'provider' },
  })

const asApp = () => {
  const url = new URL(own.url)
  url.username = role
  return url.href
}

beforeAll(async () => {
  folder = await makeFolder()
  own = await makeTestDatabase({ empty: true })
  admin = new Client({ connectionString: own.url })
  await admin.connect()
  await admin.query(`create role ${role} login`)
})

afterAll(async () => {
  await admin.query(`drop owned by ${role}`)
  await admin.query(`drop role ${role}`)
  await admin.end()
  await own[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

describe('darkroom database migrate', () => {
  it('without DATABASE_URL says what it needs', async () => {
    const { code, stderr } = await migrate()
    expect([code, stderr]).toEqual([1, expect.stringContaining('DATABASE_URL is not set')])
  })

  it('applies every step once, however many do it at once, and says which', async () => {
    const ends = await Promise.all([migrate(own.url, '--json'), migrate(own.url, '--json')])
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ])
    const { rows } = await admin.query<{ id: string }>('select id from schema_migrations order by id')
    const applied = ends.flatMap(({ stdout }) => (JSON.parse(stdout) as { applied: string[] }).applied)
    expect(applied.sort()).toEqual(rows.map(({ id }) => id))
    // As an upgrade of pg-boss leaves it.
    await admin.query(
      `insert into pgboss.bam (name, version, status, table_name, command) values ('late', 1, 'pending', 'job_common', 'create index late on pgboss.job_common (id)')`,
    )
    await admin.query('update pgboss.version set bam_on = null')
    expect((await migrate(own.url)).stdout).toBe('The schema is up to date; nothing was changed.\n')
    expect((await admin.query(`select to_regclass('pgboss.late') is not null as made`)).rows).toEqual([{ made: true }])
  })

  it('makes all that a role needs to run the gateway with the documented grants, and no more: a picture, a job, the ledger', async () => {
    for (const grant of await grantsOf(role)) await admin.query(grant)
    await using stage = await openStage()
    await using gateway = await stage.start({ DATABASE_URL: asApp(), DATABASE_DURABILITY: 'provider' })
    expect((await generate(gateway, {})).status).toBe(200)
    const job = await jobWhen(gateway, await submitSmall(gateway, { prompt: 'a lamp' }))
    expect(job.state).toBe('completed')
    const { rows } = await admin.query<{ nanos: string }>(`select sum(nanos)::text as nanos from ledger_entries where kind = 'settle'`)
    expect(rows[0]!.nanos).toBe(`${stage.sandbox.invoice.lines().reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)}`)
    expect(gateway.errors()).toBe('')
    await gateway.end('SIGTERM')
    const app = new Client({ connectionString: asApp() })
    await app.connect()
    await expect(app.query('create table strange (id text)')).rejects.toThrow('permission denied')
    await expect(app.query(`update ledger_entries set nanos = 0`)).rejects.toThrow('permission denied')
    await app.end()
  })
})

describe('darkroom database audit', () => {
  const audit = (url: string) =>
    darkroom(['database', 'audit'], { cwd: folder.path, environment: { DATABASE_URL: url, DATABASE_DURABILITY: 'provider' } })

  it('finds that everything holds of what a gateway left', async () => {
    const { code, stdout } = await audit(own.url)
    expect({ code, faults: stdout.match(/^ERROR.*/gm) }).toEqual({ code: 0, faults: null })
    expect(stdout.match(/^ok {6}/gm)!.length).toBeGreaterThanOrEqual(12)
    expect(stdout).toMatch(/Everything holds\.\n$/)
  })

  it('names what does not hold where somebody changed it, and by how much', async () => {
    await admin.query('update attempts set cost_nanos = cost_nanos + 1 where id = (select min(id) from attempts where cost_nanos > 0)')
    const { code, stdout } = await audit(own.url)
    expect(code).toBe(1)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/ERROR costs: it does not hold that .*: att_\w+ is \$0\.\d+, should be \$0\.\d+/)
    expect(stdout).toMatch(/These records cannot be trusted\.\n$/)
  })

  it('knows no other action', async () => {
    const { code, stderr } = await darkroom(['database', 'vacuum'], { cwd: folder.path, environment: {} })
    expect([code, stderr]).toEqual([2, expect.stringContaining('migrate and audit')])
  })
})
