import { systemClock } from '../../primitives/clock.ts'
import { type Command, say, UsageError } from '../command.ts'
import { readArguments } from '../options.ts'
import { sharedDatabase } from '../shared-database.ts'

/** `darkroom database`: the schema of a shared database, for a role that may change it. */
export const databaseCommand: Command = {
  name: 'database',
  summary: 'bring the schema of DATABASE_URL up to date: migrate',
  usage: `database migrate [options]

      Once for each release, with the DATABASE_URL of the schema's owner, where the gateway's own
      role may not change it. Several at once wait for one another; one that finds everything up to
      date changes nothing.

      --json             print what was applied as JSON`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } })
    const [action, ...more] = positionals
    if (action !== 'migrate' || more.length > 0) throw new UsageError('database knows migrate, and nothing more')
    const config = sharedDatabase(context.environment, 'names the database whose schema is brought up to date')
    const { bringUpToDate } = await import('../../flows/move/bring-up-to-date.ts')
    const applied = await bringUpToDate(config, systemClock)
    const text = applied.length === 0 ? 'The schema is up to date; nothing was changed.' : `Applied: ${applied.join(', ')}.`
    say(context.stdout, values.json ? JSON.stringify({ applied }, null, 2) : text)
    return 0
  },
}
