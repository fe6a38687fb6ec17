import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backup, dataFolderPaths, openSqliteDatabase } from '../../src/db/index.ts'
import { auditBooks } from '../../src/flows/index.ts'
import { systemClock } from '../../src/primitives/clock.ts'
import { postGeneration, promptWith, seeReply } from '../support/generation-calls.ts'
import { submitSmall } from '../support/job-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'
import { allowing, call, makeWebhook } from '../support/webhook-stage.ts'
import { darkroom, makeFolder } from './darkroom-program.ts'

const folder = await makeFolder()
const at = (...path: string[]) => join(folder.path, ...path)
const drill = (...args: string[]) => darkroom(['drill', ...args], { cwd: folder.path })

/** What a gateway left that made pictures, was refused some, lost one, has a job that waits and a receiver that takes nothing. */
let receiver: WebhookReceiver
let heardBefore: number
beforeAll(async () => {
  receiver = await startWebhookReceiver(503)
  const dataFolder = at('data')
  mkdirSync(dataFolder)
  const yaml = allowing([receiver])
  {
    await using gateway = await startTestGateway({ dataFolder, yaml })
    await makeWebhook(gateway, { url: `${receiver.url}/` })
    const { projects } = (await call<{ projects: { id: string }[] }>(asAdmin(gateway), 'GET', '/v2/projects')).json
    const budget = { project_id: projects[0]!.id, name: 'all', period: 'total', limit_usd: '5', book: 'sandbox' }
    expect(await call(asAdmin(gateway), 'POST', '/v2/budgets', budget)).toMatchObject({ status: 201 })
    for (const [at, faults] of ['', '', 'status=400', 'cut=60%', 'reset-before-headers'].entries())
      await seeReply(postGeneration(gateway, { prompt: promptWith(faults, `fox ${at}`) }))
    await submitSmall(gateway, {}, { start_at: new Date(Date.now() + 3_600_000).toISOString() })
    await submitSmall(gateway)
    await receiver.has(1)
  }
  heardBefore = receiver.received.length
  await backup(dataFolder, at('backup'), systemClock)
})
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const asAdmin = ({ url, adminToken }: { url: string; adminToken: string }) => ({
  fetch: (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${adminToken}` } }),
})

/** The same data after somebody worked on its database by hand. */
function spoiled(name: string, statements: string): string {
  cpSync(at('data'), at(name), { recursive: true })
  const database = new DatabaseSync(dataFolderPaths(at(name)).database)
  database.exec(`pragma foreign_keys = off; ${statements}`)
  database.close()
  return at(name)
}

const sumOfNothing = (span: string) =>
  `insert into ledger_sums (span, from_ms, n, day, project_id, route_id, route_owner, model, book, calls, images, charged_nanos, lost_nanos, invoiced_nanos)
   values ('${span}', 0, 1, '1970-01-01', 'prj', 'r', 'o', 'm', 'sandbox', 1, 1, 5, 0, 5)`

const changes = {
  costs: 'update attempts set cost_nanos = cost_nanos + 1 where id = (select min(id) from attempts where cost_nanos > 0)',
  reservations: "drop trigger ledger_entries_are_never_deleted; delete from ledger_entries where kind = 'release'",
  holds: "update attempts set state = 'rejected', cost_nanos = 0 where state = 'unknown'",
  'orphaned money': 'delete from attempts where id = (select min(id) from attempts where cost_nanos > 0)',
  'budgets set aside': 'update budget_periods set reserved_nanos = reserved_nanos + 1',
  'closed hours': sumOfNothing('hour'),
  'closed days': sumOfNothing('day'),
  'budgets spent': 'update budget_periods set spent_nanos = spent_nanos + 1',
  'orphaned calls': "update attempts set generation_id = 'gone' where id = (select min(id) from attempts)",
  'running generations': "update generations set status = 'running', completed_at_ms = null where id = (select min(id) from generations)",
  generations: 'update generations set settled_nanos = settled_nanos + 1 where id = (select min(id) from generations)',
  objects: "delete from objects where sha256 = (select min(sha256) from images where storage = 'stored')",
}

describe('darkroom drill', () => {
  it('restores a backup, starts on it, finds that everything holds, calls nobody and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await drill('backup')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Restored as of 20\S+: \d+ generations, \d+ pictures, every byte compared\.\n/)
    expect(stdout.match(/^ok {6}/gm)!.length).toBeGreaterThanOrEqual(11)
    expect(stdout).toMatch(/kept objects read, \d+ MiB, all as they were\nThis backup can be lived from\.\n$/)
    // Whatever waits in it was sent to nobody.
    expect(receiver.received.length).toBe(heardBefore)
    expect(readdirSync(folder.path).sort()).toEqual(['backup', 'data'])
  })

  it('leaves the data folder where it is told to, and says all of it as JSON', async () => {
    const { code, stdout } = await drill('backup', '--into', 'restored', '--json')
    expect(code).toBe(0)
    const { manifest, findings } = JSON.parse(stdout)
    expect(findings.map(({ level }: { level: string }) => level)).toEqual(findings.map(() => 'ok'))
    await using database = await openedDatabase(at('restored'))
    const [rows] = await database.readAll([database.sql.selectFrom('generations').select('id')])
    expect(rows).toHaveLength(manifest.rows.generations)
  })

  it('says what does not hold in a backup that is whole but wrong, and by how much', async () => {
    await backup(spoiled('wrong-data', `${changes.costs}; ${changes.objects}`), at('wrong'), systemClock)
    const { code, stdout } = await drill('wrong')
    expect(code).toBe(1)
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/ERROR costs: it does not hold that .*: att_\w+ is \$0\.\d+, should be \$0\.\d+/)
    expect(stdout).toMatch(/^ERROR {3}objects: /m)
    expect(stdout).toMatch(/This backup cannot be trusted\.\n$/)
  })

  it('refuses a backup in which a byte of a picture was changed, and names the picture', async () => {
    cpSync(at('backup'), at('flipped'), { recursive: true, verbatimSymlinks: true })
    const [picture] = readdirSync(at('flipped', 'objects'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.png'))
    const bytes = readFileSync(at('flipped', 'objects', picture!))
    bytes[bytes.length - 20]! ^= 1
    writeFileSync(at('flipped', 'objects', picture!), bytes)
    const { code, stderr } = await drill('flipped')
    expect(code).toBe(1)
    expect(stderr).toContain(picture!.split('/').at(-1)!.split('.')[0])
  })

  it('is misused without a backup', async () => {
    expect((await drill()).code).toBe(2)
  })
})

describe('auditBooks', () => {
  it('finds that everything holds of what gateways left, and has a change below for each thing that must', async () => {
    await using database = await openedDatabase(at('data'))
    const findings = await auditBooks({ database })
    expect(findings.filter(({ wrong }) => wrong.length > 0)).toEqual([])
    expect(findings.map(({ name }) => name).sort()).toEqual(Object.keys(changes).sort())
  })

  it.each(Object.entries(changes))('says that %s do not hold where somebody changed them', async (name, statement) => {
    await using database = await openedDatabase(spoiled(`changed-${name.replaceAll(' ', '-')}`, statement))
    const findings = await auditBooks({ database })
    expect(findings.filter(({ wrong }) => wrong.length > 0).map((finding) => finding.name)).toContain(name)
  })
})

async function openedDatabase(dataFolder: string) {
  const database = await openSqliteDatabase({ path: dataFolderPaths(dataFolder).database, clock: systemClock })
  return { ...database, sql: database.sql, readAll: database.readAll.bind(database), [Symbol.asyncDispose]: () => database.close() }
}
