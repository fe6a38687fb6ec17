import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { type CommandContext, Interrupted } from '../../src/cli/command.ts'
import { runCommand } from '../../src/cli/run-command.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { createGateway } from '../../src/gateway.ts'
import { createLogger } from '../../src/telemetry/index.ts'

/** What a command said, and with what it would exit. */
export interface CommandEnd {
  code: number
  stdout: string
  stderr: string
}

/** A command that runs in this process. */
export interface RunningCommand {
  ended: Promise<CommandEnd>
  /** Resolves once its error stream matches. */
  says(pattern: RegExp): Promise<void>
  /** The same of its standard output. */
  tells(pattern: RegExp): Promise<void>
  /** As Ctrl-C does. */
  interrupt(): void
}

/** The command line in this process, on a data folder: beside the gateway that owns it, or opening gateways of its own. */
export function commandLine(dataFolder: string, environment: Record<string, string> = {}) {
  const start = (...args: string[]): RunningCommand => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const heard = { stdout: '', stderr: '' }
    stdout.setEncoding('utf8').on('data', (piece: string) => {
      heard.stdout += piece
    })
    stderr.setEncoding('utf8').on('data', (piece: string) => {
      heard.stderr += piece
    })
    const wish = new AbortController()
    const context = contextOf({ dataFolder, environment, stdout, stderr, wish: wish.signal })
    const ended = runCommand(args, context).then(async (code) => {
      await new Promise((resolve) => setImmediate(resolve))
      return { code, ...heard }
    })
    const matches = (name: 'stdout' | 'stderr', stream: PassThrough) => async (pattern: RegExp) => {
      const isOver = ended.then(() => true)
      while (!pattern.test(heard[name])) {
        const hasEnded = await Promise.race([once(stream, 'data').then(() => false), isOver])
        if (hasEnded && !pattern.test(heard[name]))
          throw new Error(`expected ${pattern}, but it ended and said:\n${heard.stdout}${heard.stderr}`)
      }
    }
    const [tells, says] = [matches('stdout', stdout), matches('stderr', stderr)]
    return { ended, says, tells, interrupt: () => wish.abort(new Interrupted(130)) }
  }
  return { start, run: (...args: string[]) => start(...args).ended }
}

interface Surroundings {
  dataFolder: string
  environment: Record<string, string>
  stdout: PassThrough
  stderr: PassThrough
  wish: AbortSignal
}

function contextOf({ dataFolder, environment, stdout, stderr, wish }: Surroundings): CommandContext {
  const settings = {
    DARKROOM_SANDBOX_LATENCY_MS: '0',
    DARKROOM_RESERVE_MIB: '0',
    DARKROOM_CONFIG: `${dataFolder}/darkroom.yaml`,
    ...environment,
  }
  const shut = () => {
    throw new Error('a command opened a door that no test gave it')
  }
  return {
    stdin: new PassThrough(),
    stdout,
    stderr,
    environment: settings,
    version: '0.0.0',
    async openGateway({ leavesJobs = false, ...flags }) {
      const read = readConfig(settings, { ...flags, dataFolder, port: 0, host: '127.0.0.1' })
      const config = { ...read, sandbox: { ...read.sandbox, flat: true } }
      const gateway = await createGateway(config, { logger: createLogger({ level: 'silent' }), leavesJobs })
      return { baseUrl: gateway.url, serves: 'the built-in sandbox', close: async () => void (await gateway.close()) }
    },
    serve: shut,
    dataFolder: () => dataFolder,
    openApi: shut,
    interruption: () => wish,
  }
}
