import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { compiledCode } from './compiled-code.ts'

const main = resolve(import.meta.dirname, '../../src/main.ts')

/** How a process ended. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
}

/** The real program in a process of its own, so that it can be killed. */
export interface GatewayProcess extends AsyncDisposable {
  url: string
  dataFolder: string
  pid: number
  key: string
  /** What it said on its error stream. */
  errors(): string
  /** Resolves when it is gone. */
  readonly ended: Promise<ProcessEnd>
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<ProcessEnd>
  /** A call on its one route. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** Where the program works and which upstream it calls. */
export interface GatewayProcessOptions {
  dataFolder: string
  /** A sandbox that outlives the process, so that what it was asked and what it charged can be read afterwards. */
  upstreamUrl: string
  /** Further lines of its darkroom.yaml. */
  yaml?: string
  environment?: Record<string, string>
  /** Where it shall die, stall or fail, as `DARKROOM_FAIL_POINT` says it. */
  failPoint?: string
  /** The key to call it with. @default that of the first start in its folder */
  key?: string
  /** What else is said on its command line. */
  flags?: readonly string[]
  /** Text of its darkroom.yaml, where it is another than the one with the route `upstream`. */
  configuration?: string
}

/** The owner's name makes the sandbox's price cards hold, so that its invoice and the ledger can be compared. */
export const configFile = (upstreamUrl: string) => `version: 1
routes:
  - { id: upstream, owner: darkroom-sandbox, kind: provider, base_url: '${upstreamUrl}/v1', key: { env: UPSTREAM_KEY } }
`

/** Starts the program and waits until it listens. @throws Error with what it said when it ends instead. */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const { dataFolder, upstreamUrl, configuration = configFile(upstreamUrl), yaml = '', environment = {}, failPoint, flags = [] } = options
  const config = join(dataFolder, 'darkroom.yaml')
  await writeFile(config, configuration + yaml)
  const { child, errors, ended } = runProgram(['serve', ...flags], {
    DARKROOM_DATA: dataFolder,
    DARKROOM_CONFIG: config,
    UPSTREAM_KEY: 'sk-upstream',
    ...environment,
    ...(failPoint === undefined ? {} : { DARKROOM_FAIL_POINT: failPoint }),
  })
  const url = await Promise.race([listeningAt(child.stdout), ended.then(() => null)])
  if (url === null) throw new Error(`the gateway ended before it listened: ${errors()}`)
  const key = options.key ?? (await readFile(join(dataFolder, 'default-key'), 'utf8')).trim()
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return {
    url,
    dataFolder,
    pid: child.pid!,
    key,
    errors,
    ended,
    end,
    fetch: (path, init = {}) =>
      fetch(url + path, {
        ...init,
        headers: { authorization: `Bearer ${key}`, 'x-darkroom-route': 'upstream', ...(init.headers as Record<string, string>) },
      }),
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL')
    },
  }
}

/**
 * Runs the program with these arguments on a free port; nothing of this process's environment but the path reaches it.
 * @param other another program than ours, which is told what to do on its input
 */
export function runProgram(args: readonly string[], environment: Record<string, string>, other?: string) {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    PORT: '0',
    DARKROOM_LOG: 'warn',
    DARKROOM_RESERVE_MIB: '0',
    NODE_COMPILE_CACHE: compiledCode(),
    ...environment,
  }
  const child = spawn(process.execPath, [other ?? main, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  // What it is told after it died is lost with it.
  child.stdin.on('error', () => undefined)
  if (other === undefined) child.stdin.end()
  let heard = ''
  child.stderr.on('data', (piece: Buffer) => {
    heard += piece
  })
  const ended = once(child, 'close').then(([code, signal]): ProcessEnd => ({ code, signal }))
  return { child, errors: () => heard, ended }
}

/** The address in the start-up message. The stream is read on, so that the program never waits for a full pipe. */
function listeningAt(output: NodeJS.ReadableStream): Promise<string> {
  const { promise, resolve: found } = Promise.withResolvers<string>()
  let heard = ''
  output.on('data', (piece: Buffer) => {
    heard += piece
    const match = /listens on (http:\S+)/.exec(heard)
    if (match) found(match[1]!)
  })
  return promise
}
