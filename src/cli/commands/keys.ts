import { type Command, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'

interface KeyRow {
  id: string
  name: string
  last4: string
  created_at: string
  last_used_at: string | null
  revoked_at: string | null
}

/** `darkroom keys`: make, list and revoke API keys. */
export const keysCommand: Command = {
  name: 'keys',
  summary: 'list, create or revoke API keys',
  usage: `keys [list | create NAME | revoke ID] [options]

      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const { values, positionals } = readArguments(args, options)
    const act = actionOf(positionals)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: positionals[0] === 'create' })
    const { answer, text } = await act(client)
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
}

type Action = (client: GatewayClient) => Promise<{ answer: object; text: string }>

function actionOf([action = 'list', subject, ...more]: readonly string[]): Action {
  if (action === 'list' && subject === undefined) return list
  if (action === 'create' && subject !== undefined && more.length === 0) return (client) => create(client, subject)
  if (action === 'revoke' && subject !== undefined && more.length === 0) return (client) => revoke(client, subject)
  throw new UsageError(misuse[action] ?? `keys knows list, create and revoke, found '${action}'`)
}

const misuse: Readonly<Record<string, string>> = {
  list: 'keys list takes nothing more',
  create: 'keys create expects one name',
  revoke: 'keys revoke expects the id of one key',
}

async function list(client: GatewayClient) {
  const answer = await client.json<{ keys: KeyRow[] }>({ method: 'GET', path: '/v2/keys' })
  const rows = answer.keys.map((key) => [key.id, `…${key.last4}`, dayOf(key.created_at), useOf(key), key.name])
  return { answer, text: table([['id', 'ends in', 'made', 'last used', 'name'], ...rows]) }
}

async function create(client: GatewayClient, name: string) {
  const answer = await client.json<KeyRow & { key: string }>({ method: 'POST', path: '/v2/keys', body: { name } })
  return { answer, text: `${answer.key}\nThis is the only time the key is shown. Its id is ${answer.id}.` }
}

async function revoke(client: GatewayClient, id: string) {
  const answer = await client.json<{ id: string }>({ method: 'DELETE', path: `/v2/keys/${encodeURIComponent(id)}` })
  return { answer, text: `${answer.id} is revoked and opens nothing from now on.` }
}

const dayOf = (time: string) => time.slice(0, 'YYYY-MM-DD'.length)

function useOf(key: KeyRow): string {
  if (key.revoked_at !== null) return 'revoked'
  return key.last_used_at === null ? 'never' : dayOf(key.last_used_at)
}
