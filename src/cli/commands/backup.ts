import { systemClock } from '../../primitives/clock.ts'
import { type Command, say, UsageError } from '../command.ts'
import { count, sayWrapped } from '../layout.ts'
import { gatewayFlags, readArguments } from '../options.ts'

/** `darkroom backup`: a consistent copy of the data folder, also of one in use. */
export const backupCommand: Command = {
  name: 'backup',
  summary: 'copy the data folder, also while the server runs',
  usage: `backup FOLDER [options]

      --data FOLDER      data folder to copy (./data)
      --json             print the manifest`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { data: { type: 'string' }, json: { type: 'boolean' } })
    const [target] = positionals
    if (target === undefined || positionals.length > 1) throw new UsageError('backup expects one folder to write to')
    const { backup } = await import('../../db/index.ts')
    const manifest = await backup(context.dataFolder(gatewayFlags(values)), target, systemClock)
    if (values.json) say(context.stdout, JSON.stringify(manifest, null, 2))
    else {
      say(
        context.stdout,
        `${target}: ${count(manifest.rows['generations'] ?? 0, 'generation')}, ${count(manifest.objects.count, 'picture')}`,
      )
      sayWrapped(context.stdout, "It holds the gateway's secrets: keep it like a key.")
    }
    return 0
  },
}
