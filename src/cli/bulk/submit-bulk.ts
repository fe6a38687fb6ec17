import type { Bulk } from '../../contract/bulk-replies.ts'
import type { EstimateReply } from '../../contract/record.ts'
import { systemClock } from '../../primitives/clock.ts'
import { type CommandContext, Interrupted, say, UsageError } from '../command.ts'
import { followCommand } from '../follow-command.ts'
import { GatewayClient, RefusedError } from '../gateway-client.ts'
import { assertMoneyMeant, checkImageCall, currency, isPlayMoney } from '../image-call.ts'
import { count, sayWrapped } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'
import { bulkOfKey, steerBulk } from './bulk-calls.ts'
import { type BulkOrder, bodyOfOrder, orderOptions, readBulkOrder } from './bulk-order.ts'
import { aboutUsd, doneOf, isOver } from './bulk-words.ts'
import { fetchTarget } from './fetch-bulk.ts'
import { followBulk } from './follow-bulk.ts'

/** Options of a command that submits a bulk. */
export const submitOptions = {
  ...gatewayOptions,
  ...orderOptions,
  detach: { type: 'boolean' },
  out: { type: 'string', short: 'o' },
  replace: { type: 'boolean' },
} as const

/** How they are shown in a usage text. */
export const submitOptionsHelp = `      --template T       a job with {{name}} in its texts, as JSON or in a file; the items
                         are then the values
      --name TEXT        what it is called
      --economy          at half the price, within a day; its deadline is 26h unless given
      --priority P       low, normal or high, among the jobs of the project (low)
      --deadline T       nothing of it begins later: a time, or 90m, 36h, 2d from now (1d)
      --route ID         only this route may make it
      --again            submit it once more, although it was submitted before
      --detach           do not wait for it
  -o, --out PLACE        fetch its pictures when it is over, into FILE.zip or a folder
      --replace          PLACE may replace what is there
      --live             pay OpenAI with OPENAI_API_KEY, or what a running gateway asks;
                         without it the routes of darkroom.yaml serve, or the sandbox
      --data FOLDER      data folder (./data)
      --json             print the whole answer`

/** Submits a file of items, or goes on with it where it was submitted before, and follows it. @returns the exit code */
export async function submitBulk(command: string, args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = readArguments(args, submitOptions)
  const [path] = positionals
  if (path === undefined || positionals.length > 1) throw new UsageError(`${command} expects one file of items`)
  if (values.detach && values.out !== undefined) throw new UsageError('--detach does not wait for the pictures that --out saves')
  const order = await readBulkOrder(path, values, systemClock.nowMs())
  const target = values.out === undefined ? null : await fetchTarget(values.out, values.replace ?? false, 'Nothing was submitted.')
  const interruption = context.interruption()
  const flags = { ...gatewayFlags(values), leavesJobs: values.detach ?? false }
  await using client = await GatewayClient.connect(context, flags, { liveForOwner: true, staysGuest: true })
  interruption.throwIfAborted()

  const before = order.isAgain ? null : await bulkOfKey(client, order.idempotencyKey)
  const bulk = before ? await goneOnWith(client, before, context) : await submitted(client, order, values.live ?? false, context)
  if (!values.detach) return await followBulk(client, bulk, { ...values, target }, context)
  const follow = followCommand(['bulk', 'follow', bulk.id], { data: values.data, live: client.isOurs ? values.live : undefined })
  say(context.stdout, values.json ? JSON.stringify(bulk, null, 2) : bulk.id)
  if (!values.json)
    say(context.stderr, `${client.isOurs ? 'It waits until a gateway runs on this data folder; make' : 'Follow'} it with: ${follow}`)
  return 0
}

/** What was submitted before is not submitted twice. One that paused by itself is tried again: that is what submitting it asks for. */
async function goneOnWith(client: GatewayClient, before: Bulk, context: CommandContext): Promise<Bulk> {
  const { id, state, total, pause_reason } = before
  const stands = state === 'cancelled' ? 'cancelled' : isOver(before) ? 'over' : `${doneOf(before)} of ${total} done`
  sayWrapped(
    context.stderr,
    `This was submitted before as ${id} (${stands}), so it is not submitted again. To pay for it once more: --again.`,
  )
  return state === 'paused' && pause_reason !== null ? steerBulk(client, id, 'resume') : before
}

async function submitted(client: GatewayClient, order: BulkOrder, live: boolean, context: CommandContext): Promise<Bulk> {
  const route = await meantRoute(client, order, live, context)
  const headers = { 'idempotency-key': order.idempotencyKey, 'x-darkroom-route': route }
  try {
    const bulk = await client.json<Bulk>({ method: 'POST', path: '/v2/jobs/bulk', body: bodyOfOrder(order), headers })
    sayWrapped(context.stderr, `Submitted as ${bulk.id}, once under the key ${order.idempotencyKey}.`)
    return bulk
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    sayWrapped(
      context.stderr,
      `Whether ${client.serves} took it is not known. The same command goes on with it then, and does not submit it twice.`,
    )
    throw error
  }
}

/**
 * Says about what the bulk costs, makes sure that it is meant where somebody else's gateway would spend it, and holds the bulk to the route that was priced: whatever gateway
 * goes on with it later, it spends nothing elsewhere.
 */
async function meantRoute(
  client: GatewayClient,
  { file, route, settings }: BulkOrder,
  live: boolean,
  context: CommandContext,
): Promise<string> {
  const { route_id, route_owner, expected } = await firstEstimate(client, file.items, route)
  const usd = aboutUsd(BigInt(expected.nanos) * BigInt(file.items.length))
  if (!client.isOurs) await assertMoneyMeant(client, { usd, where: `${route_id} (${route_owner})`, owner: route_owner, live })
  const price = `about ${usd} ${currency(await isPlayMoney(route_owner))} on ${route_id}`
  const lane = settings.lane === 'economy' ? ' at the price of the standard lane' : ''
  sayWrapped(context.stderr, `${count(file.items.length, 'item')} for ${price}${lane}, if all cost what the first does.`)
  return route_id
}

/** Items that the contract refuses cost nothing and say nothing about the others. */
const ITEMS_TO_ASK = 5

async function firstEstimate(client: GatewayClient, items: BulkOrder['file']['items'], route: string | null): Promise<EstimateReply> {
  let refusal: RefusedError | null = null
  for (const [index, { operation, body }] of items.slice(0, ITEMS_TO_ASK).entries()) {
    const { refusals, estimate } = await checkImageCall(client, {
      operation,
      body,
      headers: route === null ? {} : { 'x-darkroom-route': route },
    })
    if (estimate) return estimate
    const [{ status, error }] = refusals as [(typeof refusals)[number]]
    refusal ??= new RefusedError(status, { ...error, message: `Item ${index + 1}: ${error.message}` })
  }
  throw refusal!
}
