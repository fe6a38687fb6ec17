import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderStore } from './folder-store.ts'
import { ObjectPlaces } from './object-places.ts'
import { describeObjectStore } from './object-store-conformance.ts'
import { OutboxStore } from './outbox-store.ts'
import { S3Store } from './s3-store.ts'
import { damage, startS3, type TestS3 } from './s3-test-kit.ts'

let s3: TestS3
let folder: string
let outbox: OutboxStore

const openOutbox = async () => {
  const bucket = await S3Store.open(s3.settings({ reads: 'presigned' }), { patience: { answerTimeoutMs: 2_000, retryPausesMs: [10] } })
  return OutboxStore.open(join(folder, 'outbox'), bucket)
}
const open = async () => {
  s3 = await startS3()
  folder = await mkdtemp(join(tmpdir(), 'darkroom-outbox-'))
  outbox = await openOutbox()
  return outbox
}
const close = async () => {
  outbox.close()
  await s3.close()
  await rm(folder, { recursive: true, force: true })
}

describeObjectStore('OutboxStore', { create: open, dispose: close })
describeObjectStore('ObjectPlaces', {
  create: async () => new ObjectPlaces({ before: await FolderStore.open(join((await open()) && folder, 'before')), now: outbox }),
  dispose: close,
})

const landed = (path: string) => join(folder, 'outbox/objects', basename(path))

const spool = async (bytes: Uint8Array) => {
  const spoolPath = join(folder, randomBytes(8).toString('hex'))
  await writeFile(spoolPath, bytes)
  return { spoolPath, sha256: createHash('sha256').update(bytes).digest('hex'), extension: 'png' }
}

describe('OutboxStore in front of a bucket that goes down', () => {
  beforeEach(async () => void (await open()))
  afterEach(close)

  it('keeps what is put meanwhile, reads it from the outbox, and delivers it later, byte for byte', async () => {
    await s3.goDown()
    const pictures = [randomBytes(100_000), randomBytes(2_000), new Uint8Array()]
    const put = []
    for (const bytes of pictures) put.push(await outbox.put(await spool(bytes)))
    expect(put.map(({ store, existed }) => [store, existed])).toEqual(pictures.map(() => ['s3', true]))
    for (const [index, bytes] of pictures.entries()) expect(await buffer(await outbox.open(put[index]!.path))).toEqual(Buffer.from(bytes))
    await outbox.deliver()
    expect([outbox.waiting, await s3.keys()]).toEqual([3, []])

    await s3.comeBack()
    await outbox.deliver()
    expect([outbox.waiting, await s3.keys()]).toEqual([0, put.map(({ path }) => path).sort()])
    for (const [index, { path }] of put.entries()) {
      expect(existsSync(landed(path))).toBe(false)
      expect(await buffer(await outbox.open(path))).toEqual(Buffer.from(pictures[index]!))
    }
  })

  it('finds what an earlier process left in it', async () => {
    await s3.goDown()
    const { path } = await outbox.put(await spool(Buffer.from('a picture')))
    outbox.close()
    await s3.comeBack()
    outbox = await openOutbox()
    expect(outbox.waiting).toBe(1)
    await outbox.deliver()
    expect([outbox.waiting, await s3.keys()]).toEqual([0, [path]])
  })

  it('says that it cannot be written, although what was paid for is still kept', async () => {
    await s3.goDown()
    await expect(outbox.checkWritable()).rejects.toMatchObject({ code: 'storage_unavailable' })
    await outbox.put(await spool(Buffer.from('paid')))
    await s3.comeBack()
    expect((await outbox.checkWritable()).freeBytes).toBeGreaterThan(0)
  })

  it('removes for its readers at once, and from the bucket when it is back, also by a later process', async () => {
    const { path } = await outbox.put(await spool(Buffer.from('a picture')))
    await s3.goDown()
    await outbox.remove(path)
    expect([await outbox.stat(path), await outbox.examine(path)]).toEqual([null, null])
    await expect(outbox.open(path)).rejects.toMatchObject({ code: 'object_missing' })
    outbox.close()
    await s3.comeBack()
    outbox = await openOutbox()
    expect([await s3.keys(), outbox.pendingRemovals(), await outbox.stat(path)]).toEqual([[path], [path], null])
    await outbox.retryRemoval(path)
    expect([await s3.keys(), outbox.pendingRemovals()]).toEqual([[], []])
  })

  it('forgets a removal of bytes that are put again', async () => {
    const { path } = await outbox.put(await spool(Buffer.from('a picture')))
    await s3.goDown()
    await outbox.remove(path)
    await outbox.put(await spool(Buffer.from('a picture')))
    expect(outbox.pendingRemovals()).toEqual([])
    expect((await buffer(await outbox.open(path))).toString()).toBe('a picture')
  })

  it('delivers no bytes that were damaged in the outbox, and everything else', async () => {
    await s3.goDown()
    const broken = await outbox.put(await spool(Buffer.from('broken')))
    const sound = await outbox.put(await spool(Buffer.from('sound!')))
    await writeFile(landed(broken.path), 'BROKEN')
    await s3.comeBack()
    await outbox.deliver()
    expect(outbox.waiting).toBe(1)
    await expect.poll(() => s3.keys()).toEqual([sound.path, 'darkroom-probe'].sort())
  })

  it('gives out no address of what is not in the bucket yet', async () => {
    await s3.goDown()
    const object = await spool(Buffer.from('a picture'))
    const { path, bytes } = await outbox.put(object)
    const asked = { path, sha256: object.sha256, bytes, mediaType: 'image/png', disposition: 'inline' }
    expect(await outbox.address(asked)).toBeNull()
    await s3.comeBack()
    await outbox.deliver()
    expect(await outbox.address(asked)).toContain(path)
  })
})

describe('ObjectPlaces', () => {
  let before: FolderStore
  let places: ObjectPlaces
  beforeEach(async () => {
    await open()
    before = await FolderStore.open(join(folder, 'before'))
    places = new ObjectPlaces({ before, now: outbox })
  })
  afterEach(close)

  it('reads and removes what was kept before, and asks the bucket for none of it', async () => {
    const { path } = await before.put(await spool(Buffer.from('of old')))
    s3.requests.length = 0
    expect((await buffer(await places.open(path, { start: 3, end: 5 }))).toString()).toBe('old')
    expect([await places.stat(path), (await places.examine(path))?.bytes]).toEqual([{ bytes: 6 }, 6])
    expect(s3.requests).toEqual([])
    await places.remove(path)
    expect([await places.stat(path), await before.stat(path)]).toEqual([null, null])
  })

  it('puts what is new into the bucket, and says so', async () => {
    const put = await places.put(await spool(Buffer.from('new')))
    expect([put.store, put.existed, await s3.keys(), await before.stat(put.path)]).toEqual(['s3', false, [put.path], null])
  })

  it('leaves bytes that were kept before where their row says they are, and mends them there', async () => {
    const first = await before.put(await spool(Buffer.from('of old')))
    const again = await spool(Buffer.from('of old'))
    expect(await places.put(again)).toEqual({ ...first, existed: true })
    expect([existsSync(again.spoolPath), await s3.keys()]).toEqual([false, []])
    await writeFile(before.fileOf(first.path), 'OF OLD')
    expect(await places.put(await spool(Buffer.from('of old')))).toEqual({ ...first, existed: true })
    expect((await buffer(await places.open(first.path))).toString()).toBe('of old')
  })

  it('says what the bytes are that lie in the bucket under a name', async () => {
    const object = await spool(Buffer.from('a picture'))
    const { path } = await places.put(object)
    await damage(s3, path, Buffer.from('a pitcher'))
    expect((await places.examine(path))?.sha256).not.toBe(object.sha256)
  })
})
