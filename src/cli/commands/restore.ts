import { type Command, say, UsageError } from '../command.ts'
import { count } from '../layout.ts'
import { gatewayFlags, readArguments } from '../options.ts'

/** `darkroom restore`: a data folder from a backup, every byte compared. */
export const restoreCommand: Command = {
  name: 'restore',
  summary: 'make a data folder from a backup, comparing every byte',
  usage: `restore BACKUP [options]

      --data FOLDER      data folder to make; must be empty or missing (./data)
      --json             print the manifest`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { data: { type: 'string' }, json: { type: 'boolean' } })
    const [source] = positionals
    if (source === undefined || positionals.length > 1) throw new UsageError('restore expects one backup folder')
    const folder = context.dataFolder(gatewayFlags(values))
    const { restore } = await import('../../db/index.ts')
    const manifest = await restore(source, folder)
    if (values.json) say(context.stdout, JSON.stringify(manifest, null, 2))
    else {
      say(
        context.stdout,
        `${folder}: ${count(manifest.rows['generations'] ?? 0, 'generation')}, ${count(manifest.objects.count, 'picture')}`,
      )
      say(context.stdout, `As of ${manifest.made_at}, every byte compared.`)
    }
    return 0
  },
}
