import { type BigIntStats, fstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'

/** What a folder entry was when its folder was last flushed. */
type Entries = ReadonlyMap<string, { inode: Inode; isFolder: boolean }>

/** A number is given again once its file is gone; with its birth it is not. */
type Inode = `${bigint} ${bigint}`

/**
 * A disk that forgets: of the files below a folder it knows what was in them when they were last flushed, and of the folders what they
 * listed then. `cut` makes the folder as a loss of power would leave it at that moment: a file that was never flushed is empty, a name that
 * was never flushed is not there. The database is taken as it is committed; that its commits are flushed is shown elsewhere, by the order
 * of system calls.
 */
export interface DroppingDisk {
  /** Makes the folder anew at another place, as it would be found after a loss of power now. Nothing else of this thread runs meanwhile. */
  cut(into: string): void
  /** Watches no longer. */
  stop(): void
}

/**
 * Watches every flush of this process from now on, until the test ends. What is below the folder already counts as flushed. Linux.
 * @param onFlush called behind each flush, before whoever asked for it goes on
 */
export async function watchFlushes(folder: string, onFlush: () => void): Promise<DroppingDisk> {
  const contents = new Map<Inode, Buffer>()
  const listings = new Map<Inode, Entries>()
  takeAll(folder, contents, listings)
  const prototype = await handlePrototype(folder)
  const original = { sync: prototype.sync, datasync: prototype.datasync }
  for (const name of ['sync', 'datasync'] as const)
    prototype[name] = async function flushed(this: FileHandle): Promise<void> {
      // What is on disk is at least what was written when the flush began.
      const seen = fstatSync(this.fd, { bigint: true })
      const path = readlinkSync(`/proc/self/fd/${this.fd}`)
      const [entries, bytes] = seen.isDirectory() ? [entriesOf(path), null] : [null, readFileSync(`/proc/self/fd/${this.fd}`)]
      await original[name].call(this)
      if (entries) listings.set(inodeOf(seen), entries)
      else contents.set(inodeOf(seen), bytes!)
      onFlush()
    }
  const stop = () => void Object.assign(prototype, original)
  onTestFinished(stop)
  return { cut: (into) => cut(folder, into, contents, listings), stop }
}

async function handlePrototype(folder: string): Promise<FileHandle> {
  const handle = await open(folder, 'r')
  await handle.close()
  return Object.getPrototypeOf(handle) as FileHandle
}

function takeAll(folder: string, contents: Map<Inode, Buffer>, listings: Map<Inode, Entries>): void {
  const entries = entriesOf(folder)
  listings.set(inodeAt(folder), entries)
  for (const [name, { inode, isFolder }] of entries) {
    if (isFolder) takeAll(join(folder, name), contents, listings)
    else if (!isDatabase(name)) contents.set(inode, readFileSync(join(folder, name)))
  }
}

function entriesOf(folder: string): Entries {
  return new Map(
    readdirSync(folder).flatMap((name) => {
      const seen = statSync(join(folder, name), { bigint: true, throwIfNoEntry: false })
      return seen ? [[name, { inode: inodeOf(seen), isFolder: seen.isDirectory() }] as const] : []
    }),
  )
}

const inodeOf = ({ ino, birthtimeNs }: BigIntStats): Inode => `${ino} ${birthtimeNs}`
const inodeAt = (path: string) => inodeOf(statSync(path, { bigint: true }))

/** Files of SQLite: closing one that was opened beside it would drop its locks. */
const isDatabase = (name: string) => name.startsWith('darkroom.db') || name === 'owner.lock'

function cut(folder: string, into: string, contents: ReadonlyMap<Inode, Buffer>, listings: ReadonlyMap<Inode, Entries>): void {
  mkdirSync(into, { recursive: true })
  rebuild(inodeAt(folder), into, contents, listings)
  using database = disposable(new DatabaseSync(join(folder, 'darkroom.db')))
  database.exec(`vacuum into '${join(into, 'darkroom.db')}'`)
}

function rebuild(inode: Inode, into: string, contents: ReadonlyMap<Inode, Buffer>, listings: ReadonlyMap<Inode, Entries>): void {
  for (const [name, entry] of listings.get(inode) ?? []) {
    const path = join(into, name)
    if (entry.isFolder) {
      mkdirSync(path, { recursive: true })
      rebuild(entry.inode, path, contents, listings)
    } else if (!isDatabase(name)) writeFileSync(path, contents.get(entry.inode) ?? '')
  }
}

function disposable(database: DatabaseSync): DatabaseSync & Disposable {
  return Object.assign(database, { [Symbol.dispose]: () => database.close() })
}
