import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { toFile } from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dataFolderPaths } from '../../src/db/index.ts'
import { diagnose } from '../../src/flows/index.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { damage, startS3, type TestS3 } from '../../src/store/s3-test-kit.ts'
import { makeFolder } from '../cli/darkroom-program.ts'
import { scene } from '../support/edit-pictures.ts'
import { startGatewayProcess } from '../support/gateway-process.ts'
import {
  callsOf,
  invoiceOf,
  ledgerLines,
  postGeneration,
  promptWith,
  readRecord,
  seeReply,
  smallCall,
  sumOf,
} from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/test-gateway.ts'
import { keyOfAnotherProject } from './another-project.ts'

let s3: TestS3
beforeEach(async () => {
  s3 = await startS3()
})
afterEach(() => s3.close())

/** A gateway of this bucket that does not wait long for it. */
const startWithBucket = ({ environment, ...options }: TestGatewayOptions = {}) =>
  startTestGateway({
    s3: { patience: { answerTimeoutMs: 2_000, retryPausesMs: [10] }, deliverEveryMs: 50 },
    environment: { ...s3.environment, ...environment },
    ...options,
  })

/** Names of objects in the bucket whose bytes are others than their names say: those that the server is still writing among them. */
async function wrongInBucket(): Promise<string[]> {
  const keys = (await s3.keys()).filter((key) => key !== 'darkroom-probe')
  const judged = await Promise.all(keys.map(async (key) => sha256(await readFile(s3.fileOf(key))) === basename(key, '.png')))
  return keys.filter((_, index) => !judged[index])
}

/** Paths of all objects on record, by store. */
async function onRecord({ gateway }: TestGateway, store: string): Promise<string[]> {
  const { database } = gateway.parts
  const rows = await database.read(database.sql.selectFrom('objects').select('path').where('store', '=', store))
  return rows.map(({ path }) => path).sort()
}

async function expectPaidOnce(gateway: TestGateway, generationId: string): Promise<void> {
  const record = await readRecord(gateway, generationId)
  const [attempt] = record.attempts
  expect([record.status, record.attempts.length, callsOf(gateway, attempt!.id)]).toEqual(['completed', 1, 1])
  const charged = invoiceOf(gateway, attempt!.id).reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
  expect(sumOf(await ledgerLines(gateway, generationId), 'settle')).toBe(charged)
}

/** Reads every picture of a generation and compares it with its record. */
async function expectReadable(gateway: Pick<TestGateway, 'fetch'>, generationId: string): Promise<void> {
  const { images } = (await (await gateway.fetch(`/v2/generations/${generationId}`)).json()) as { images: { id: string; sha256: string }[] }
  expect(images.length).toBeGreaterThan(0)
  for (const image of images) {
    const answer = await gateway.fetch(`/v2/images/${image.id}`)
    expect([answer.status, sha256(Buffer.from(await answer.arrayBuffer()))]).toEqual([200, image.sha256])
  }
}

describe('a bucket that goes down and comes back', () => {
  it('F89 loses nothing, nothing is paid twice, and nothing new is bought meanwhile', async () => {
    const clock = movedClock()
    await using gateway = await startWithBucket({ clock })
    const posts = () => gateway.gateway.sandbox!.calls.posts()
    const before = await seeReply(postGeneration(gateway, { prompt: 'before' }))
    const under = Array.from({ length: 6 }, (_, n) =>
      seeReply(postGeneration(gateway, { prompt: promptWith('latency=400', `under way ${n}`), n: 2, stream: n % 2 === 0 })),
    )
    await expect.poll(posts).toBe(7)
    await s3.goDown()
    const answered = await Promise.all(under)
    const ids = [before, ...answered].map(({ generationId }) => generationId!)
    for (const seen of answered) expect(seen).toMatchObject({ status: 200, ending: 'whole', error: null })
    for (const id of ids) await expectPaidOnce(gateway, id)
    for (const id of ids.slice(1)) await expectReadable(gateway, id)

    clock.move(3_000)
    const lines = await ledgerLines(gateway)
    const refused = await seeReply(postGeneration(gateway, { prompt: 'meanwhile' }))
    expect(refused).toMatchObject({ status: 503, error: { code: 'storage_unavailable', outcome: 'not_charged' } })
    expect([posts(), (await ledgerLines(gateway)).length]).toEqual([7, lines.length])
    expect((await gateway.fetch('/readyz')).status).toBe(503)

    await s3.comeBack()
    const kept = await onRecord(gateway, 's3')
    expect(kept).toHaveLength(13)
    await expect.poll(async () => (await s3.keys()).filter((key) => key !== 'darkroom-probe'), { timeout: 10_000 }).toEqual(kept)
    await expect.poll(wrongInBucket).toEqual([])
    for (const id of ids) await expectReadable(gateway, id)
    clock.move(3_000)
    expect((await seeReply(postGeneration(gateway, { prompt: 'after' }))).status).toBe(200)
    expect((await gateway.fetch('/readyz')).status).toBe(200)
  })

  it('F90 gets what waited for it from the next start where the process is killed meanwhile', async () => {
    await using upstream = await startSandbox({ flat: true, latencyMs: 0 })
    await using folder = await makeFolder()
    const start = () => startGatewayProcess({ dataFolder: folder.path, upstreamUrl: upstream.url, environment: { ...s3.environment } })
    const first = await start()
    const call = (prompt: string) =>
      first.fetch('/v1/images/generations', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-image-2', prompt, size: '1024x640', quality: 'low' }),
      })
    await (await call('warms up')).text()
    const underWay = [1, 2, 3].map(async (n) => seeReply(await call(promptWith('latency=500', `picture ${n}`))))
    await expect.poll(() => upstream.calls.posts()).toBe(4)
    await s3.goDown()
    const ids = (await Promise.all(underWay)).map(({ generationId }) => generationId!)
    expect(await first.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })

    await using second = await start()
    for (const id of ids) await expectReadable(second, id)
    await s3.comeBack()
    await expect.poll(async () => (await s3.keys()).filter((key) => key !== 'darkroom-probe').length, { timeout: 15_000 }).toBe(4)
    await expect.poll(wrongInBucket).toEqual([])
    for (const id of ids) await expectReadable(second, id)
    expect(upstream.calls.posts()).toBe(4)
  })

  it('loses a file that was given up meanwhile once it is back', async () => {
    await using gateway = await startWithBucket()
    const client = gateway.client()
    const file = await client.files.create({ file: await toFile(scene(128, 80, 1), 'room.png', { type: 'image/png' }), purpose: 'vision' })
    expect(await s3.keys()).toHaveLength(2)
    await s3.goDown()
    expect((await client.files.delete(file.id)).deleted).toBe(true)
    expect((await gateway.fetch(`/v1/files/${file.id}/content`)).status).toBe(404)
    await s3.comeBack()
    await expect.poll(() => s3.keys()).toEqual(['darkroom-probe'])
  })
})

describe('a picture that is deleted', () => {
  it('is gone from its bucket with the sweep, also where the bucket is away, and is never delivered if it waited for it', async () => {
    const clock = movedClock()
    await using gateway = await startWithBucket({ clock })
    const make = async (prompt: string) => (await seeReply(postGeneration(gateway, { prompt }))).generationId!
    const kept = async () => (await s3.keys()).filter((key) => key !== 'darkroom-probe')
    const remove = async (id: string) => {
      expect((await gateway.fetch(`/v2/generations/${id}/images`, { method: 'DELETE' })).status).toBe(200)
      const { images } = await readRecord(gateway, id)
      for (const image of images) expect((await gateway.fetch(`/v2/images/${image.id}`)).status).toBe(410)
      await gateway.gateway.parts.retentionRounds.run()
    }
    const [first, second, third] = [await make('first'), await make('second'), await make('third')]
    expect(await kept()).toHaveLength(3)
    await remove(first)
    expect(await kept()).toHaveLength(2)

    const waits = seeReply(postGeneration(gateway, { prompt: promptWith('latency=400', 'waits') }))
    await expect.poll(() => gateway.gateway.sandbox!.calls.posts()).toBe(4)
    await s3.goDown()
    const waiting = (await waits).generationId!
    await expectReadable(gateway, waiting)
    await remove(second)
    await remove(waiting)
    s3.requests.length = 0
    await s3.comeBack()
    const [left] = (await readRecord(gateway, third)).images
    await expect.poll(kept, { timeout: 10_000 }).toEqual([expect.stringContaining(left!.sha256)])
    expect(s3.requests.filter(({ call }) => call.startsWith('PUT') && !call.includes('darkroom-probe'))).toEqual([])
    expect(await onRecord(gateway, 's3')).toHaveLength(1)
    await expectReadable(gateway, third)
  })

  it('is gone from the folder that it was kept in before the bucket', async () => {
    await using folder = await makeFolder()
    const id = await (async () => {
      await using before = await startTestGateway({ dataFolder: folder.path })
      return (await seeReply(postGeneration(before))).generationId!
    })()
    await using gateway = await startWithBucket({ dataFolder: folder.path })
    await expectReadable(gateway, id)
    expect(await onRecord(gateway, 'folder')).toHaveLength(1)
    const file = join(dataFolderPaths(folder.path).objects, (await readRecord(gateway, id)).images[0]!.storage_pointer!.path)
    expect(existsSync(file)).toBe(true)
    expect((await gateway.fetch(`/v2/generations/${id}/images`, { method: 'DELETE' })).status).toBe(200)
    await gateway.gateway.parts.retentionRounds.run()
    expect([await onRecord(gateway, 'folder'), existsSync(file)]).toEqual([[], false])
  })
})

describe('a gateway that moves to a bucket', () => {
  it('reads what it kept in its folder before, and keeps what is new in the bucket; both say so', async () => {
    const folder = await makeFolder()
    await using _ = folder
    const old = await startTestGateway({ dataFolder: folder.path })
    const earlier = await seeReply(postGeneration(old, { prompt: 'earlier' }))
    await old.close()
    await using gateway = await startWithBucket({ dataFolder: folder.path })
    const later = await seeReply(postGeneration(gateway, { prompt: 'later' }))
    for (const { generationId } of [earlier, later]) await expectReadable(gateway, generationId!)
    const stores = await Promise.all(
      [earlier, later].map(async ({ generationId }) => (await readRecord(gateway, generationId!)).images[0]!.storage_pointer!.store),
    )
    expect(stores).toEqual(['folder', 's3'])
    const ids = await Promise.all(
      [earlier, later].map(async ({ generationId }) => (await readRecord(gateway, generationId!)).images[0]!.id),
    )
    const edit = { ...smallCall, prompt: 'a lamp', images: ids.map((id) => ({ file_id: id })) }
    const headers = { 'content-type': 'application/json' }
    const edited = await seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: JSON.stringify(edit), headers }))
    expect(edited).toMatchObject({ status: 200, error: null })
    await expectReadable(gateway, edited.generationId!)
    expect((await s3.keys()).filter((key) => key !== 'darkroom-probe')).toEqual(await onRecord(gateway, 's3'))
  })

  it('F91 is told by doctor when it lost the way to its bucket, or may not write there', async () => {
    await using folder = await makeFolder()
    const first = await startWithBucket({ dataFolder: folder.path })
    await seeReply(postGeneration(first))
    await first.close()
    const without = await startTestGateway({ dataFolder: folder.path })
    const stranded = await diagnose(without.gateway.parts, { live: false })
    await without.close()
    expect(stranded.find(({ name }) => name === 'stored objects')).toMatchObject({ level: 'error', found: /1 objects are in the store s3/ })

    await using wrong = await startWithBucket({ dataFolder: folder.path, environment: { S3_BUCKET: 'nowhere' } })
    const storage = (await diagnose(wrong.gateway.parts, { live: false })).find(({ name }) => name === 'storage')
    expect(storage).toMatchObject({ level: 'error', found: /404 NoSuchBucket.*S3_BUCKET/ })
  })
})

describe('reading from a bucket', () => {
  /** A picture in the bucket and where it is read. */
  async function picture(gateway: TestGateway) {
    const seen = await seeReply(postGeneration(gateway))
    const [image] = (await readRecord(gateway, seen.generationId!)).images
    return { id: image!.id, hash: image!.sha256, path: image!.storage_pointer!.path, bytes: image!.bytes, at: `/v2/images/${image!.id}` }
  }

  it('goes through the gateway: ranges, entity tags, and a refusal of bytes that are others', async () => {
    await using gateway = await startWithBucket()
    const { at, hash, path, bytes } = await picture(gateway)
    const whole = Buffer.from(await (await gateway.fetch(at)).arrayBuffer())
    const part = await gateway.fetch(at, { headers: { range: 'bytes=10-19' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes}`])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(10, 20))
    expect((await gateway.fetch(at, { headers: { 'if-none-match': `"${hash}"` } })).status).toBe(304)
    await damage(s3, path, Buffer.alloc(bytes))
    expect(await seeReply(gateway.fetch(at))).toMatchObject({ status: 500, error: { code: 'integrity_error' } })
    await rm(s3.fileOf(path))
    expect(await seeReply(gateway.fetch(at))).toMatchObject({ status: 410, error: { code: 'object_missing' } })
    await s3.goDown()
    expect(await seeReply(gateway.fetch(at))).toMatchObject({ status: 503, error: { code: 'storage_unavailable' } })
  })

  it('is sent on to the bucket where that is configured, by nobody but who may read, and not from pages of this server', async () => {
    await using gateway = await startWithBucket({ environment: { S3_READS: 'presigned' } })
    const { at, hash, path, bytes } = await picture(gateway)
    const sent = await gateway.fetch(at, { redirect: 'manual' })
    expect([sent.status, sent.headers.get('cache-control'), await sent.text()]).toEqual([302, 'no-store', ''])
    const there = await fetch(sent.headers.get('location')!)
    expect([there.status, there.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(sha256(Buffer.from(await there.arrayBuffer()))).toBe(hash)

    const stranger = await keyOfAnotherProject(gateway)
    const refused = await gateway.fetch(at, { redirect: 'manual', headers: { authorization: `Bearer ${stranger}` } })
    expect([refused.status, refused.headers.get('location')]).toEqual([404, null])
    const page = await gateway.fetch(at, { redirect: 'manual', headers: { 'sec-fetch-site': 'same-origin' } })
    expect([page.status, sha256(Buffer.from(await page.arrayBuffer()))]).toEqual([200, hash])
    const head = await gateway.fetch(at, { method: 'HEAD', redirect: 'manual' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes)])
    await damage(s3, path, Buffer.alloc(bytes))
    expect(await seeReply(gateway.fetch(at, { redirect: 'manual' }))).toMatchObject({ status: 500, error: { code: 'integrity_error' } })
  })
})
