import type { BudgetReply } from '../../contract/record.ts'
import { type Command, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'

const settingOptions = {
  project: { type: 'string' },
  key: { type: 'string' },
  period: { type: 'string' },
  limit: { type: 'string' },
  owner: { type: 'string' },
  book: { type: 'string' },
  name: { type: 'string' },
} as const

type Settings = Readonly<Partial<Record<keyof typeof settingOptions, string | undefined>>>

/** `darkroom budgets`: how much may be spent, and what is left of it. */
export const budgetsCommand: Command = {
  name: 'budgets',
  summary: 'list, create, change or end budgets',
  usage: `budgets [list | create NAME | set ID | end ID] [options]

      --project ID       of this project (create; list: only its budgets)
      --key ID           of this key instead, and of those it is exchanged for (create)
      --period PERIOD    day, month (both UTC) or total (create: month)
      --limit USD        how much (create, set)
      --owner NAME       only what this route owner bills (create)
      --book BOOK        provider for real money, sandbox for play money (create: provider)
      --name NAME        another name (set)

      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const { values, positionals } = readArguments(args, { ...options, ...settingOptions })
    const act = actionOf(positionals, values)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: positionals[0] === 'create' })
    const { answer, text } = await act(client)
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
}

type Action = (client: GatewayClient) => Promise<{ answer: object; text: string }>

function actionOf([action = 'list', subject, ...more]: readonly string[], settings: Settings): Action {
  if (action === 'list' && subject === undefined) return (client) => list(client, settings)
  const act = subject === undefined || more.length > 0 ? undefined : actions[action]
  if (!act) throw new UsageError('budgets knows list, create NAME, set ID and end ID')
  return act(subject!, settings)
}

const place = (id: string) => `/v2/budgets/${encodeURIComponent(id)}`

/** What is missing is said before a gateway is looked for. The gateway judges the values. */
const actions: Readonly<Record<string, (subject: string, settings: Settings) => Action>> = {
  create(name, { project, key, period = 'month', limit, owner, book }) {
    if (limit === undefined) throw new UsageError('budgets create NAME needs --limit USD')
    const body = { name, project_id: project, key_id: key, period, limit_usd: limit, route_owner: owner, book }
    return async (client) => {
      const answer = await client.json<BudgetReply>({ method: 'POST', path: '/v2/budgets', body })
      return { answer, text: sheet(answer) }
    }
  },
  set(id, { limit, name }) {
    if (limit === undefined && name === undefined) throw new UsageError('budgets set ID needs --limit USD or --name NAME')
    return async (client) => {
      const answer = await client.json<BudgetReply>({ method: 'PATCH', path: place(id), body: { limit_usd: limit, name } })
      return { answer, text: sheet(answer) }
    }
  },
  end: (id) => async (client) => {
    const answer = await client.json<{ id: string }>({ method: 'DELETE', path: place(id) })
    return { answer, text: `${answer.id} has ended and refuses nothing any more.` }
  },
}

async function list(client: GatewayClient, { project }: Settings) {
  const query = project === undefined ? '' : `?project_id=${encodeURIComponent(project)}`
  const answer = await client.json<{ budgets: BudgetReply[] }>({ method: 'GET', path: `/v2/budgets${query}` })
  const rows = answer.budgets.map((budget) => [
    budget.id,
    budget.key_id ?? budget.project_id,
    budget.ended_at === null ? budget.period_id : 'ended',
    budget.book,
    budget.limit.usd,
    budget.spent.usd,
    budget.reserved.usd,
    budget.held.usd,
    budget.left.usd,
    budget.name,
  ])
  if (rows.length === 0)
    return { answer, text: 'No budgets: nothing limits what is spent. Make one: darkroom budgets create NAME --project ID --limit USD' }
  return { answer, text: table([['id', 'of', 'period', 'book', 'limit', 'spent', 'reserved', 'held', 'left', 'name'], ...rows]) }
}

function sheet(budget: BudgetReply): string {
  return table([
    ['budget', budget.name],
    ['id', budget.id],
    ['of', budget.key_id ?? budget.project_id],
    ['period', budget.renews_at === null ? budget.period_id : `${budget.period_id}, renews ${budget.renews_at}`],
    ['counts', `${budget.book} money${budget.route_owner === null ? '' : ` billed by ${budget.route_owner}`}`],
    ['limit', `$${budget.limit.usd}`],
    ['left', `$${budget.left.usd}`],
  ])
}
