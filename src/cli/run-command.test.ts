import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { failure } from '../contract/failure.ts'
import { SettingError } from '../primitives/settings.ts'
import { type CommandContext, CommandError } from './command.ts'
import { allCommands } from './commands.ts'
import { runCommand } from './run-command.ts'

const commands = await allCommands()

/** Runs a command line whose doors must not open, or fail as told. */
async function run(args: string[], failing?: Error) {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const shut = () => {
    throw failing ?? new Error(`${args.join(' ')} opened a door before it understood the command line`)
  }
  const context: CommandContext = {
    stdin: new PassThrough(),
    stdout,
    stderr,
    environment: {},
    version: '1.2.3',
    openGateway: shut,
    serve: shut,
    dataFolder: shut,
    openApi: shut,
    interruption: () => new AbortController().signal,
  }
  const code = await runCommand(args, context)
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

describe('help', () => {
  it.each([[], ['--help'], ['-h'], ['help']])('darkroom %s lists every command', async (...args) => {
    const { code, stdout } = await run(args)
    expect(code).toBe(0)
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'))
  })

  it.each(commands)('darkroom $name --help shows how to use it, and does nothing', async ({ name, usage }) => {
    const shown = await run([name, '--help'])
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toContain(`Usage: darkroom ${usage}\n`)
    expect(await run(['help', name])).toEqual(shown)
    expect(await run([name, '--json', '-h'])).toEqual(shown)
  })

  it('fits a terminal of 100 columns', async () => {
    const texts = await Promise.all([run([]), ...commands.map(({ name }) => run(['help', name]))])
    const wide = texts.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line.length > 100)
    expect(wide).toEqual([])
  })

  it.each(['--version', '-v'])('%s says the version and nothing else', async (flag) => {
    expect(await run([flag])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' })
  })
})

describe('a command line that makes no sense', () => {
  it.each([['frobnicate'], ['help', 'frobnicate'], ['--frobnicate']])(
    'darkroom %s %s is answered with the commands there are',
    async (...args) => {
      const { code, stdout, stderr } = await run(args)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/^darkroom knows no command '(--)?frobnicate'\.\n\ndarkroom 1\.2\.3/)
    },
  )

  it.each([
    [['generate'], 'generate expects one prompt, in quotes'],
    [['generate', 'A', 'boat'], 'generate expects one prompt, in quotes'],
    [['check'], 'check expects one prompt, in quotes'],
    [['estimate'], 'estimate expects one prompt, in quotes'],
    [['edit'], 'edit expects a picture, and behind it a prompt in quotes'],
    [['edit', 'in.png'], 'edit expects a prompt in quotes behind the pictures, found none'],
    [['edit', 'make it blue'], 'edit expects a picture in front of the prompt'],
    [['edit', 'make it blue', 'in.png'], "edit expects the pictures first and the prompt behind them, found 'in.png' at the end"],
    [['edit', 'make', 'it', 'blue'], "There is no file 'make'. If it belongs to the prompt, put the whole prompt in quotes."],
    [['edit', 'in.png', 'A boat', '--protect', '1,2'], "--protect expects X,Y,WIDTH,HEIGHT in pixels of the result, found '1,2'"],
    [['edit', 'in.png', 'A boat', '--feather=-1'], "--feather expects a whole number, found '-1'"],
    [['edit', 'https://a.example/b.png', 'A boat', '--markup', 'https://a.example/c.png'], '--markup goes with pictures in files only'],
    [['mask'], 'mask expects one picture in black and white'],
    [['mask', 'https://a.example/b.png'], "mask expects a file, found 'https://a.example/b.png'"],
    [['check', '--edit', 'in.png'], 'check expects a prompt in quotes behind the pictures, found none'],
    [['check', 'A boat', '--mask', 'mask.png'], '--mask goes with --edit only'],
    [['estimate', 'A boat', '--strict'], '--strict goes with --edit only'],
    [['generate', 'A boat', '--key-transparency', '--background', 'opaque'], '--key-transparency makes the background transparent'],
    [['generate', 'A boat', '--bogus'], "Unknown option '--bogus'"],
    [['generate', 'A boat', '--size'], "Option '-s, --size <value>' argument missing"],
    [['generate', 'A boat', '--n', 'two'], "--n expects a whole number, found 'two'"],
    [['generate', 'A boat', '--compression', '-1'], "Option '--compression' argument is ambiguous"],
    [['generate', 'A boat', '--compression=1.5'], "--compression expects a whole number, found '1.5'"],
    [['generate', 'A boat', '-o', 'boat.gif'], "--out expects a name that ends in .png, .jpg, .jpeg, .webp, found 'boat.gif'"],
    [['generate', 'A boat', '-o', 'boat.png', '-f', 'webp'], '--format webp does not go with a file named boat.png'],
    [['serve', '--port', '70000'], "--port expects a whole number up to 65535, found '70000'"],
    [['serve', 'now'], "serve takes no 'now'"],
    [['sandbox', '--latency', 'slow'], "--latency expects a whole number, found 'slow'"],
    [['ledger', 'all'], "ledger takes no 'all'"],
    [['ledger', '--live'], "Unknown option '--live'"],
    [['keys', 'create'], 'keys create expects one name'],
    [['keys', 'create', 'a', 'b'], 'keys create expects one name'],
    [['keys', 'revoke'], 'keys revoke expects the id of one key'],
    [['keys', 'list', 'all'], 'keys list takes nothing more'],
    [['keys', 'frobnicate'], "keys knows list, create, rotate and revoke, found 'frobnicate'"],
    [['bulk', 'frobnicate'], "bulk knows submit, list, follow, pause, resume, cancel, items, fetch, found 'frobnicate'"],
    [['bulk', 'submit'], 'bulk submit expects one file of items'],
    [['bulk', 'submit', 'a.csv', 'b.csv'], 'bulk submit expects one file of items'],
    [['bulk', 'submit', 'nowhere.csv'], "There is no file 'nowhere.csv'. The items of a bulk stand in a file"],
    [['bulk', 'submit', 'a.csv', '--detach', '-o', 'a.zip'], '--detach does not wait for the pictures'],
    [['bulk', 'list', 'all'], 'bulk list takes nothing more'],
    [['bulk', '--limit', 'many'], "--limit expects a whole number up to 100, found 'many'"],
    [['bulk', 'follow'], 'bulk follow expects the id of one bulk'],
    [['bulk', 'fetch', 'set_1'], 'bulk fetch expects -o FILE.zip, or -o and a folder'],
    [['bulk', 'pause', 'set_1', '--live'], "Unknown option '--live'"],
    [['jobs', 'frobnicate'], "jobs knows list, show, follow, cancel, retry, found 'frobnicate'"],
    [['jobs', 'show'], 'jobs show expects the id of one job'],
    [['jobs', 'cancel', 'a', 'b'], 'jobs cancel expects the id of one job'],
    [['jobs', 'list', '--set', 'x'], "Unknown option '--set'"],
    [['generate', '--economy', 'A boat'], "a bulk is a file that ends in .json, .jsonl, .ndjson, .csv, found 'A boat'"],
    [['doctor', 'me'], "doctor takes no 'me'"],
    [['backup'], 'backup expects one folder to write to'],
    [['restore', 'a', 'b'], 'restore expects one backup folder'],
    [['openapi', 'yaml'], "openapi takes no 'yaml'"],
  ])('%j exits with 2, says what was not understood and shows the usage', async (args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.startsWith(message)).toBe(true)
    expect(stderr).toContain(`\n\nUsage: darkroom ${args[0]}`)
    expect(stderr.endsWith(`\n\n"darkroom ${args[0]} --help" shows the options.\n`)).toBe(true)
  })

  it('takes a prompt that looks like an option after --', async () => {
    expect(await run(['check', '--', '--help'], new CommandError('the door was asked to open'))).toMatchObject({
      code: 1,
      stderr: 'the door was asked to open\n',
    })
  })
})

describe('a command that fails', () => {
  it.each([
    [new SettingError('PORT', 'a number', 'x'), 'PORT: expected a number, found "x". See docs/configuration.md#port\n'],
    [failure('data_folder_locked', { message: 'Somebody owns it.' }), 'Somebody owns it.\n'],
    [new CommandError('It went away.'), 'It went away.\n'],
  ])('shows what an operator can mend without a stack: %s', async (error, stderr) => {
    expect(await run(['doctor'], error)).toEqual({ code: 1, stdout: '', stderr })
  })

  it('shows the stack of a fault of its own', async () => {
    const { code, stderr } = await run(['doctor'], new RangeError('no such thing'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/^darkroom failed inside: RangeError: no such thing\n {4}at /)
  })

  it('answers with an error object where JSON was asked for', async () => {
    const { stderr } = await run(['doctor', '--json'], failure('data_folder_locked'))
    const misused = await run(['doctor', 'me', '--json'])
    expect(JSON.parse(misused.stderr)).toEqual({ error: { message: "doctor takes no 'me'" } })
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'data_folder_locked', outcome: 'not_charged', next_action: 'human' } })
  })
})
