import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore, SpooledObject } from './object-store.ts'

/** How the suite gets a store to try. */
export interface ObjectStoreUnderTest {
  /** Makes an empty store. */
  create(): Promise<ObjectStore>
  /** Says how to throw it away. */
  dispose?(): Promise<void>
}

/** What every object store must do, whatever it keeps its bytes in. Call it from the store's own test file. */
export function describeObjectStore(title: string, { create, dispose }: ObjectStoreUnderTest): void {
  describe(title, () => {
    let store: ObjectStore
    let spoolFolder: string

    beforeEach(async () => {
      spoolFolder = await mkdtemp(join(tmpdir(), 'darkroom-spool-'))
      store = await create()
    })

    afterEach(async () => {
      await rm(spoolFolder, { recursive: true, force: true })
      await dispose?.()
    })

    async function spool(bytes: Uint8Array): Promise<SpooledObject> {
      const spoolPath = join(spoolFolder, randomBytes(8).toString('hex'))
      const file = await open(spoolPath, 'wx')
      await file.writeFile(bytes)
      await file.sync()
      await file.close()
      return { spoolPath, sha256: createHash('sha256').update(bytes).digest('hex'), extension: 'png' }
    }
    const read = async (path: string, range?: { start: number; end: number }) => buffer(await store.open(path, range))

    it('gives back exactly the bytes it was given, and takes the spooled file over', async () => {
      const bytes = randomBytes(300_000)
      const put = await store.put(await spool(bytes))
      expect(put).toMatchObject({ bytes: 300_000, existed: false })
      expect(await read(put.path)).toEqual(bytes)
      expect(await readdir(spoolFolder)).toEqual([])
    })

    it('keeps no bytes at all as an object too', async () => {
      const { path } = await store.put(await spool(new Uint8Array()))
      expect(await store.stat(path)).toEqual({ bytes: 0 })
      expect(await read(path)).toHaveLength(0)
    })

    it('keeps the same bytes once, and says that they were there', async () => {
      const bytes = randomBytes(1_000)
      const first = await store.put(await spool(bytes))
      const second = await store.put(await spool(bytes))
      expect(second).toEqual({ ...first, existed: true })
      expect(await read(second.path)).toEqual(bytes)
      expect(await readdir(spoolFolder)).toEqual([])
    })

    it('keeps the same bytes whole when twenty put them at the same time', async () => {
      const bytes = randomBytes(100_000)
      const spooled = await Promise.all(Array.from({ length: 20 }, () => spool(bytes)))
      const put = await Promise.all(spooled.map((object) => store.put(object)))
      expect(new Set(put.map(({ path }) => path)).size).toBe(1)
      expect(await read(put[0]!.path)).toEqual(bytes)
    })

    it('gives a range, both ends included', async () => {
      const { path } = await store.put(await spool(Buffer.from('0123456789')))
      expect((await read(path, { start: 3, end: 5 })).toString()).toBe('345')
      expect((await read(path, { start: 9, end: 9 })).toString()).toBe('9')
      expect((await read(path, { start: 8, end: 100 })).toString()).toBe('89')
    })

    it('says object_missing before a byte is sent, and null for the size of what is not there', async () => {
      const { path } = await store.put(await spool(randomBytes(10)))
      await store.remove(path)
      await expect(store.open(path)).rejects.toMatchObject({ code: 'object_missing' })
      expect(await store.stat(path)).toBeNull()
    })

    it('removes one object and no other, as often as asked', async () => {
      const [kept, gone] = [await store.put(await spool(randomBytes(10))), await store.put(await spool(randomBytes(10)))]
      await store.remove(gone.path)
      await store.remove(gone.path)
      expect(await store.stat(gone.path)).toBeNull()
      expect(await store.stat(kept.path)).toEqual({ bytes: 10 })
    })

    it('takes bytes again after they were removed', async () => {
      const bytes = randomBytes(10)
      const { path } = await store.put(await spool(bytes))
      await store.remove(path)
      expect(await store.put(await spool(bytes))).toEqual({ store: store.name, path, bytes: 10, existed: false })
    })

    it('proves that it can be written, and says how much room is left', async () => {
      expect((await store.checkWritable()).freeBytes).toBeGreaterThan(0)
    })

    it.each([
      '../../etc/passwd',
      '/etc/passwd',
      'ab/cd/../../../x.png',
      'ab/cd',
      '',
      `ab/cd/${'0'.repeat(64)}.png`,
      `00/00/${'0'.repeat(64)}.png\0`,
      `00\\00\\${'0'.repeat(64)}.png`,
    ])('refuses the path %j, which no object can have', async (path) => {
      await expect(store.open(path)).rejects.toBeInstanceOf(RangeError)
      await expect(store.stat(path)).rejects.toBeInstanceOf(RangeError)
      await expect(store.remove(path)).rejects.toBeInstanceOf(RangeError)
    })

    it.each([
      ['../../../../tmp/x', 'png'],
      ['A'.repeat(64), 'png'],
      ['a'.repeat(63), 'png'],
      ['a'.repeat(64), '../png'],
      ['a'.repeat(64), ''],
    ])('refuses to name an object %j.%j, and leaves the spooled file alone', async (sha256, extension) => {
      const { spoolPath } = await spool(randomBytes(10))
      await expect(store.put({ spoolPath, sha256, extension })).rejects.toBeInstanceOf(RangeError)
      expect(await readdir(spoolFolder)).toHaveLength(1)
    })
  })
}
