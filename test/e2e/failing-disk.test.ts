import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rawQuery } from '../../src/db/index.ts'
import { failingDisk } from '../support/failing-disk.ts'
import { callsOf, invoiceOf, ledgerLines, postGeneration, promptWith, seeReply, settledRecord, sumOf } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const MIB = 1024 * 1024

/** What must hold of every call that was paid for, whatever the disk did: one call, booked for what it cost, and the whole answer. */
async function expectPaid(gateway: TestGateway, seen: Awaited<ReturnType<typeof seeReply>>) {
  expect(seen).toMatchObject({ status: 200, ending: 'whole', error: null })
  const record = await settledRecord(gateway, seen.generationId!)
  expect(callsOf(gateway, record.attempts[0]!.id)).toBe(1)
  const charged = invoiceOf(gateway, record.attempts[0]!.id).reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
  const lines = await ledgerLines(gateway, record.id)
  expect(sumOf(lines, 'settle')).toBe(charged)
  expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
  return record
}

/** What must hold of a call that was refused because of the disk: nothing was sent and nothing booked. */
async function expectRefused(gateway: TestGateway, call: () => Promise<Response>, error: { status: number; code: string }) {
  const before = { posts: gateway.gateway.sandbox!.calls.posts(), lines: await ledgerLines(gateway) }
  const { status, code } = error
  expect(await seeReply(call())).toMatchObject({ status, error: { code, outcome: 'not_charged' }, generationId: null })
  expect({ posts: gateway.gateway.sandbox!.calls.posts(), lines: await ledgerLines(gateway) }).toEqual(before)
}

const shapes: [string, object, Record<string, string>][] = [
  ['JSON', { n: 2, quality: 'high' }, {}],
  ['a stream with kept previews', { stream: true, partial_images: 2, quality: 'high' }, { 'x-darkroom-partials': 'store' }],
]

describe('a disk without room', () => {
  it.each(shapes)(
    'F51 at the n-th write of a call, for every n: refused before it is paid, or kept whole (%s)',
    async (_shape, change, headers) => {
      const clock = movedClock()
      await using gateway = await startTestGateway({ clock, environment: { DARKROOM_RESERVE_MIB: '1' } })
      const reserve = join(gateway.dataFolder, 'emergency-reserve')
      const reserveLaid = async () => {
        clock.move(3000)
        await gateway.gateway.parts.storageHealth.assertWritable()
        while ((await stat(reserve).catch(() => null))?.size !== MIB) await pause(2)
      }
      await reserveLaid()

      let kept = 0
      for (let n = 0; ; n++) {
        const call = () => postGeneration(gateway, { prompt: `write ${n}`, ...change }, { headers })
        clock.move(3000)
        using disk = await failingDisk(['write'], (_step, path, count) =>
          count >= n && path.startsWith(gateway.dataFolder) && path !== reserve && existsSync(reserve) ? 'ENOSPC' : null,
        )
        if (n === 0) {
          await expectRefused(gateway, call, { status: 507, code: 'storage_full' })
          continue
        }
        const record = await expectPaid(gateway, await seeReply(call()))
        for (const image of [...record.images, ...record.previews.images]) {
          const stored = await gateway.fetch(`/v2/images/${image.id}`)
          expect(sha256(Buffer.from(await stored.arrayBuffer()))).toBe(image.sha256)
        }
        expect(record.warnings.map(({ code }) => code)).not.toContain('not_stored')
        if (!disk.steps.some(({ failed }) => failed)) break
        kept++
        expect(existsSync(reserve)).toBe(false)
        disk[Symbol.dispose]()
        await reserveLaid()
      }
      expect(kept).toBeGreaterThan(1)
    },
  )

  it('F51 behind a paid call, with the reserve spent: the next one is refused until there is room for both', async () => {
    const clock = movedClock()
    await using gateway = await startTestGateway({ clock, environment: { DARKROOM_RESERVE_MIB: '1' } })
    const answer = postGeneration(gateway, { prompt: promptWith('latency=200') })
    while (gateway.gateway.sandbox!.calls.posts() === 0) await pause(1)
    using disk = await failingDisk(['write'], (_step, path) => (path.startsWith(gateway.dataFolder) ? 'ENOSPC' : null))
    const record = await expectPaid(gateway, await seeReply(answer))
    expect(record).toMatchObject({ images: [{ storage: 'not_stored' }], warnings: [{ code: 'not_stored' }] })
    await expectRefused(gateway, () => postGeneration(gateway), { status: 507, code: 'storage_full' })
    expect(await (await gateway.fetch('/readyz')).json()).toMatchObject({ status: 'not_ready', reason: 'storage_full' })
    disk[Symbol.dispose]()
    clock.move(3000)
    await expectPaid(gateway, await seeReply(postGeneration(gateway)))
  })
})

describe('a database without room', () => {
  it('F51 behind a paid call: the reserve is given free, and the call is booked as soon as there is room', async () => {
    await using gateway = await startTestGateway({ environment: { DARKROOM_RESERVE_MIB: '1' } })
    const { database, storageHealth } = gateway.gateway.parts
    const reserve = join(gateway.dataFolder, 'emergency-reserve')
    const sizeOfReserve = async () => (await stat(reserve).catch(() => null))?.size ?? null
    await storageHealth.assertWritable()
    while ((await sizeOfReserve()) !== MIB) await pause(2)
    const limitPages = (pages: number) => database.transact([{ query: rawQuery(`pragma max_page_count = ${pages}`) }])

    const answer = seeReply(postGeneration(gateway, { n: 10, prompt: promptWith('latency=300') }))
    while (gateway.gateway.sandbox!.calls.posts() === 0) await pause(1)
    // As many pages as there are; what ten pictures have to say needs more.
    await limitPages(1)
    while ((await sizeOfReserve()) !== null) await pause(2)
    await limitPages(1_000_000)
    const record = await expectPaid(gateway, await answer)
    expect(record.images.map(({ storage }) => storage)).toEqual(Array(10).fill('stored'))
  })
})

describe('a disk that fails', () => {
  it('F52 at the n-th flush of a call, for every n: no flush is made again, and nothing is bought before the next start', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-failing-disk-'))
    const refused = { status: 503, code: 'storage_unavailable' }
    const clock = movedClock()
    let gateway = await startTestGateway({ dataFolder, clock })
    const earlier = await expectPaid(gateway, await seeReply(postGeneration(gateway, { prompt: 'earlier' })))
    for (let n = 0, failed = true; failed; n++) {
      clock.move(3000)
      using disk = await failingDisk(['sync', 'datasync'], (_step, path, count) =>
        count === n && path.startsWith(dataFolder) ? 'EIO' : null,
      )
      if (n === 0) await expectRefused(gateway, () => postGeneration(gateway), refused)
      else await expectPaid(gateway, await seeReply(postGeneration(gateway, { prompt: `flush ${n}` })))
      disk[Symbol.dispose]()
      failed = disk.steps.some((step) => step.failed)
      if (!failed) expect(n).toBeGreaterThan(2)
      else {
        expect(disk.steps.slice(n + 1).filter(({ path }) => path === disk.steps[n]!.path)).toEqual([])
        clock.move(3000)
        await expectRefused(gateway, () => postGeneration(gateway), refused)
        const again = await seeReply(postGeneration(gateway))
        expect([again.error!.next_action, again.headers.get('x-should-retry')]).toEqual(['human', 'false'])
        expect(await (await gateway.fetch('/readyz')).json()).toMatchObject({ status: 'not_ready', reason: 'storage_unavailable' })
        expect((await gateway.fetch(`/v2/images/${earlier.images[0]!.id}`)).status).toBe(200)
        await gateway.close()
        gateway = await startTestGateway({ dataFolder, clock })
      }
    }
    await gateway.close()
    await rm(dataFolder, { recursive: true })
  })
})
