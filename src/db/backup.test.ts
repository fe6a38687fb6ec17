import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../primitives/clock.ts'
import {
  backup,
  dataFolderPaths,
  lockDataFolder,
  openSqliteDatabase,
  outboxFile,
  restore,
  type SqliteDatabase,
  writePrivateFile,
} from './index.ts'
import { readMigrations } from './migration-history.ts'
import { manualClock } from './test-engines.ts'

let parent: string
let data: string
let target: string
let db: SqliteDatabase
const clock = manualClock()

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'darkroom-backup-'))
  data = join(parent, 'data')
  target = join(parent, 'backup')
  const paths = dataFolderPaths(data)
  db = await openSqliteDatabase({ path: paths.database, clock })
  await writePrivateFile(paths.pepper, 'salt and pepper')
  await writePrivateFile(paths.defaultKey, 'dk_live_…')
  await db.transact([{ query: db.sql.insertInto('projects').values({ id: 'p', name: 'p', auto_quality: null, created_at_ms: 1 }) }])
})

afterEach(async () => {
  await db.close()
  await rm(parent, { recursive: true, force: true })
})

async function storeObject(text: string, { store = 'folder', lies = true } = {}): Promise<{ sha256: string; path: string }> {
  const sha256 = createHash('sha256').update(text).digest('hex')
  const path = `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}.png`
  const paths = dataFolderPaths(data)
  const file = store === 'folder' ? join(paths.objects, path) : outboxFile(paths, path)
  await mkdir(dirname(file), { recursive: true })
  if (lies) await writeFile(file, text)
  const row = {
    sha256,
    path,
    store,
    bytes: Buffer.byteLength(text),
    media_type: 'image/png',
    created_at_ms: 1,
    unused_since_ms: null,
    removing_since_ms: null,
  }
  await db.transact([{ query: db.sql.insertInto('objects').values(row) }])
  return { sha256, path }
}

const ledgerEntry = (id: string, nanos: bigint) => ({
  id,
  at_ms: 1,
  day: '2026-11-20',
  project_id: 'p',
  key_id: null,
  generation_id: 'g',
  attempt_id: id,
  route_id: 'r',
  route_owner: 'openai',
  model: 'gpt-image-2',
  project_tag: null,
  book: 'provider',
  kind: 'settle',
  bucket: 'image_out',
  nanos,
  images: 1,
  price_card: 'c',
  actor: 'admin',
})
const book = (id: string, nanos: bigint) => db.transact([{ query: db.sql.insertInto('ledger_entries').values(ledgerEntry(id, nanos)) }])

async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

const newestMigration = readMigrations(fileURLToPath(new URL('./migrations/', import.meta.url)), 'sqlite').at(-1)!.id

describe('backup and restore', () => {
  it('bring back every row, amount, picture and secret', async () => {
    const { sha256, path } = await storeObject('a picture')
    await book('e1', 9_007_199_254_740_993n)
    const manifest = await backup(data, target, clock)
    expect(manifest).toMatchObject({
      format: 1,
      made_at: '2026-11-20T12:00:00.000Z',
      schema: newestMigration,
      rows: { projects: 1, objects: 1, ledger_entries: 1 },
      ledger: [{ book: 'provider', kind: 'settle', entries: 1, nanos: '9007199254740993' }],
      objects: { count: 1, bytes: 9, deleted_meanwhile: [], elsewhere: 0 },
    })

    const restored = join(parent, 'restored')
    expect(await restore(target, restored)).toEqual(manifest)
    expect(await tree(restored)).toEqual(['darkroom.db', 'default-key', `objects/${path}`, 'pepper'].sort())
    expect((await stat(join(restored, 'pepper'))).mode & 0o777).toBe(0o600)
    const copy = await openSqliteDatabase({ path: dataFolderPaths(restored).database, clock })
    expect(await copy.read(copy.sql.selectFrom('ledger_entries').select(['id', 'nanos']))).toEqual([
      { id: 'e1', nanos: 9_007_199_254_740_993n },
    ])
    expect(await copy.read(copy.sql.selectFrom('objects').select('sha256'))).toEqual([{ sha256 }])
    await copy.close()
  })

  it('hold pictures that wait for their bucket, and count those that are there', async () => {
    const waits = await storeObject('it waits', { store: 's3' })
    await storeObject('it is there', { store: 's3', lies: false })
    const manifest = await backup(data, target, clock)
    expect(manifest.objects).toMatchObject({ count: 0, outbox: 1, elsewhere: 1 })
    const restored = join(parent, 'restored')
    expect(await restore(target, restored)).toEqual(manifest)
    expect((await tree(restored)).filter((file) => file.startsWith('outbox/'))).toEqual([`outbox/objects/${waits.sha256}.png`])
    await rm(join(target, 'outbox'), { recursive: true })
    await expect(restore(target, join(parent, 'again'))).rejects.toThrow(/holds 0 objects that waited for a bucket, its manifest says 1/)
  })

  it('copy one moment of a live install that is written to all the while, and its lock holds', async () => {
    const lock = await lockDataFolder(data)
    let done = false
    let booked = 0
    const writing = (async () => {
      while (!done) {
        booked += 1
        await Promise.all([book(`a${booked}`, 1n), storeObject(`picture ${booked}`)])
      }
    })()
    const manifest = await backup(data, target, systemClock)
    done = true
    await writing
    const restored = join(parent, 'restored')
    await restore(target, restored)
    expect(manifest.rows['objects']).toBe(manifest.objects.count)
    expect(manifest.rows['ledger_entries']).toBeLessThanOrEqual(booked)
    await expect(lockDataFolder(data)).rejects.toMatchObject({ code: 'data_folder_locked' })
    await lock.release()
  })

  it('hold every confirmed row of a server that was killed, from its log as well', async () => {
    const killed = join(parent, 'killed')
    const writer = fileURLToPath(new URL('./fixtures/write-until-killed.ts', import.meta.url))
    const child = spawn(process.execPath, [writer, dataFolderPaths(killed).database], { stdio: ['ignore', 'pipe', 'inherit'] })
    let confirmed = 0
    for await (const _line of createInterface({ input: child.stdout })) {
      confirmed += 1
      if (confirmed === 300) child.kill('SIGKILL')
    }
    expect(await tree(killed)).toContain('darkroom.db-wal')
    const manifest = await backup(killed, target, clock)
    expect(manifest.rows['projects']).toBeGreaterThanOrEqual(confirmed)
    expect(await restore(target, join(parent, 'restored'))).toEqual(manifest)
  })

  it('is for the owner alone', async () => {
    await storeObject('a picture')
    await backup(data, target, clock)
    expect((await stat(target)).mode & 0o077).toBe(0)
    for (const name of ['darkroom.db', 'manifest.json', 'default-key', 'pepper'])
      expect([name, (await stat(join(target, name))).mode & 0o077]).toEqual([name, 0])
  })

  it('refuse a folder that holds something, and leave it alone', async () => {
    await backup(data, target, clock)
    const before = await tree(parent)
    await expect(backup(data, target, clock)).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining('not empty'),
    })
    await expect(restore(target, data)).rejects.toMatchObject({ code: 'configuration_invalid' })
    expect(await tree(parent)).toEqual(before)
    await mkdir(join(parent, 'empty'))
    await restore(target, join(parent, 'empty'))
  })

  it('refuse to back up what was never a data folder', async () => {
    await expect(backup(join(parent, 'nowhere'), target, clock)).rejects.toThrow('nothing to back up')
  })

  it('fail when an object is missing, and leave no half backup', async () => {
    const { path } = await storeObject('a picture')
    await rm(join(dataFolderPaths(data).objects, path))
    await expect(backup(data, target, clock)).rejects.toMatchObject({
      code: 'integrity_error',
      message: expect.stringContaining('missing'),
    })
    expect(await readdir(parent)).toEqual(['data'])
  })

  it.each([
    ['a picture with one other byte', (path: string) => writeFile(join(target, 'objects', path), 'a pictUre'), 'other bytes'],
    ['a missing picture', (path: string) => rm(join(target, 'objects', path)), 'is missing'],
    ['a changed secret', () => writeFile(join(target, 'pepper'), 'salt'), 'pepper has changed'],
    ['a changed database', () => writeFile(join(target, 'darkroom.db'), 'x'), 'darkroom.db has changed'],
    ['no manifest', () => rm(join(target, 'manifest.json')), 'no manifest.json'],
  ])('refuse a backup with %s, and restore nothing', async (_, damage, message) => {
    const { path } = await storeObject('a picture')
    await backup(data, target, clock)
    // The backup shares its objects' bytes with the data folder: give it bytes of its own before they are damaged.
    const object = join(target, 'objects', path)
    const bytes = await readFile(object)
    await rm(object)
    await writeFile(object, bytes)
    await damage(path)
    const restored = join(parent, 'restored')
    await expect(restore(target, restored)).rejects.toMatchObject({ code: 'integrity_error', message: expect.stringContaining(message) })
    expect((await readdir(parent)).sort()).toEqual(['backup', 'data'])
  })

  it('refuse a manifest whose sums are not those of the database', async () => {
    await book('e1', 5n)
    await backup(data, target, clock)
    const manifest = join(target, 'manifest.json')
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"nanos": "5"', '"nanos": "6"'))
    await expect(restore(target, join(parent, 'restored'))).rejects.toThrow('does not hold what its manifest says')
  })

  it('refuse a manifest that points out of the backup', async () => {
    await backup(data, target, clock)
    const manifest = join(target, 'manifest.json')
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"pepper"', '"../../etc/passwd"'))
    await expect(restore(target, join(parent, 'restored'))).rejects.toThrow('names the path')
  })
})
