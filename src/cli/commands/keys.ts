import { type Command, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, wholeNumber } from '../options.ts'

interface KeyRow {
  id: string
  project_id: string
  name: string
  last4: string
  created_at: string
  last_used_at: string | null
  revoked_at: string | null
  expires_at: string | null
}

/** `darkroom keys`: make, list, replace and revoke API keys. */
export const keysCommand: Command = {
  name: 'keys',
  summary: 'list, create, replace or revoke API keys',
  usage: `keys [list | create NAME | rotate ID | revoke ID] [options]

      --project ID       of this project (create: default; list: all)
      --overlap HOURS    how long the old key works beside the new one (rotate: 24)
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const { values, positionals } = readArguments(args, { ...options, project: { type: 'string' }, overlap: { type: 'string' } })
    const act = actionOf(positionals, { project: values.project, overlapHours: wholeNumber('overlap', values.overlap, 720) })
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: positionals[0] === 'create' })
    const { answer, text } = await act(client)
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
}

type Action = (client: GatewayClient) => Promise<{ answer: object; text: string }>

interface KeyOptions {
  project: string | undefined
  overlapHours: number | undefined
}

function actionOf([action = 'list', subject, ...more]: readonly string[], { project, overlapHours }: KeyOptions): Action {
  if (project !== undefined && action !== 'list' && action !== 'create') throw new UsageError(`keys ${action} takes no --project`)
  if (overlapHours !== undefined && action !== 'rotate') throw new UsageError(`keys ${action} takes no --overlap`)
  if (action === 'list' && subject === undefined) return (client) => list(client, project)
  if (action === 'create' && subject !== undefined && more.length === 0) return (client) => create(client, subject, project)
  if (action === 'rotate' && subject !== undefined && more.length === 0) return (client) => rotate(client, subject, overlapHours ?? 24)
  if (action === 'revoke' && subject !== undefined && more.length === 0) return (client) => revoke(client, subject)
  throw new UsageError(misuse[action] ?? `keys knows list, create, rotate and revoke, found '${action}'`)
}

const misuse: Readonly<Record<string, string>> = {
  list: 'keys list takes nothing more',
  create: 'keys create expects one name',
  rotate: 'keys rotate expects the id of one key',
  revoke: 'keys revoke expects the id of one key',
}

async function list(client: GatewayClient, project: string | undefined) {
  const query = project === undefined ? '' : `?project_id=${encodeURIComponent(project)}`
  const answer = await client.json<{ keys: KeyRow[] }>({ method: 'GET', path: `/v2/keys${query}` })
  const rows = answer.keys.map((key) => [key.id, `…${key.last4}`, dayOf(key.created_at), useOf(key), key.name])
  return { answer, text: table([['id', 'ends in', 'made', 'last used', 'name'], ...rows]) }
}

async function create(client: GatewayClient, name: string, project: string | undefined) {
  const body = { name, ...(project === undefined ? {} : { project_id: project }) }
  const answer = await client.json<KeyRow & { key: string }>({ method: 'POST', path: '/v2/keys', body })
  return { answer, text: `${answer.key}\nThis is the only time the key is shown. Its id is ${answer.id}.` }
}

async function rotate(client: GatewayClient, id: string, overlapHours: number) {
  const path = `/v2/keys/${encodeURIComponent(id)}/rotate`
  const answer = await client.json<KeyRow & { key: string }>({ method: 'POST', path, body: { overlap_seconds: overlapHours * 3600 } })
  const old = overlapHours === 0 ? `${id} opens nothing from now on.` : `${id} works for ${overlapHours} more hours.`
  return { answer, text: `${answer.key}\nThis is the only time the key is shown. Its id is ${answer.id}. ${old}` }
}

async function revoke(client: GatewayClient, id: string) {
  const answer = await client.json<{ id: string }>({ method: 'DELETE', path: `/v2/keys/${encodeURIComponent(id)}` })
  return { answer, text: `${answer.id} is revoked and opens nothing from now on.` }
}

const dayOf = (time: string) => time.slice(0, 'YYYY-MM-DD'.length)

function useOf(key: KeyRow): string {
  if (key.revoked_at !== null) return 'revoked'
  if (key.expires_at !== null) return `until ${key.expires_at.slice(0, 'YYYY-MM-DDTHH:MM'.length)}`
  return key.last_used_at === null ? 'never' : dayOf(key.last_used_at)
}
