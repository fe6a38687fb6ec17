import { expect, it } from 'vitest'
import { makeTestDatabase } from '../../src/db/test-postgres-databases.ts'
import { commandLine } from '../support/command-line.ts'
import { everyGeneration, generate, openStage } from '../support/gateway-stage.ts'

it('what a gateway had on disk and not on record when it was killed is booked by the one that starts after the move: nothing is held, nothing is paid twice', async () => {
  await using own = await makeTestDatabase()
  await using stage = await openStage()
  const call = { headers: { 'idempotency-key': 'once' } }
  const post = (gateway: { fetch(path: string, init?: RequestInit): Promise<Response> }) =>
    generate({ fetch: (path, init) => gateway.fetch(path, { ...init, headers: { ...(init!.headers as object), ...call.headers } }) }, {})
  await using first = await stage.start({ DARKROOM_FAIL_POINT: 'before_settle:1:kill' })
  await expect(post(first).then((answer) => answer.text())).rejects.toThrow()
  expect(await first.ended).toMatchObject({ signal: 'SIGKILL' })

  const environment = { DATABASE_URL: own.url, DATABASE_DURABILITY: 'provider' }
  const { code, stdout } = await commandLine(stage.dataFolder, environment).run('move', '--from', 'sqlite', '--to', 'postgres')
  expect([code, stdout]).toEqual([0, expect.stringContaining('every one compared on both sides')])

  await using next = await stage.start(environment)
  const [generation, ...others] = await everyGeneration(stage, next)
  expect(others).toEqual([])
  expect(generation).toMatchObject({ record: { status: 'completed' }, kinds: 'reserve release settle', held: 0n, upstreamCalls: 1 })
  expect(generation!.booked).toBe(generation!.invoiced)
  expect((await post(next)).status).toBe(200)
  expect(stage.sandbox.calls.posts()).toBe(1)
})
