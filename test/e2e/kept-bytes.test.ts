import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Scrubber, type VerifiedObjects } from '../../src/flows/index.ts'
import { callAs } from '../support/admin-calls.ts'
import { callsOf, invoiceOf, ledgerLines, postGeneration, promptWith, readRecord, seeReply, sumOf } from '../support/generation-calls.ts'
import { noisePicture, sha256 } from '../support/picture-bytes.ts'
import { openSocket, rawRequest } from '../support/raw-http.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { tidy, untidiness } from './data-folder-state.ts'
import { from, room, send } from './raw-edits.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

/** A picture that was made and kept, and the file that holds it. */
async function keptPicture(prompt: string) {
  const seen = await seeReply(postGeneration(gateway, { prompt }))
  const record = await readRecord(gateway, seen.generationId!)
  const [image] = record.images
  const file = join(gateway.dataFolder, 'objects', image!.storage_pointer!.path)
  return { record, imageId: image!.id, hash: image!.sha256, file, bytes: await readFile(file), prompt }
}

const read = (imageId: string, headers: Record<string, string> = {}, method = 'GET') =>
  gateway.fetch(`/v2/images/${imageId}`, { method, headers })

async function verify(): Promise<VerifiedObjects> {
  return (await callAs<VerifiedObjects>(gateway, gateway.adminToken, 'POST', '/v2/objects/verify')).json
}

async function alarms(reason: string): Promise<number> {
  const metrics = await (await gateway.fetch('/metrics', { headers: { authorization: `Bearer ${gateway.adminToken}` } })).text()
  return Number(new RegExp(`darkroom_objects_unreadable_total{reason="${reason}"} (\\d+)`).exec(metrics)?.[1] ?? 0)
}

/** Everything that may not change because bytes cannot be read. */
async function booked(generationId: string) {
  return {
    lines: await ledgerLines(gateway),
    record: await readRecord(gateway, generationId),
    posts: gateway.gateway.sandbox!.calls.posts(),
  }
}

const damages = [
  {
    claim: 'F60 a bit that flipped in a kept picture',
    harm: ({ file, bytes }: { file: string; bytes: Buffer }) => {
      const flipped = Buffer.from(bytes)
      flipped[bytes.length >> 1]! ^= 1
      return writeFile(file, flipped)
    },
    seen: { status: 500, error: { code: 'integrity_error', outcome: 'not_charged', next_action: 'human' } },
    reason: 'damaged' as const,
  },
  {
    claim: 'F60 a kept picture that was cut short',
    harm: ({ file, bytes }: { file: string; bytes: Buffer }) => writeFile(file, bytes.subarray(0, 100)),
    seen: { status: 500, error: { code: 'integrity_error', outcome: 'not_charged', next_action: 'human' } },
    reason: 'damaged' as const,
  },
  {
    claim: 'F62 a kept picture whose file was removed',
    harm: ({ file }: { file: string }) => rm(file),
    seen: { status: 410, error: { code: 'object_missing', outcome: 'not_charged', next_action: 'human' } },
    reason: 'missing' as const,
  },
]

describe('kept bytes that are not what they were', () => {
  it.each(damages)(
    '$claim: no byte of it is served or sent on, the alarm is raised, the row is kept',
    async ({ claim, harm, seen, reason }) => {
      const picture = await keptPicture(claim)
      expect(await verify()).toMatchObject({ missing: [], damaged: [], next: null })
      const [before, alarmsBefore] = [await booked(picture.record.id), await alarms(reason)]
      await harm(picture)

      expect(await seeReply(read(picture.imageId))).toMatchObject(seen)
      expect(await seeReply(read(picture.imageId, { range: 'bytes=0-9' }))).toMatchObject(seen)
      expect((await read(picture.imageId, {}, 'HEAD')).status).toBe(seen.status)
      expect(await seeReply(send(gateway, from({ file_id: picture.imageId })))).toMatchObject(seen)
      expect(await alarms(reason)).toBe(alarmsBefore + 4)
      const { checked, ...found } = await verify()
      expect(found).toMatchObject({ missing: [], damaged: [], [reason]: [picture.hash], next: null })
      expect(checked).toBeGreaterThan(0)
      expect(await booked(picture.record.id)).toEqual(before)

      // The same bytes made once more, or brought back from a backup, heal it.
      await seeReply(postGeneration(gateway, { prompt: picture.prompt }))
      const healed = await read(picture.imageId)
      expect(Buffer.from(await healed.arrayBuffer())).toEqual(picture.bytes)
      expect(await verify()).toMatchObject({ missing: [], damaged: [] })
    },
  )
})

describe('kept bytes that nobody asks for', () => {
  it('F60 are looked through round by round, so that damage is found before somebody needs them', async () => {
    await using fresh = await startTestGateway()
    const { parts } = fresh.gateway
    const seen = await seeReply(postGeneration(fresh))
    const { storage_pointer: kept } = (await readRecord(fresh, seen.generationId!)).images[0]!
    const file = join(fresh.dataFolder, 'objects', kept!.path)
    await writeFile(file, (await readFile(file)).reverse())
    const scrubber = new Scrubber()
    const counted = async () => /darkroom_objects_unreadable_total{reason="damaged"} (\d+)/.exec(await parts.metrics.render())?.[1]
    // The first round begins anywhere and may end behind the object; the second begins at the front.
    for (let round = 0; round < 2 && (await counted()) === undefined; round++) await scrubber.work(parts)
    expect(await counted()).toBe('1')
  })
})

describe('bytes that are deleted while somebody uses them', () => {
  it('F75 a file deleted during the edit that it is used in: the edit ends, is paid for and keeps its input', async () => {
    const file = await gateway.client().files.create({ file: await toFile(room, 'room.png', { type: 'image/png' }), purpose: 'vision' })
    const running = seeReply(
      send(gateway, { json: { prompt: promptWith('latency=300', 'deleted meanwhile'), images: [{ file_id: file.id }] } }),
    )
    while (gateway.gateway.parts.running.size === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    expect((await gateway.client().files.delete(file.id)).deleted).toBe(true)
    const seen = await running
    expect(seen.status).toBe(200)
    const record = await readRecord(gateway, seen.generationId!)
    expect(record.request_shape.input_images).toMatchObject([{ sha256: sha256(room) }])
    expect(sumOf(await ledgerLines(gateway, record.id), 'settle')).toBe(BigInt(invoiceOf(gateway, record.attempts[0]!.id)[0]!.nanos))
    expect(callsOf(gateway, record.attempts[0]!.id)).toBe(1)
    expect(await untidiness(gateway)).toEqual(tidy)
  })

  it('F75 a file deleted while it is downloaded: who has begun gets every byte, who comes later gets none', async () => {
    const bytes = await noisePicture(2000, 2000)
    const file = await gateway.client().files.create({ file: await toFile(bytes, 'noise.png', { type: 'image/png' }), purpose: 'vision' })
    const path = `/v1/files/${file.id}/content`
    const socket = await openSocket(gateway.url)
    socket.write(rawRequest(`GET ${path}`, { Host: 'localhost', Authorization: `Bearer ${gateway.key}`, Connection: 'close' }, ''))
    const pieces: Buffer[] = []
    socket.on('data', (piece: Buffer) => pieces.push(piece))
    await once(socket, 'data')
    socket.pause()
    await gateway.client().files.delete(file.id)
    expect((await gateway.fetch(path)).status).toBe(404)
    socket.resume()
    await once(socket, 'close')
    const answer = Buffer.concat(pieces)
    expect(sha256(answer.subarray(answer.indexOf('\r\n\r\n') + 4))).toBe(sha256(bytes))
    expect(await untidiness(gateway)).toEqual(tidy)
  })
})

describe('what a process keeps beside the database and the pictures', () => {
  it('F78 is worth nothing: without it the next start shows the same records, pictures and money', async () => {
    const first = await startTestGateway()
    const seen = await seeReply(postGeneration(first))
    await seeReply(postGeneration(first, { prompt: promptWith('reset-before-headers') }))
    const before = { record: await readRecord(first, seen.generationId!), lines: await ledgerLines(first) }
    const { dataFolder, key } = first
    await first.gateway.close()
    for (const name of ['spool', 'owner.json', 'owner.lock', 'objects/incoming', 'default-key'])
      await rm(join(dataFolder, name), { recursive: true, force: true })
    await writeFile(join(dataFolder, 'default-key'), `${key}\n`)

    const next = await startTestGateway({ dataFolder })
    expect({ record: await readRecord(next, seen.generationId!), lines: await ledgerLines(next) }).toEqual(before)
    const picture = await next.fetch(`/v2/images/${before.record.images[0]!.id}`)
    expect(sha256(Buffer.from(await picture.arrayBuffer()))).toBe(before.record.images[0]!.sha256)
    expect((await postGeneration(next)).status).toBe(200)
    await next.close()
    await rm(dataFolder, { recursive: true })
  })
})
