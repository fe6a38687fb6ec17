/**
 * How long `darkroom serve` takes until it is ready, and the memory it holds: `npm run bench:start`, `-- --quick` for a short run.
 *
 * A start is timed from spawning the process to the first 200 of `/readyz`. *Cold* is the first one after an installation: nothing compiled
 * is kept yet and the page cache is dropped before (where this process may). *New folder* makes database and keys, *same folder* is a restart.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { dataFolderPaths } from '../src/db/index.ts'
import { freePort } from '../test/support/free-port.ts'
import { describeMachine } from './support/machine.ts'
import { statusBytes } from './support/process-figures.ts'
import { quantile } from './support/quantile.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })

const STARTS = options.quick ? 3 : 9
const COLD_STARTS = options.quick ? 1 : 3
const WARM_UP_STARTS = 2
const IDLE_MS = 5000
const ASK_EVERY_MS = 5
const GIVE_UP_MS = 60_000
/** What `npm start` runs behind the name of the program, flags included. */
const [, ...startArguments] = packageJson.scripts.start.split(' ')
const repository = fileURLToPath(new URL('..', import.meta.url))

/** A gateway as `npm start` runs it. */
interface Started extends AsyncDisposable {
  process: ChildProcess
  url: string
  readyMs: number
  dataFolder: string
}

async function main(): Promise<void> {
  console.log(describeMachine(null))
  await using folders = new AsyncDisposableStack()
  const newFolder = () => makeFolder(folders)
  const [compiled, same] = [await newFolder(), await newFolder()]
  const cold = await startSeveral(COLD_STARTS, async () => (dropPageCache() ? start(await newFolder(), await newFolder()) : null))
  await startSeveral(WARM_UP_STARTS, () => start(same, compiled))
  const fresh = await startSeveral(STARTS, async () => start(await newFolder(), compiled))
  const again = await startSeveral(STARTS, () => start(same, compiled))
  console.log('Start to ready')
  report('cold, new folder ', cold)
  report('warm, new folder ', fresh)
  report('warm, same folder', again)
  await reportMemory(await newFolder(), compiled)
}

async function makeFolder(folders: AsyncDisposableStack): Promise<string> {
  return folders.adopt(await mkdtemp(join(tmpdir(), 'darkroom-bench-')), (folder) => rm(folder, { recursive: true, force: true }))
}

/** Starts and stops one after the other. @returns milliseconds to ready */
async function startSeveral(count: number, begin: () => Promise<Started | null>): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    await using gateway = await begin()
    if (gateway) times.push(gateway.readyMs)
  }
  return times
}

function report(name: string, times: readonly number[]): void {
  const [fastest, middle, slowest] = [0, 0.5, 1].map((q) => quantile(times, q).toFixed(0))
  const found = `median ${middle} ms   fastest ${fastest} ms   slowest ${slowest} ms   (${times.length} starts)`
  console.log(`  ${name}  ${times.length > 0 ? found : 'not measured: the page cache could not be dropped'}`)
}

async function reportMemory(dataFolder: string, compiled: string): Promise<void> {
  await using gateway = await start(dataFolder, compiled)
  await wait(IDLE_MS)
  const resident = () => megabytes(statusBytes(gateway.process.pid!, 'VmRSS'))
  console.log('\nResident memory, gateway and sandbox in one process')
  console.log(`  idle, ${IDLE_MS / 1000} s after start     ${resident()}`)
  await makePicture(gateway)
  console.log(`  after the first picture  ${resident()}`)
  await wait(IDLE_MS)
  console.log(`  ${IDLE_MS / 1000} s later                ${resident()}   peak ${megabytes(statusBytes(gateway.process.pid!, 'VmHWM'))}`)
}

const megabytes = (bytes: number | null) => (bytes === null ? 'unknown' : `${(bytes / 1e6).toFixed(0)} MB`)

async function makePicture({ url, dataFolder }: Started): Promise<void> {
  const key = (await readFile(dataFolderPaths(dataFolder).defaultKey, 'utf8')).trim()
  const reply = await fetch(`${url}/v1/images/generations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-image-2', prompt: 'A tea poster: 新茶入荷 / First flush', size: '1024x1024', quality: 'low' }),
  })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`the first picture was answered with ${reply.status}: ${text}`)
}

/** Starts the program as `npm start` does and waits until it is ready. @param compiled folder of compiled code kept from earlier starts */
async function start(dataFolder: string, compiled: string): Promise<Started> {
  const port = await freePort()
  const environment = {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: compiled,
    PORT: String(port),
    DARKROOM_DATA: dataFolder,
    DARKROOM_CONFIG: join(dataFolder, 'darkroom.yaml'),
  }
  const startMs = performance.now()
  const child = spawn(process.execPath, startArguments, { cwd: repository, env: environment, stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  await untilReady(url, child)
  return {
    process: child,
    url,
    readyMs: performance.now() - startMs,
    dataFolder,
    [Symbol.asyncDispose]: () => stop(child),
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const giveUpMs = performance.now() + GIVE_UP_MS
  while (performance.now() < giveUpMs) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode} before it was ready`)
    const reply = await fetch(`${url}/readyz`).catch(() => null)
    if (reply?.ok) return
    await wait(ASK_EVERY_MS)
  }
  throw new Error(`the gateway was not ready after ${GIVE_UP_MS / 1000} s`)
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Makes the next start read its files from the disk. Only the administrator of a Linux machine may. */
function dropPageCache(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3')
    return true
  } catch {
    return false
  }
}

await main()
