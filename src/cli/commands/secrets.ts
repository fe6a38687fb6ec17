import type { Readable } from 'node:stream'
import { type Command, CommandError, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'

interface SecretRow {
  name: string
  version: number
  created_at: string
  updated_at: string
  used_by: string[]
}

/** `darkroom secrets`: keep keys of upstreams in the data folder, encrypted, instead of in the environment. */
export const secretsCommand: Command = {
  name: 'secrets',
  summary: 'keep keys of upstreams encrypted: list, set, rm',
  usage: `secrets [list | set NAME | rm NAME] [options]

      set reads the value from its standard input: so it stands in no history and no list of
      processes.
          darkroom secrets set openai < key.txt

      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const { values, positionals } = readArguments(args, options)
    const act = await actionOf(positionals, () => readValue(context.stdin))
    const flags = { ...gatewayFlags(values), mayLackSecrets: true }
    await using client = await GatewayClient.connect(context, flags, { makesFolder: positionals[0] === 'set' })
    const { answer, text } = await act(client)
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
}

type Action = (client: GatewayClient) => Promise<{ answer: object; text: string }>

async function actionOf([action = 'list', name, ...more]: readonly string[], value: () => Promise<string>): Promise<Action> {
  if (more.length > 0 && action === 'set')
    throw new UsageError('secrets set takes the value from its standard input, never from the command line')
  if (action === 'list' && name === undefined) return list
  if (action === 'set' && name !== undefined) {
    const read = await value()
    return (client) => set(client, name, read)
  }
  if (action === 'rm' && name !== undefined && more.length === 0) return (client) => remove(client, name)
  throw new UsageError(misuse[action] ?? `secrets knows list, set and rm, found '${action}'`)
}

const misuse: Readonly<Record<string, string>> = {
  list: 'secrets list takes nothing more',
  set: 'secrets set expects one name',
  rm: 'secrets rm expects one name',
}

/** What comes in, without the line break that editors and `echo` put behind it. */
async function readValue(input: Readable): Promise<string> {
  let text = ''
  for await (const piece of input.setEncoding('utf8')) text += piece
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw new CommandError('Nothing came on the standard input, so nothing was kept.')
  return value
}

async function list(client: GatewayClient) {
  const answer = await client.json<{ secrets: SecretRow[] }>({ method: 'GET', path: '/v2/secrets' })
  const rows = answer.secrets.map(({ name, version, updated_at, used_by }) => [
    name,
    `${version}`,
    updated_at.slice(0, 10),
    used_by.join(', '),
  ])
  return { answer, text: rows.length === 0 ? 'No secrets are kept here.' : table([['name', 'set', 'last', 'used by'], ...rows]) }
}

async function set(client: GatewayClient, name: string, value: string) {
  const answer = await client.json<SecretRow>({ method: 'POST', path: '/v2/secrets', body: { name, value } })
  const used =
    answer.used_by.length === 0 ? 'No route of the running configuration uses it yet.' : `Used by ${answer.used_by.join(', ')} from now on.`
  return { answer, text: `${answer.name} is kept, encrypted. ${used}` }
}

async function remove(client: GatewayClient, name: string) {
  const answer = await client.json<{ name: string }>({ method: 'DELETE', path: `/v2/secrets/${encodeURIComponent(name)}` })
  return { answer, text: `${answer.name} is gone.` }
}
