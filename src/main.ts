import packageJson from '../package.json' with { type: 'json' }
import type { CommandContext, GatewayFlags, OpenedGateway } from './cli/command.ts'
import { endOnFault } from './cli/end-on-fault.ts'
import { listenForInterruption } from './cli/interruption.ts'
import { count } from './cli/layout.ts'
import { runCommand } from './cli/run-command.ts'
import { whenAborted } from './cli/when-aborted.ts'
import { readDataFolder } from './config/read-data-folder.ts'
import type { Gateway, GatewayOptions } from './gateway.ts'
import { systemClock } from './primitives/clock.ts'

// The executable. What builds a gateway is loaded by the commands that build one: the others answer at once.

const { version } = packageJson
const environment = process.env
const OWNER_ONLY = 0o077
let interruption: AbortSignal | undefined
let running: Gateway | undefined

const context: CommandContext = {
  get stdin() {
    return process.stdin
  },
  stdout: process.stdout,
  stderr: process.stderr,
  environment,
  version,
  openGateway,
  serve,
  dataFolder: (flags) => readDataFolder(environment, flags),
  openApi: async () => JSON.stringify((await import('./gateway.ts')).describeApi(), null, 2),
  interruption: listen,
}

// A reader that had enough (`darkroom ledger | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
// Where nobody reads what is wrong any more, nothing can be said of that either; the work goes on.
process.stderr.on('error', () => undefined)
process.exitCode = await runCommand(process.argv.slice(2), context)

function listen(): AbortSignal {
  interruption ??= listenForInterruption(process, environment, systemClock, async () => running?.stop())
  return interruption
}

/** A gateway for one command: it says nothing unless something fails. */
async function openGateway(flags: GatewayFlags): Promise<OpenedGateway> {
  const { createLogger } = await import('./telemetry/index.ts')
  const { servingOf } = await import('./start-up-message.ts')
  const logger = createLogger({ level: 'error', destination: process.stderr })
  const shellUmask = process.umask(OWNER_ONLY)
  try {
    const { mayLackSecrets = false, leavesJobs = false, callsNobody = false } = flags
    const options = { logger, mayLackSecrets, leavesJobs, callsNobody }
    const { gateway } = await startGateway({ ...flags, port: 0, host: '127.0.0.1' }, options)
    return { baseUrl: gateway.url, serves: servingOf(gateway).by, close: async () => void (await gateway.close()) }
  } finally {
    // Pictures and backups that a command saves elsewhere get the modes of the user's shell.
    process.umask(shellUmask)
  }
}

async function serve(flags: GatewayFlags): Promise<number> {
  const wish = listen()
  process.umask(OWNER_ONLY)
  const { makeSignInLink, startUpMessage } = await import('./start-up-message.ts')
  const { gateway, config } = await startGateway(flags)
  process.stdout.write(startUpMessage(gateway, config, version, makeSignInLink(gateway, config, process.stdout)))
  await whenAborted(wish)
  await drain(gateway)
  return 0
}

async function startGateway(flags: GatewayFlags, options?: GatewayOptions) {
  const { readConfig } = await import('./config/read-config.ts')
  const { createGateway } = await import('./gateway.ts')
  const config = readConfig(flags.callsNobody ? alone(environment) : environment, flags)
  const gateway = await createGateway(config, options)
  running = gateway
  endOnFault(process, {
    note: (error) => gateway.parts.logger.error({ err: error }, 'the program failed where nobody expected it, and ends'),
    journal: () => gateway.stop(),
  })
  return { config, gateway }
}

/** Without the database, the bucket and the collector that others share: what is in the data folder is all there is. */
function alone(shared: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(shared).filter(([name]) => !/^(?:DATABASE_|S3_|OTEL_|NODE_ENV$)/.test(name)))
}

async function drain(gateway: Gateway): Promise<void> {
  const { size } = gateway.parts.running
  if (size > 0)
    process.stderr.write(`Waiting for ${count(size, 'call')} under way. A second signal ends at once, and the cost is then unknown.\n`)
  const left = await gateway.close()
  if (left > 0) process.stderr.write(`${count(left, 'call')} took longer than the grace: broken off, the cost is held as unknown.\n`)
}
