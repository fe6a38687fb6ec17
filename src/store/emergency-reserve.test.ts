import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EmergencyReserve } from './index.ts'

const MIB = 1024 * 1024

describe('EmergencyReserve', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-reserve-'))
    path = join(folder, 'reserve')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const size = async () => (await stat(path).catch(() => null))?.size ?? null

  it('takes the room it is told to, in bytes that no file system makes smaller, for its owner alone', async () => {
    const reserve = new EmergencyReserve(path, 5 * MIB)
    expect([reserve.missingBytes, reserve.isLaid]).toEqual([5 * MIB, false])
    await reserve.lay()
    expect([await size(), reserve.missingBytes, reserve.isLaid]).toEqual([5 * MIB, 0, true])
    expect(deflateSync((await readFile(path)).subarray(0, MIB)).length).toBeGreaterThan(MIB * 0.99)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('gives it free for everybody who asks, and is laid again', async () => {
    const reserve = new EmergencyReserve(path, MIB)
    await reserve.lay()
    await Promise.all([reserve.free(), reserve.free(), reserve.free()])
    expect([await size(), reserve.missingBytes, reserve.isLaid]).toEqual([null, MIB, false])
    await reserve.free()
    await reserve.lay()
    expect([await size(), reserve.missingBytes]).toEqual([MIB, 0])
  })

  it('gives free what was laid so far while it is being laid', async () => {
    const reserve = new EmergencyReserve(path, 400 * MIB)
    void reserve.lay()
    while (!reserve.isLaid) await new Promise((resolve) => setTimeout(resolve, 1))
    await reserve.free()
    expect([await size(), reserve.isLaid]).toEqual([null, false])
  })

  it('goes on with what an earlier process laid, and leaves it when it is closed', async () => {
    await writeFile(path, Buffer.alloc(MIB))
    const reserve = new EmergencyReserve(path, 2 * MIB)
    await reserve.lay()
    await reserve.close()
    expect(await size()).toBe(2 * MIB)
    await reserve.lay()
    expect(await size()).toBe(2 * MIB)
  })

  it('is not there when none is wanted, and its removal takes an earlier one along', async () => {
    await writeFile(path, 'earlier')
    const reserve = new EmergencyReserve(path, 0)
    await reserve.lay()
    expect([await size(), reserve.missingBytes]).toEqual([null, 0])
  })

  it('takes what there is where it cannot be laid, without a word', async () => {
    const reserve = new EmergencyReserve(join(folder, 'no/such/folder/reserve'), MIB)
    await reserve.lay()
    await reserve.free()
    expect(reserve.isLaid).toBe(false)
  })
})
