import type { Command } from '../command.ts'
import { gatewayFlags, portNumber, readArguments, refusePositionals } from '../options.ts'

/** `darkroom serve`: the gateway, until a signal ends it. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'run the gateway, with the sandbox unless a route is configured',
  usage: `serve [options]

      --port N           port to listen on; 0 takes a free one (4100)
      --host HOST        address to listen on (127.0.0.1)
      --role ROLE        all, api (answers callers) or worker (makes jobs), with DATABASE_URL (all)
      --live             open the paid route to OpenAI with OPENAI_API_KEY
      --data FOLDER      data folder (./data)`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, {
      port: { type: 'string' },
      host: { type: 'string' },
      role: { type: 'string' },
      live: { type: 'boolean' },
      data: { type: 'string' },
    })
    refusePositionals('serve', positionals)
    const port = portNumber(values.port)
    return context.serve({
      ...gatewayFlags(values),
      ...(port === undefined ? {} : { port }),
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values.role === undefined ? {} : { role: values.role }),
    })
  },
}
