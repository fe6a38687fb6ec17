import { type Command, type CommandContext, say, UsageError } from './command.ts'
import { allCommands, findCommand } from './commands.ts'
import { explain } from './explain.ts'

const isHelp = (word: string | undefined) => word === '--help' || word === '-h' || word === 'help'

/** Runs the command line. @returns the exit code: 0 done, 1 refused or failed, 2 misused, 128 and more when a signal ended it. */
export async function runCommand(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...args] = argv
  if (name === '--version' || name === '-v') return tell(context, context.version)
  if (name === undefined || isHelp(name)) return await help(args[0], context)
  const command = await findCommand(name)
  if (!command) return await unknown(name, context)
  const words = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  if (words.includes('--help') || words.includes('-h')) return await help(name, context)
  try {
    return await command.run(args, context)
  } catch (error) {
    const asJson = words.includes('--json')
    const { text, exitCode } = explain(error, { asJson, width: context.stderr.isTTY ? context.stderr.columns : undefined })
    say(context.stderr, error instanceof UsageError && !asJson ? `${text}\n\n${synopsisOf(command)}` : text)
    return exitCode
  }
}

async function help(name: string | undefined, context: CommandContext): Promise<number> {
  if (name === undefined) return tell(context, await overview(context.version))
  const command = await findCommand(name)
  return command ? tell(context, `${usageOf(command)}\n\n${sentence(command.summary)}`) : await unknown(name, context)
}

async function unknown(name: string, context: CommandContext): Promise<number> {
  say(context.stderr, `darkroom knows no command '${name}'.\n\n${await overview(context.version)}`)
  return 2
}

function tell(context: CommandContext, text: string): number {
  say(context.stdout, text)
  return 0
}

const usageOf = (command: Command) => `Usage: darkroom ${command.usage}`
const synopsisOf = (command: Command) => `${usageOf(command).split('\n\n')[0]}\n\n"darkroom ${command.name} --help" shows the options.`
const sentence = (summary: string) => `${summary[0]!.toUpperCase()}${summary.slice(1)}.`

async function overview(version: string): Promise<string> {
  const commands = await allCommands()
  const width = Math.max(...commands.map((command) => command.name.length)) + 2
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`)
  return `darkroom ${version}\n\nUsage: darkroom COMMAND [options]\n\n${lines.join('\n')}\n\n"darkroom COMMAND --help" shows the options of one.`
}
