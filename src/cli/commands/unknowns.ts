import type { ResolvedReply, UnknownsChecked, UnknownsReply } from '../../contract/record.ts'
import { type Command, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'

interface Word {
  evidence?: string | undefined
  amount?: string | undefined
  correct?: boolean | undefined
  route?: string | undefined
}

/** `darkroom unknowns`: calls whose outcome nobody knows, and what an operator knows of them. */
export const unknownsCommand: Command = {
  name: 'unknowns',
  summary: 'list calls whose outcome nobody knows, or say what became of one',
  usage: `unknowns [list | check | resolve GENERATION charged|not_charged] [options]

      --evidence TEXT    how you know: the ticket, the line of the bill
      --amount USD       what was charged (the estimate)
      --correct          contradict what was decided or presumed before
      --route ID         list only calls on this route
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const words = {
      evidence: { type: 'string' },
      amount: { type: 'string' },
      correct: { type: 'boolean' },
      route: { type: 'string' },
    } as const
    const { values, positionals } = readArguments(args, { ...options, ...words })
    const act = actionOf(positionals, values)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: false })
    const { answer, text } = await act(client)
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
}

type Action = (client: GatewayClient) => Promise<{ answer: object; text: string }>

function actionOf([action = 'list', generation, outcome, ...more]: readonly string[], word: Word): Action {
  if (action === 'list' && generation === undefined) return (client) => list(client, word.route)
  if (action === 'check' && generation === undefined) return check
  if (action !== 'resolve') throw new UsageError(misuse[action] ?? `unknowns knows list, check and resolve, found '${action}'`)
  if (generation === undefined || (outcome !== 'charged' && outcome !== 'not_charged') || more.length > 0)
    throw new UsageError('unknowns resolve expects the id of a generation and charged or not_charged')
  const { evidence, amount, correct } = word
  if (evidence === undefined) throw new UsageError('unknowns resolve expects --evidence: how you know what became of the call')
  return (client) => resolve(client, generation, { outcome, evidence, correct: correct ?? false, ...(amount && { amount_usd: amount }) })
}

const misuse: Readonly<Record<string, string>> = { list: 'unknowns list takes nothing more', check: 'unknowns check takes nothing more' }

async function list(client: GatewayClient, route: string | undefined) {
  const first = await page(client, { route })
  let last = first
  while (last.next_cursor !== null) {
    last = await page(client, { route, cursor: last.next_cursor })
    first.unknowns.push(...last.unknowns)
  }
  return { answer: { ...first, next_cursor: null }, text: sheet(first) }
}

function page(client: GatewayClient, query: Record<string, string | undefined>): Promise<UnknownsReply> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return client.json<UnknownsReply>({ method: 'GET', path: `/v2/unknowns?${new URLSearchParams(given)}` })
}

function sheet({ unknowns, totals }: UnknownsReply): string {
  if (unknowns.length === 0) return 'Nothing is unknown: every call that was sent is known to be charged or not.'
  const rows = unknowns.map((one) => [
    one.generation_id,
    one.route_owner,
    one.held.usd,
    ageOf(one.age_s),
    one.cause ?? '-',
    one.evidence.length === 0 ? 'none' : one.evidence.map(({ step }) => step).join(' '),
  ])
  const held = totals.held.map((total) => `${total.held.usd} USD of ${total.route_owner} (${total.book})`).join(', ')
  return `${table([['generation', 'owner', 'held', 'age', 'cause', 'evidence'], ...rows])}\n\nHeld: ${held}. After 72 hours a call is presumed to be charged.`
}

function ageOf(seconds: number): string {
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return `${Math.floor(seconds / 3600)} h`
}

async function check(client: GatewayClient) {
  const answer = await client.json<UnknownsChecked>({ method: 'POST', path: '/v2/unknowns/check' })
  const { charged, not_charged, presumed, brought_home, open } = answer
  const text = `Found: ${charged} charged, ${not_charged} not charged, ${brought_home} brought home, ${presumed} presumed. Still unknown: ${open}.`
  return { answer, text }
}

async function resolve(client: GatewayClient, generation: string, body: object) {
  const path = `/v2/unknowns/${encodeURIComponent(generation)}/resolve`
  const answer = await client.json<ResolvedReply>({ method: 'POST', path, body })
  const cost = answer.outcome === 'charged' ? `charged, ${answer.cost.usd} USD are booked` : 'not charged, what was held is released'
  return { answer, text: `${generation} was ${cost}.` }
}
