import { type Command, type CommandContext, say, UsageError } from './command.ts'
import { adviseCommand } from './commands/advise.ts'
import { backupCommand } from './commands/backup.ts'
import { budgetsCommand } from './commands/budgets.ts'
import { bulkCommand } from './commands/bulk.ts'
import { checkCommand } from './commands/check.ts'
import { databaseCommand } from './commands/database.ts'
import { doctorCommand } from './commands/doctor.ts'
import { drillCommand } from './commands/drill.ts'
import { editCommand } from './commands/edit.ts'
import { estimateCommand } from './commands/estimate.ts'
import { gateCommand } from './commands/gate.ts'
import { generateCommand } from './commands/generate.ts'
import { guardCommand } from './commands/guard.ts'
import { handoffCommand } from './commands/handoff.ts'
import { jobsCommand } from './commands/jobs.ts'
import { keysCommand } from './commands/keys.ts'
import { ledgerCommand } from './commands/ledger.ts'
import { maskCommand } from './commands/mask.ts'
import { mcpCommand } from './commands/mcp.ts'
import { moveCommand } from './commands/move.ts'
import { openApiCommand } from './commands/openapi.ts'
import { projectsCommand } from './commands/projects.ts'
import { promptCommand } from './commands/prompt.ts'
import { restoreCommand } from './commands/restore.ts'
import { reviewCommand } from './commands/review.ts'
import { rolloutCommand } from './commands/rollout.ts'
import { sandboxCommand } from './commands/sandbox.ts'
import { scanCommand } from './commands/scan.ts'
import { searchCommand } from './commands/search.ts'
import { secretsCommand } from './commands/secrets.ts'
import { serveCommand } from './commands/serve.ts'
import { unknownsCommand } from './commands/unknowns.ts'
import { webhooksCommand } from './commands/webhooks.ts'
import { explain } from './explain.ts'

/** The commands in the order help shows them. */
export const commands: readonly Command[] = [
  serveCommand,
  sandboxCommand,
  generateCommand,
  editCommand,
  jobsCommand,
  bulkCommand,
  guardCommand,
  handoffCommand,
  maskCommand,
  promptCommand,
  checkCommand,
  estimateCommand,
  adviseCommand,
  searchCommand,
  ledgerCommand,
  unknownsCommand,
  reviewCommand,
  keysCommand,
  secretsCommand,
  projectsCommand,
  budgetsCommand,
  webhooksCommand,
  scanCommand,
  gateCommand,
  rolloutCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
  databaseCommand,
  drillCommand,
  moveCommand,
  mcpCommand,
  openApiCommand,
]

const isHelp = (word: string | undefined) => word === '--help' || word === '-h' || word === 'help'

/** Runs the command line. @returns the exit code: 0 done, 1 refused or failed, 2 misused, 128 and more when a signal ended it. */
export async function runCommand(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...args] = argv
  if (name === '--version' || name === '-v') return tell(context, context.version)
  if (name === undefined || isHelp(name)) return help(args[0], context)
  const command = commands.find((candidate) => candidate.name === name)
  if (!command) return unknown(name, context)
  const words = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  if (words.includes('--help') || words.includes('-h')) return help(name, context)
  try {
    return await command.run(args, context)
  } catch (error) {
    const asJson = words.includes('--json')
    const { text, exitCode } = explain(error, { asJson, width: context.stderr.isTTY ? context.stderr.columns : undefined })
    say(context.stderr, error instanceof UsageError && !asJson ? `${text}\n\n${synopsisOf(command)}` : text)
    return exitCode
  }
}

function help(name: string | undefined, context: CommandContext): number {
  const command = commands.find((candidate) => candidate.name === name)
  if (command) return tell(context, `${usageOf(command)}\n\n${sentence(command.summary)}`)
  return name === undefined ? tell(context, overview(context.version)) : unknown(name, context)
}

function unknown(name: string, context: CommandContext): number {
  say(context.stderr, `darkroom knows no command '${name}'.\n\n${overview(context.version)}`)
  return 2
}

function tell(context: CommandContext, text: string): number {
  say(context.stdout, text)
  return 0
}

const usageOf = (command: Command) => `Usage: darkroom ${command.usage}`
const synopsisOf = (command: Command) => `${usageOf(command).split('\n\n')[0]}\n\n"darkroom ${command.name} --help" shows the options.`
const sentence = (summary: string) => `${summary[0]!.toUpperCase()}${summary.slice(1)}.`

function overview(version: string): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`)
  return `darkroom ${version}\n\nUsage: darkroom COMMAND [options]\n\n${lines.join('\n')}\n\n"darkroom COMMAND --help" shows the options of one.`
}
