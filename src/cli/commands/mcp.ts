import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { dataFolderPaths } from '../../db/unopened.ts'
import { readText } from '../../primitives/settings.ts'
import { type Command, type CommandContext, type GatewayFlags, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { gatewayFlags, gatewayOptions, readArguments, refusePositionals } from '../options.ts'
import { type GatewayCaller, remoteGateway } from '../remote-gateway.ts'

/** `darkroom mcp`: the tools over standard streams, for agents that start programs. */
export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'serve picture tools to an agent over standard streams',
  usage: `mcp [options]

      --url URL          a gateway that runs elsewhere; its key is DARKROOM_KEY. Without it the
                         one that owns the data folder, or one opened for this
      --folder FOLDER    folder that pictures are read from and saved to (.)
      --live             pay OpenAI with OPENAI_API_KEY, where a gateway is opened
      --data FOLDER      data folder (./data)

  Every server has the same tools at /mcp, for agents that speak HTTP.`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, {
      live: gatewayOptions.live,
      data: gatewayOptions.data,
      url: { type: 'string' },
      folder: { type: 'string' },
    })
    refusePositionals('mcp', positionals)
    const flags = gatewayFlags(values)
    const interruption = context.interruption()
    await using gateway = await gatewayOf(context, flags, values.url)
    // Not before it is understood what is wanted: the library is large.
    const [{ serveOverStdio }, { openPixelPool }, { remoteDesk }, { folderFiles }] = await Promise.all([
      import('../../mcp/index.ts'),
      import('../../pixels/index.ts'),
      import('../remote-desk.ts'),
      import('../folder-files.ts'),
    ])
    await using pixels = openPixelPool()
    const settings = {
      desk: remoteDesk(gateway.caller, gateway.key),
      pixels,
      files: folderFiles(resolve(values.folder ?? '.')),
      version: context.version,
    }
    await serveOverStdio(settings, { stdin: context.stdin, stdout: context.stdout, signal: interruption })
    return 0
  },
}

interface FoundGateway extends AsyncDisposable {
  caller: GatewayCaller
  /** Null where the caller has a credential of its own. */
  key: string | null
}

async function gatewayOf(context: CommandContext, flags: GatewayFlags, url: string | undefined): Promise<FoundGateway> {
  const given = readText(context.environment, 'DARKROOM_KEY', null)
  if (url !== undefined) {
    if (!/^https?:\/\/\S+$/.test(url)) throw new UsageError(`--url expects an address, found '${url}'`)
    if (given === null) throw new UsageError('--url needs the key of that gateway in DARKROOM_KEY')
    const caller = remoteGateway(url.replace(/\/+$/, '').replace(/\/(?:v1|mcp)$/, ''))
    return { caller, key: given, [Symbol.asyncDispose]: async () => {} }
  }
  const client = await GatewayClient.connect(context, flags)
  // An agent gets the rights of a key, not those of the administrator.
  const key = given ?? (await defaultKey(context.dataFolder(flags)))
  return { caller: client, key, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() }
}

async function defaultKey(folder: string): Promise<string | null> {
  const kept = await readFile(dataFolderPaths(folder).defaultKey, 'utf8').catch(() => '')
  return kept.trim() === '' ? null : kept.trim()
}
