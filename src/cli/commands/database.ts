import { systemClock } from '../../primitives/clock.ts'
import { type Command, type CommandContext, say, UsageError } from '../command.ts'
import { readArguments } from '../options.ts'
import { auditFinding, sayFinding } from '../record-findings.ts'
import { sharedDatabase } from '../shared-database.ts'

/** `darkroom database`: the schema of a shared database, for a role that may change it. */
export const databaseCommand: Command = {
  name: 'database',
  summary: 'the database of DATABASE_URL: migrate its schema, audit its records',
  usage: `database migrate|audit [options]

  database migrate
      Once for each release, with the DATABASE_URL of the schema's owner, where the gateway's own
      role may not change it. Several at once wait for one another; one that finds everything up to
      date changes nothing.

  database audit
      Holds the records against one another: money, calls, budgets, pictures. No gateway is started
      and nobody is called, so that it can be asked of a backup that was restored beside the running
      database (docs/backup.md). Exit code 0 = all of it holds.

      --json             print what was applied, or found, as JSON`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } })
    const [action, ...more] = positionals
    const run = action !== undefined && more.length === 0 ? actions.get(action) : undefined
    if (!run) throw new UsageError('database knows migrate and audit, and nothing more')
    return run(context, values.json === true)
  },
}

const actions = new Map([
  ['migrate', migrate],
  ['audit', audit],
])

async function migrate({ environment, stdout }: CommandContext, asJson: boolean): Promise<number> {
  const config = sharedDatabase(environment, 'names the database whose schema is brought up to date')
  const { bringUpToDate } = await import('../../flows/move/bring-up-to-date.ts')
  const applied = await bringUpToDate(config, systemClock)
  const text = applied.length === 0 ? 'The schema is up to date; nothing was changed.' : `Applied: ${applied.join(', ')}.`
  say(stdout, asJson ? JSON.stringify({ applied }, null, 2) : text)
  return 0
}

async function audit({ environment, stdout }: CommandContext, asJson: boolean): Promise<number> {
  const config = sharedDatabase(environment, 'names the database whose records are held against one another')
  const { auditSharedDatabase } = await import('../../flows/audit-shared-database.ts')
  const checks = await auditSharedDatabase(config, systemClock)
  const isSound = checks.every(({ wrong }) => wrong.length === 0)
  if (asJson) say(stdout, JSON.stringify({ checks }, null, 2))
  else {
    for (const check of checks) sayFinding(stdout, auditFinding(check))
    say(stdout, isSound ? 'Everything holds.' : 'These records cannot be trusted.')
  }
  return isSound ? 0 : 1
}
