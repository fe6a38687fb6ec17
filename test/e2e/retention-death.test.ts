import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, it } from 'vitest'
import type { FailPointName } from '../../src/primitives/fail-point-names.ts'
import { answered, type CrashStage, everyRecord, openCrashStage, startAndDie } from '../support/crash-stage.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { ledgerLines, smallCall } from '../support/generation-calls.ts'
import type { TestGateway } from '../support/test-gateway.ts'
import { makeFile } from '../support/two-tenants.ts'
import { rehash, tidy, untidiness } from './data-folder-state.ts'

async function generate(gateway: Pick<GatewayProcess, 'fetch'>): Promise<string> {
  const body = JSON.stringify(smallCall)
  const headers = { 'content-type': 'application/json', 'x-darkroom-route': 'upstream' }
  const answer = await gateway.fetch('/v1/images/generations', { method: 'POST', body, headers })
  await answer.arrayBuffer()
  return answer.headers.get('x-darkroom-generation')!
}

const adminToken = async ({ dataFolder }: GatewayProcess) => (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim()

const deletion = (gateway: Pick<GatewayProcess, 'fetch'>, id: string) => gateway.fetch(`/v2/generations/${id}/images`, { method: 'DELETE' })

/** Makes a picture and deletes it on a gateway that dies at the fail point. @returns what its caller was answered, or null */
async function dieDeleting(stage: CrashStage, failPoint: FailPointName): Promise<string | null> {
  await using gateway = await stage.start(`${failPoint}:1:kill`)
  const seen = await answered(deletion(gateway, await generate(gateway)))
  const end = await Promise.race([gateway.ended, wait(10_000, null)])
  if (end?.signal !== 'SIGKILL') throw new Error(`expected a death at ${failPoint}, found ${seen?.slice(0, 300)}`)
  return seen
}

const isDeleted = async (next: TestGateway) => (await everyRecord(next))[0]!.images[0]!.deleted_at !== null

describe.concurrent('a gateway killed while it deletes', () => {
  it('before the deletion is on disk: the picture is there, and nobody was told otherwise', async ({ expect }) => {
    await using stage = await openCrashStage()
    expect(await dieDeleting(stage, 'delete_before_record')).toBeNull()
    await using next = await stage.startNext()
    expect(await isDeleted(next)).toBe(false)
    expect(await untidiness(next)).toEqual(tidy)
    expect((await rehash(stage.dataFolder)).files).toBe(1)
  })

  it.for(['delete_after_record', 'object_before_remove', 'object_after_remove', 'object_after_forget'] as const)(
    '%s: the next start removes what is left, and the money stays',
    async (failPoint, { expect }) => {
      await using stage = await openCrashStage()
      await dieDeleting(stage, failPoint)
      await using next = await stage.startNext()
      expect(await isDeleted(next)).toBe(true)
      expect(await untidiness(next)).toEqual(tidy)
      expect((await rehash(stage.dataFolder)).files).toBe(0)
      expect([...new Set((await ledgerLines(next)).map(({ kind }) => kind))]).toEqual(['reserve', 'release', 'settle'])
    },
  )

  it('twice, at two steps of one removal: the third start ends it', async ({ expect }) => {
    await using stage = await openCrashStage()
    await dieDeleting(stage, 'object_before_remove')
    expect(await startAndDie(stage, 'object_after_remove:1:kill')).toBe('it died')
    await using next = await stage.startNext()
    expect(await untidiness(next)).toEqual(tidy)
    expect((await rehash(stage.dataFolder)).files).toBe(0)
  })
})

describe.concurrent('a gateway killed while it puts', () => {
  it('a file nobody refers to yet: its bytes are removed by the next start, also by one that is killed at that', async ({ expect }) => {
    await using stage = await openCrashStage()
    {
      await using gateway = await stage.start('file_before_record:1:kill')
      await makeFile(gateway).catch(() => null)
      await gateway.ended
    }
    expect((await rehash(stage.dataFolder)).files).toBe(1)
    expect(await startAndDie(stage, 'left_put_before_remove:1:kill')).toBe('it died')
    await using next = await stage.startNext()
    expect((await rehash(stage.dataFolder)).files).toBe(0)
    expect(await untidiness(next)).toEqual(tidy)
  })
})

describe.concurrent('a gateway killed while it sweeps what is due', () => {
  it.for(['retention_before_expire', 'retention_after_expire'] as const)('%s: the next start goes on', async (failPoint, { expect }) => {
    await using stage = await openCrashStage()
    {
      await using first = await stage.startNext()
      const id = await generate({ fetch: (path, init) => first.fetch(path, init) })
      const { database } = first.gateway.parts
      const overdue = database.sql.updateTable('images').set({ delete_after_ms: 1, deletion_policy: 'gateway:1d' })
      await database.transact([{ query: overdue.where('generation_id', '=', id) }])
    }
    expect(await startAndDie(stage, `${failPoint}:1:kill`)).toBe('it died')
    await using next = await stage.startNext()
    expect(await isDeleted(next)).toBe(true)
    expect(await untidiness(next)).toEqual(tidy)
    expect((await rehash(stage.dataFolder)).files).toBe(0)
  })

  it.for([
    ['hold_before_change', 0],
    ['hold_after_change', 1],
  ] as const)('%s: a hold is there whole or not at all', async ([failPoint, count], { expect }) => {
    await using stage = await openCrashStage()
    {
      await using gateway = await stage.start(`${failPoint}:1:kill`)
      const subject_id = await generate(gateway)
      const body = JSON.stringify({ subject_id, reason: 'a claim' })
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${await adminToken(gateway)}` }
      await gateway.fetch('/v2/legal-holds', { method: 'POST', body, headers }).catch(() => null)
      await gateway.ended
    }
    await using next = await stage.startNext()
    expect((await everyRecord(next))[0]!.legal_holds).toHaveLength(count)
  })
})
