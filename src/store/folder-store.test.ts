import { createHash, randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderStore } from './index.ts'
import { describeObjectStore } from './object-store-conformance.ts'

let folder: string

const makeFolder = async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-store-'))
}
const removeFolder = () => rm(folder, { recursive: true, force: true })

describeObjectStore('FolderStore', {
  create: async () => {
    await makeFolder()
    return FolderStore.open(join(folder, 'objects'))
  },
  dispose: removeFolder,
})

const spoolIn = async (place: string, bytes: Uint8Array) => {
  const spoolPath = join(place, randomBytes(8).toString('hex'))
  await writeFile(spoolPath, bytes)
  return { spoolPath, sha256: createHash('sha256').update(bytes).digest('hex'), extension: 'png' }
}

/** A folder on another file system than the temporary one, where this machine has one. */
const elsewhere = ['/dev/shm', '/run/user/0', '/var/tmp'].find(
  (place) => existsSync(place) && statSync(place).dev !== statSync(tmpdir()).dev,
)

describe('FolderStore on its file system', () => {
  beforeEach(makeFolder)
  afterEach(removeFolder)

  it('names an object by its hash, two folders deep', async () => {
    const store = await FolderStore.open(join(folder, 'objects'))
    const object = await spoolIn(folder, Buffer.from('x'))
    const { path } = await store.put(object)
    expect(path).toBe(`${object.sha256.slice(0, 2)}/${object.sha256.slice(2, 4)}/${object.sha256}.png`)
    expect(existsSync(join(folder, 'objects', path))).toBe(true)
  })

  it('replaces a file that has the name but not the size of the object', async () => {
    const store = await FolderStore.open(join(folder, 'objects'))
    const { path } = await store.put(await spoolIn(folder, Buffer.from('whole')))
    await writeFile(join(folder, 'objects', path), 'who')
    expect(await store.put(await spoolIn(folder, Buffer.from('whole')))).toMatchObject({ existed: false })
    expect((await buffer(await store.open(path))).toString()).toBe('whole')
  })

  it('clears what a crash left half copied', async () => {
    await mkdir(join(folder, 'objects/incoming'), { recursive: true })
    await writeFile(join(folder, 'objects/incoming/half'), 'hal')
    await FolderStore.open(join(folder, 'objects'))
    expect(await readdir(join(folder, 'objects/incoming'))).toEqual([])
  })

  it.skipIf(!elsewhere)('copies whole from a spool on another file system and leaves nothing half done', async () => {
    const store = await FolderStore.open(join(folder, 'objects'))
    const spool = await mkdtemp(join(elsewhere!, 'darkroom-spool-'))
    const bytes = randomBytes(200_000)
    const put = await store.put(await spoolIn(spool, bytes))
    expect(put).toMatchObject({ bytes: 200_000, existed: false })
    expect(await buffer(await store.open(put.path))).toEqual(bytes)
    expect([await readdir(spool), await readdir(join(folder, 'objects/incoming'))]).toEqual([[], []])
    await rm(spool, { recursive: true })
  })

  it('says storage_unavailable when its folder cannot be written, and leaves the spooled file alone', async () => {
    const store = await FolderStore.open(join(folder, 'objects'))
    await rm(join(folder, 'objects'), { recursive: true })
    await writeFile(join(folder, 'objects'), 'a file where the folder was')
    const object = await spoolIn(folder, Buffer.from('x'))
    await expect(store.put(object)).rejects.toMatchObject({ code: 'storage_unavailable', outcome: 'not_charged' })
    await expect(store.checkWritable()).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(existsSync(object.spoolPath)).toBe(true)
    await expect(FolderStore.open(join(folder, 'objects'))).rejects.toMatchObject({ code: 'storage_unavailable' })
  })
})
