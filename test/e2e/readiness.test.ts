import { describe, expect, it } from 'vitest'
import { readinessChecks } from '../../src/flows/index.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const allOk = Object.fromEntries(readinessChecks.map((name) => [name, 'ok']))

async function readyz({ url }: TestGateway) {
  const response = await fetch(`${url}/readyz`)
  return { http: response.status, ...((await response.json()) as { status: string; reason?: string; checks: Record<string, string> }) }
}

/** Notes a step of the schema's history, as a release that knows it would. */
async function noteStep({ gateway }: TestGateway, id: string, breaking: 0 | 1): Promise<void> {
  const { database } = gateway.parts
  const row = { id, applied_at_ms: 1, sha256: 'f'.repeat(64), breaking }
  await database.transact([{ query: database.sql.insertInto('schema_migrations').values(row) }])
}

describe('GET /readyz', () => {
  it('names draining alone while the gateway waits for its calls', async () => {
    await using gateway = await startTestGateway()
    expect(await readyz(gateway)).toEqual({ http: 200, status: 'ready', checks: allOk })
    await gateway.gateway.parts.running.drain(0)
    const checks = { ...allOk, draining: 'shutting_down' }
    expect(await readyz(gateway)).toEqual({ http: 503, status: 'not_ready', reason: 'shutting_down', checks })
  })

  it('names store and spool where there is no room', async () => {
    await using gateway = await startTestGateway({ minimumFreeBytes: Number.MAX_SAFE_INTEGER })
    const checks = { ...allOk, store: 'storage_full', spool: 'storage_full' }
    expect(await readyz(gateway)).toEqual({ http: 503, status: 'not_ready', reason: 'storage_full', checks })
  })

  it('names the schema once a newer release has broken with this one, and not before', async () => {
    await using gateway = await startTestGateway()
    await noteStep(gateway, '999998-compatible', 0)
    expect(await readyz(gateway)).toMatchObject({ http: 200, checks: allOk })
    await noteStep(gateway, '999999-breaking', 1)
    const checks = { ...allOk, schema: 'schema_mismatch' }
    expect(await readyz(gateway)).toEqual({ http: 503, status: 'not_ready', reason: 'schema_mismatch', checks })
  })

  it('names the schema where a step is missing that this release needs', async () => {
    await using gateway = await startTestGateway()
    const { database } = gateway.gateway.parts
    await database.transact([{ query: database.sql.deleteFrom('schema_migrations').where('id', '=', '000001-foundation') }])
    expect(await readyz(gateway)).toMatchObject({ http: 503, reason: 'schema_mismatch' })
  })

  it('names the database when it is gone, and the process is alive all the same', async () => {
    await using gateway = await startTestGateway()
    await gateway.gateway.parts.database.close()
    const checks = { ...allOk, database: 'database_unavailable', schema: 'database_unavailable' }
    expect(await readyz(gateway)).toEqual({ http: 503, status: 'not_ready', reason: 'database_unavailable', checks })
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
  })
})
