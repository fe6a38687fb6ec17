import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The program as it is installed. */
export const launcher = resolve(import.meta.dirname, '../../bin/darkroom.mjs')

/** What a program said and how it ended. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A program that runs. */
export interface Running extends AsyncDisposable {
  child: ChildProcess
  /** All it has said so far, on both streams. */
  said(): string
  /** Resolves when its standard output matches; rejects with all it said when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  readonly ended: Promise<Ended>
}

/** A server that runs, and where. */
export interface RunningServer extends Running {
  url: string
}

/** Folder and settings of a program. */
export interface Place {
  cwd: string
  environment?: Record<string, string>
  /** What comes in on its standard input; nothing when left out. */
  input?: string
}

/** A folder of its own for a test file. */
export async function makeFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'darkroom-cli-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** What a program gets of our environment, so that no key and no setting of the developer reaches it. */
export function bareEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  return {
    PATH,
    HOME,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    DARKROOM_SANDBOX_LATENCY_MS: '0',
    DARKROOM_RESERVE_MIB: '0',
    DARKROOM_CONFIG: 'darkroom.yaml',
  }
}

/** Runs any program in a folder. */
export function run(command: string, args: readonly string[], { cwd, environment, input }: Place): Running {
  const child = spawn(command, args, { cwd, env: { ...bareEnvironment(), ...environment }, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => undefined).end(input)
  const heard = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (piece: string) => {
      heard[stream] += piece
    })
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...heard }))
  const said = () => heard.stdout + heard.stderr
  const says = async (pattern: RegExp) => {
    const isOver = ended.then(() => null)
    for (;;) {
      const match = pattern.exec(heard.stdout)
      if (match) return match
      const more = await Promise.race([once(child.stdout, 'data'), isOver])
      if (more === null && !pattern.test(heard.stdout)) throw new Error(`expected ${pattern}, but it ended and said:\n${said()}`)
    }
  }
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  }
  return { child, said, says, ended, [Symbol.asyncDispose]: stop }
}

/** Runs `darkroom` with these arguments to its end. */
export function darkroom(args: readonly string[], place: Place): Promise<Ended> {
  return run(process.execPath, [launcher, ...args], place).ended
}

/** Starts `darkroom serve` on a free port and waits until it listens. */
export async function serve(args: readonly string[], place: Place): Promise<RunningServer> {
  const server = run(process.execPath, [launcher, 'serve', '--port', '0', ...args], place)
  const [, url] = await server.says(/listens on (http:\S+)[\s\S]*Ctrl-C/)
  return { ...server, url: url! }
}

/** Waits for something to become true, asking again and again. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20)
}

/** True while something answers there. */
export async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  )
}
