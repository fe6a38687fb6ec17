import type { LedgerReply } from '../../contract/record.ts'
import { type Command, say } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, refusePositionals } from '../options.ts'

/** `darkroom ledger`: what was spent, by owner and whatever else is asked. */
export const ledgerCommand: Command = {
  name: 'ledger',
  summary: 'show what was spent, reserved and held',
  usage: `ledger [options]

      --group LIST       day, model, route, project, key, tag; the owner is always a group
      --from DATE        first day, UTC
      --to DATE          last day, UTC
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const asked = { group: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } } as const
    const { values, positionals } = readArguments(args, { ...options, ...asked })
    refusePositionals('ledger', positionals)
    const { group, from, to } = values
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: false })
    const answer = await wholeLedger(client, { group, from, to })
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : sheet(answer, group))
    return 0
  },
}

type LedgerQuery = Record<string, string | undefined>

/** All pages of the answer as one. */
async function wholeLedger(client: GatewayClient, query: LedgerQuery): Promise<LedgerReply> {
  const first = await page(client, query)
  let last = first
  while (last.next_cursor !== null) {
    last = await page(client, { ...query, cursor: last.next_cursor })
    first.rows.push(...last.rows)
  }
  return { ...first, next_cursor: null }
}

function page(client: GatewayClient, query: LedgerQuery): Promise<LedgerReply> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return client.json<LedgerReply>({ method: 'GET', path: `/v2/ledger?${new URLSearchParams(given)}` })
}

function sheet({ rows, totals_by_owner }: LedgerReply, group: string | undefined): string {
  if (rows.length === 0) return 'Nothing is booked here yet.'
  const groups = (group ?? '').split(',').filter((name) => name !== '' && name !== 'owner')
  const money = ['calls', 'images', 'charged', 'reserved', 'held unknown']
  const lines = [...rows, ...(rows.length > totals_by_owner.length ? totals_by_owner : [])].map((sums) => {
    const cells: Record<string, unknown> = sums
    const named = groups.map((name) => String(name in cells ? (cells[name] ?? '-') : 'all'))
    return [
      sums.route_owner,
      sums.book,
      ...named,
      `${sums.calls}`,
      `${sums.images}`,
      sums.charged.usd,
      sums.reserved.usd,
      sums.held_unknown.usd,
    ]
  })
  const play = rows.some((row) => row.book === 'sandbox') ? ' The sandbox book is play money.' : ''
  return `${table([['owner', 'book', ...groups, ...money], ...lines])}\n\nAmounts in USD.${play}`
}
