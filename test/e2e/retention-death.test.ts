import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, it } from 'vitest'
import type { FailPointName } from '../../src/primitives/fail-point-names.ts'
import { type CrashStage, everyRecord, openCrashStage, startAndDie } from '../support/crash-stage.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { ledgerLines, smallCall } from '../support/generation-calls.ts'
import type { TestGateway } from '../support/test-gateway.ts'
import { makeFile } from '../support/two-tenants.ts'
import { rehash, tidy, untidiness } from './data-folder-state.ts'

let words = 0
/** A picture that no other call has. */
async function generate(gateway: Pick<GatewayProcess, 'fetch'>): Promise<string> {
  const body = JSON.stringify({ ...smallCall, prompt: `a fox, ${words++}` })
  const headers = { 'content-type': 'application/json', 'x-darkroom-route': 'upstream' }
  const answer = await gateway.fetch('/v1/images/generations', { method: 'POST', body, headers })
  await answer.arrayBuffer()
  return answer.headers.get('x-darkroom-generation')!
}

const adminToken = async ({ dataFolder }: GatewayProcess) => (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim()

const deletion = (gateway: Pick<GatewayProcess, 'fetch'>, id: string) => gateway.fetch(`/v2/generations/${id}/images`, { method: 'DELETE' })

/** Does something on a gateway that dies of it. */
async function dieOf(stage: CrashStage, failPoint: FailPointName, work: (gateway: GatewayProcess) => Promise<unknown>): Promise<void> {
  await using gateway = await stage.start(`${failPoint}:1:kill`)
  const answer = await work(gateway).catch(() => null)
  const end = await Promise.race([gateway.ended, wait(10_000, null)])
  if (end?.signal !== 'SIGKILL') throw new Error(`expected a death at ${failPoint}, found ${JSON.stringify(answer)}`)
}

const makeAndDelete = async (gateway: GatewayProcess) => (await deletion(gateway, await generate(gateway))).json()
const areDeleted = async (next: TestGateway) => (await everyRecord(next)).map(({ images }) => images[0]!.deleted_at !== null)

async function placeHold(gateway: GatewayProcess): Promise<unknown> {
  const body = JSON.stringify({ subject_id: await generate(gateway), reason: 'a claim' })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await adminToken(gateway)}` }
  return (await gateway.fetch('/v2/legal-holds', { method: 'POST', body, headers })).json()
}

describe.concurrent('gateways killed one after the other', () => {
  it('at every step of a deletion: what was on disk is done by the next, what was not is not done, the money stays', async ({ expect }) => {
    await using stage = await openCrashStage()
    await dieOf(stage, 'object_after_forget', makeAndDelete)
    await dieOf(stage, 'delete_before_record', makeAndDelete)
    await dieOf(stage, 'delete_after_record', makeAndDelete)
    // What that one left is met by the next ones at their start.
    for (const failPoint of ['object_before_remove', 'object_after_remove'])
      expect(await startAndDie(stage, `${failPoint}:1:kill`)).toBe('it died')
    await using next = await stage.startNext()
    expect(await areDeleted(next)).toEqual([true, false, true])
    expect(await untidiness(next)).toEqual(tidy)
    expect((await rehash(stage.dataFolder)).files).toBe(1)
    expect((await ledgerLines(next)).filter(({ kind }) => kind === 'settle').length).toBeGreaterThanOrEqual(3)
  })

  it('at every step of a sweep of what is due: the next goes on', async ({ expect }) => {
    await using stage = await openCrashStage()
    {
      await using first = await stage.startNext()
      const { database } = first.gateway.parts
      for (let made = 0; made < 2; made++) await generate(first)
      const overdue = database.sql.updateTable('images').set({ delete_after_ms: 1, deletion_policy: 'gateway:1d' })
      await database.transact([{ query: overdue }])
    }
    for (const failPoint of ['retention_before_expire', 'retention_after_expire'])
      expect(await startAndDie(stage, `${failPoint}:1:kill`)).toBe('it died')
    await using next = await stage.startNext()
    expect(await areDeleted(next)).toEqual([true, true])
    expect(await untidiness(next)).toEqual(tidy)
    expect((await rehash(stage.dataFolder)).files).toBe(0)
  })

  it('around a hold and within an upload: a hold is there whole or not at all, bytes of nobody are removed', async ({ expect }) => {
    await using stage = await openCrashStage()
    await dieOf(stage, 'hold_before_change', placeHold)
    await dieOf(stage, 'hold_after_change', placeHold)
    await dieOf(stage, 'file_before_record', makeFile)
    expect((await rehash(stage.dataFolder)).files).toBe(3)
    expect(await startAndDie(stage, 'left_put_before_remove:1:kill')).toBe('it died')
    await using next = await stage.startNext()
    expect((await everyRecord(next)).map(({ legal_holds }) => legal_holds.length)).toEqual([0, 1])
    expect(await untidiness(next)).toEqual(tidy)
    expect((await rehash(stage.dataFolder)).files).toBe(2)
  })
})
