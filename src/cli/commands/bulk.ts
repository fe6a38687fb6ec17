import type { Bulk, BulkItemReply } from '../../contract/bulk-replies.ts'
import { itemsOfBulk, readBulk, steerBulk } from '../bulk/bulk-calls.ts'
import { countsInWords, doneOf } from '../bulk/bulk-words.ts'
import { fetchBulk, fetchTarget } from '../bulk/fetch-bulk.ts'
import { followBulk } from '../bulk/follow-bulk.ts'
import { submitBulk, submitOptionsHelp } from '../bulk/submit-bulk.ts'
import { type Command, type CommandContext, say, UsageError } from '../command.ts'
import { followCommand } from '../follow-command.ts'
import { type ConnectOptions, GatewayClient } from '../gateway-client.ts'
import { plainText, table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, wholeNumber } from '../options.ts'

/** `darkroom bulk`: thousands of pictures by one file. */
export const bulkCommand: Command = {
  name: 'bulk',
  summary: 'make thousands of pictures from a file: submit, follow, fetch and more',
  usage: `bulk [submit FILE | list | follow ID | items ID | fetch ID -o PLACE |
      pause ID | resume ID | cancel ID] [options]

  FILE holds one item a line (.jsonl), one a row (.csv), or a list of them (.json). The same FILE
  submitted again is the same bulk: it is gone on with, and nothing is made twice.

${submitOptionsHelp}

      --state STATE      only such items: waiting, queued, running, completed, failed, refused,
                         cancelled or outcome_unknown (items)
      --limit N          how many of the newest (list: 20)`,
  async run(words, context) {
    const [action = 'list', ...args] = words[0]?.startsWith('-') ? ['list', ...words] : words
    if (action === 'submit') return submitBulk('bulk submit', args, context)
    const act = Object.hasOwn(actions, action) ? actions[action as keyof typeof actions] : undefined
    if (!act) throw new UsageError(`bulk knows submit, ${Object.keys(actions).join(', ')}, found '${action}'`)
    return act(args, context)
  },
}

const data = { data: gatewayOptions.data, json: gatewayOptions.json } as const
const save = { out: { type: 'string', short: 'o' }, replace: { type: 'boolean' } } as const

/** What is missing is said before a gateway is looked for. */
const actions = {
  async list(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, { ...data, limit: { type: 'string' } })
    if (positionals.length > 0) throw new UsageError('bulk list takes nothing more')
    const limit = wholeNumber('limit', values.limit, 100) ?? 20
    await using client = await connect(context, values)
    const answer = await client.json<{ bulks: Bulk[]; next_cursor: string | null }>({ method: 'GET', path: `/v2/jobs/bulk?limit=${limit}` })
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : listOf(answer.bulks))
    return 0
  },
  async follow(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, { ...data, ...save, live: gatewayOptions.live })
    const id = oneId('follow', positionals)
    const target = values.out === undefined ? null : await fetchTarget(values.out, values.replace ?? false, 'Nothing was fetched.')
    context.interruption()
    await using client = await connect(context, values, { liveForOwner: true, staysGuest: true }, false)
    return await followBulk(client, await readBulk(client, id), { ...values, target }, context)
  },
  pause: steering('pause'),
  resume: steering('resume'),
  cancel: steering('cancel'),
  async items(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, { ...data, state: { type: 'string' } })
    const id = oneId('items', positionals)
    await using client = await connect(context, values)
    const items = await Array.fromAsync(itemsOfBulk(client, id, values.state))
    say(context.stdout, values.json ? JSON.stringify({ items }, null, 2) : sheetOf(items))
    return 0
  },
  async fetch(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, { data: data.data, ...save })
    const id = oneId('fetch', positionals)
    if (values.out === undefined) throw new UsageError('bulk fetch expects -o FILE.zip, or -o and a folder')
    const target = await fetchTarget(values.out, values.replace ?? false, 'Nothing was fetched.')
    context.interruption()
    await using client = await connect(context, values, { staysGuest: true })
    return await fetchBulk(client, await readBulk(client, id), target, context)
  },
}

function steering(action: 'pause' | 'resume' | 'cancel') {
  return async (args: readonly string[], context: CommandContext): Promise<number> => {
    const { values, positionals } = readArguments(args, data)
    const id = oneId(action, positionals)
    await using client = await connect(context, values)
    const bulk = await steerBulk(client, id, action)
    say(context.stdout, values.json ? JSON.stringify(bulk, null, 2) : `${id} ${outcomes[action]}: ${countsInWords(bulk)}.`)
    if (action === 'resume' && client.isOurs)
      say(context.stderr, `No gateway runs on this data folder; make it with: ${followCommand(['bulk', 'follow', id], values)}`)
    return 0
  }
}

const outcomes = {
  pause: 'is paused; what was queued before goes on',
  resume: 'goes on',
  cancel: 'is cancelled; calls under way are paid for and kept',
}

/** Looking and steering makes no picture: a gateway of our own leaves the jobs that wait to the next one. */
function connect(
  context: CommandContext,
  values: { data?: string | undefined; live?: boolean | undefined },
  options: ConnectOptions = {},
  leavesJobs = true,
): Promise<GatewayClient> {
  return GatewayClient.connect(context, { ...gatewayFlags(values), leavesJobs }, { makesFolder: false, ...options })
}

function oneId(action: string, positionals: readonly string[]): string {
  const [id] = positionals
  if (id === undefined || positionals.length > 1) throw new UsageError(`bulk ${action} expects the id of one bulk`)
  return id
}

function listOf(bulks: readonly Bulk[]): string {
  if (bulks.length === 0) return 'There are no bulks.'
  const rows = bulks.map((bulk) => [
    bulk.id,
    bulk.pause_reason === null ? bulk.state : `${bulk.state}: ${bulk.pause_reason}`,
    `${doneOf(bulk)}/${bulk.total}`,
    `${bulk.counts.failed + bulk.counts.refused + bulk.counts.outcome_unknown}`,
    bulk.cost.settled.usd,
    bulk.created_at.slice(0, 'YYYY-MM-DDTHH:MM'.length),
    plainText(bulk.name ?? ''),
  ])
  return table([['id', 'state', 'done', 'trouble', 'cost', 'submitted', 'name'], ...rows])
}

function sheetOf(items: readonly BulkItemReply[]): string {
  if (items.length === 0) return 'There are no such items.'
  const rows = items.map(({ item, custom_id, state, job_id, images, cost, error }) => [
    `${item}`,
    custom_id ?? '',
    state,
    `${images.length}`,
    cost?.usd ?? '',
    job_id ?? '',
    error === null ? '' : [error['code'], error['message']].filter(Boolean).join(': '),
  ])
  return table([['item', 'custom_id', 'state', 'pictures', 'cost', 'job', 'error'], ...rows])
}
