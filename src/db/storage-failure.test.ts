import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failure } from '../contract/failure.ts'
import { storageFailure, writePrivateFile } from './index.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-files-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const failed = (work: Promise<unknown>) => work.then(() => expect.unreachable(), storageFailure)

describe('storageFailure', () => {
  it.skipIf(!existsSync('/dev/full'))('says storage_full when the device has no room left', async () => {
    expect(await failed(writeFile('/dev/full', 'x'))).toMatchObject({ code: 'storage_full', status: 507, outcome: 'not_charged' })
  })

  it('says storage_unavailable for every other trouble, and keeps the cause for operators', async () => {
    expect(await failed(writeFile(join(folder, 'no/such/folder'), 'x'))).toMatchObject({
      code: 'storage_unavailable',
      cause: { code: 'ENOENT' },
    })
  })

  it('leaves a failure as it is', () => {
    const known = failure('object_missing')
    expect(storageFailure(known)).toBe(known)
  })
})

describe('writePrivateFile', () => {
  it('replaces a file whole, for its owner alone, and leaves nothing beside it', async () => {
    const path = join(folder, 'secret')
    await writeFile(path, 'old', { mode: 0o644 })
    await writePrivateFile(path, 'new')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['secret'])
  })
})
