import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findDataFolderOwner, lockDataFolder } from './index.ts'

let parent: string
let folder: string
const children: ChildProcess[] = []

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'darkroom-owner-'))
  folder = join(parent, 'data')
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(parent, { recursive: true, force: true })
})

async function ownByChild(...options: string[]) {
  const script = fileURLToPath(new URL('./fixtures/own-folder.ts', import.meta.url))
  const child = spawn(process.execPath, [script, folder, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const gone = once(child, 'exit')
  await once(child.stdout, 'data')
  return {
    pid: child.pid,
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

const start = { url: 'http://127.0.0.1:4100', bootId: 'boot_test', startedAtMs: Date.UTC(2026, 10, 20) }

describe('lockDataFolder', () => {
  it('makes the folder for its owner alone, and leaves nothing in it but the lock', async () => {
    const lock = await lockDataFolder(folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect(await readdir(folder)).toEqual(['owner.lock'])
    await lock.release()
  })

  it('refuses a second owner and names the first by process and address', async () => {
    const child = await ownByChild('--announce')
    const refused = await lockDataFolder(folder).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'data_folder_locked',
      message: expect.stringContaining(`process ${child.pid} at http://127.0.0.1:4999`),
    })
  })

  it('refuses a second owner of the same process too', async () => {
    const lock = await lockDataFolder(folder)
    await expect(lockDataFolder(folder)).rejects.toMatchObject({ code: 'data_folder_locked' })
    await lock.release()
    await (await lockDataFolder(folder)).release()
  })

  it('is free again after kill -9, and forgets the address of the dead', async () => {
    const child = await ownByChild('--announce')
    await child.kill()
    expect(await findDataFolderOwner(folder)).toBeNull()
    const lock = await lockDataFolder(folder)
    expect(await findDataFolderOwner(folder)).toBe('unannounced')
    expect(await readdir(folder)).toEqual(['owner.lock'])
    await lock.release()
  })

  it('tells other processes where the owner answers, in a file for the owner alone', async () => {
    const lock = await lockDataFolder(folder)
    expect(await findDataFolderOwner(folder)).toBe('unannounced')
    await lock.announce(start)
    expect(await findDataFolderOwner(folder)).toEqual({
      pid: process.pid,
      url: start.url,
      bootId: start.bootId,
      startedAt: '2026-11-20T00:00:00.000Z',
    })
    expect((await stat(join(folder, 'owner.json'))).mode & 0o777).toBe(0o600)
    await lock.release()
    await lock.release()
    expect(await findDataFolderOwner(folder)).toBeNull()
  })

  it('still holds after others have asked who owns the folder', async () => {
    const lock = await lockDataFolder(folder)
    for (let round = 0; round < 3; round += 1) await findDataFolderOwner(folder)
    await expect(ownByAnotherProcess(folder)).resolves.toContain('data_folder_locked')
    await lock.release()
  })

  it('says nobody owns a folder that was never used', async () => {
    expect(await findDataFolderOwner(join(parent, 'nowhere'))).toBeNull()
    expect(await readdir(parent)).toEqual([])
  })
})

/** What a process that tries to own the folder prints when it fails. */
async function ownByAnotherProcess(dataFolder: string): Promise<string> {
  const script = fileURLToPath(new URL('./fixtures/own-folder.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dataFolder], { stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    printed += piece
  })
  await once(child, 'close')
  return printed
}
