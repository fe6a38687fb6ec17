import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startSandbox } from '../../src/sandbox/index.ts'
import { startGatewayProcess } from '../support/gateway-process.ts'
import { smallCall } from '../support/generation-calls.ts'

/** What the kernel was asked, in order, while one picture was made. */
export interface DurabilityTrace {
  holds: boolean
  found: string
}

/**
 * Makes one picture on a gateway whose system calls are watched, and checks their order: the picture is written and flushed, renamed into the
 * store, the store's folder flushed, the database's log flushed, and only then the last bytes of the reply are sent. Needs `strace`; as root
 * it is installed where it is missing (Debian).
 */
export async function traceDurability(): Promise<DurabilityTrace> {
  const strace = findStrace()
  if (strace === null) return { holds: false, found: 'strace is not there; install it, or say --no-trace' }
  await using opening = new AsyncDisposableStack()
  const folder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-trace-')), (path) => rm(path, { recursive: true, force: true }))
  const sandbox = opening.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
  const gateway = opening.use(await startGatewayProcess({ dataFolder: folder, upstreamUrl: sandbox.url }))
  const log = join(folder, 'trace.log')
  const events = 'trace=openat,write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2,ftruncate'
  const watcher = spawn(strace, ['-f', '-yy', '-s', '24', '-e', events, '-o', log, '-p', String(gateway.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await once(watcher.stderr, 'data')
  await wait(500)
  const reply = await gateway.fetch('/v1/images/generations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(smallCall),
  })
  await reply.text()
  await wait(500)
  watcher.kill('SIGINT')
  await once(watcher, 'close')
  return judge((await readFile(log, 'utf8')).split('\n'), new URL(gateway.url).port)
}

function findStrace(): string | null {
  const at = () => {
    try {
      return execFileSync('sh', ['-c', 'command -v strace'], { encoding: 'utf8' }).trim()
    } catch {
      return null
    }
  }
  if (at() === null && process.getuid?.() === 0) {
    try {
      execFileSync('sh', ['-c', 'apt-get update -qq && apt-get install -y -qq strace'], { stdio: 'ignore' })
    } catch {
      return null
    }
  }
  return at()
}

/** Steps in the order in which they must have been done; each is looked for behind the one before. */
function judge(lines: readonly string[], port: string): DurabilityTrace {
  // A call that another thread interrupted is done where it is resumed; what it was asked with stands where it began.
  const done = joined(lines)
  const steps: [name: string, matches: (line: string) => boolean][] = [
    ['picture written', (line) => /p?write(64)?\(.*spool\/att_[^>]*\.part/.test(line)],
    ['picture flushed', (line) => /f(data)?sync\(.*spool\/att_[^>]*\.part/.test(line)],
    ['sidecar flushed', (line) => /f(data)?sync\(.*spool\/att_[^>]*\.sidecar/.test(line)],
    ['picture renamed into the store', (line) => /rename(at2?)?\(.*spool\/att_.*objects\//.test(line)],
    ["store's folder flushed", (line) => /fsync\(.*objects\/[0-9a-f]{2}\/[0-9a-f]{2}>/.test(line)],
    ["database's log flushed", (line) => /f(data)?sync\(.*darkroom\.db-wal/.test(line)],
    ['end of the reply sent', (line) => new RegExp(`(write|writev|sendto|sendmsg)\\(\\d+<TCP[^>]*:${port}->`).test(line)],
  ]
  let from = 0
  for (const [name, matches] of steps) {
    const at = done.findIndex((line, index) => index >= from && matches(line))
    if (at < 0) return { holds: false, found: `'${name}' does not come in its place` }
    from = at + 1
  }
  return { holds: true, found: steps.map(([name]) => name).join(' < ') }
}

function joined(lines: readonly string[]): string[] {
  const begun = new Map<string, string>()
  const done: string[] = []
  for (const line of lines) {
    const pid = /^\d+/.exec(line)?.[0] ?? ''
    if (line.includes('<unfinished ...>')) begun.set(pid, line)
    else if (line.includes(' resumed>')) done.push(`${begun.get(pid) ?? ''} ${line}`)
    else done.push(line)
  }
  return done
}
