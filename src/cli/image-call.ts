import type { CheckReply, ErrorObject, EstimateReply, GenerationRecord } from '../contract/record.ts'
import { type CommandContext, CommandError } from './command.ts'
import { type GatewayClient, noLiveHere, RefusedError } from './gateway-client.ts'
import { Progress } from './progress.ts'

/** A call that makes pictures, as it is sent. */
export interface ImageCall {
  operation: 'generate' | 'edit'
  /** JSON, or the form of an edit. */
  body: object
  headers: Record<string, string>
  /** Puts what the command line calls things into a refusal. */
  inOwnWords?: (error: Partial<ErrorObject>) => Partial<ErrorObject>
}

/** `CheckReply`, with refusals in the words of the command line. */
export type CheckedCall = Omit<CheckReply, 'refusals'> & { refusals: { status: number; error: Partial<ErrorObject> }[] }

const paths = { generate: '/v1/images/generations', edit: '/v1/images/edits' } as const

/** Asks whether a call would be accepted, and at what price, without making it. */
export async function checkImageCall(client: GatewayClient, call: ImageCall): Promise<CheckedCall> {
  const { operation, body, headers, inOwnWords = (error) => error } = call
  const answer = await client.json<CheckReply>({ method: 'POST', path: `/v2/check?operation=${operation}`, body, headers })
  return { ...answer, refusals: answer.refusals.map(({ status, error }) => ({ status, error: inOwnWords(error) })) }
}

/** Asks what a call would cost. @throws RefusedError when it would be refused */
export async function priceImageCall(client: GatewayClient, call: ImageCall): Promise<EstimateReply> {
  const { refusals, estimate } = await checkImageCall(client, call)
  if (!estimate) throw new RefusedError(refusals[0]?.status ?? null, refusals[0]?.error ?? {})
  return estimate
}

/**
 * Makes sure that money is spent only where somebody said so: a gateway that was started elsewhere may be a paid one.
 * @returns the call, held to the route that was priced, so that another gateway which takes over in between cannot spend on its own.
 * @throws CommandError when money would be spent unsaid, or said and not spent.
 */
export async function withMoneyMeant(
  client: GatewayClient,
  call: ImageCall,
  { estimate, live }: { estimate: EstimateReply; live: boolean },
): Promise<ImageCall> {
  const { route_id, route_owner, expected } = estimate
  await assertMoneyMeant(client, { usd: expected.usd, where: `${route_id} (${route_owner})`, owner: route_owner, live })
  return heldTo(route_id, call)
}

/** A call that only this route may serve. */
export function heldTo(routeId: string, call: ImageCall): ImageCall {
  return { ...call, headers: { ...call.headers, 'x-darkroom-route': routeId } }
}

/** Money that a command is about to spend. */
export interface Spending {
  /** About how much, in dollars. */
  usd: string
  /** Who draws, for people. */
  where: string
  owner: string
  /** Somebody said `--live`. */
  live: boolean
}

/** @throws CommandError when money would be spent unsaid, or said and not spent. */
export async function assertMoneyMeant(client: GatewayClient, { usd, where, owner, live }: Spending): Promise<void> {
  const isPaid = !(await isPlayMoney(owner))
  if (live && !isPaid) throw new CommandError(noLiveHere(client.serves))
  if (isPaid && !live)
    throw new CommandError(`This would cost about ${usd} USD: ${client.serves} draws on ${where}. Say --live to mean it.`)
}

/** What is about to be spent, in one sentence. */
export async function priceSentence(estimate: EstimateReply): Promise<string> {
  const { expected, high, route_id } = estimate
  return `This costs about ${expected.usd} ${currency(await isPlayMoney(estimate.route_owner))} on ${route_id}, at most ${high.usd}.`
}

/** Dollars, or the sandbox's. */
export function currency(isPlayMoney: boolean): string {
  return isPlayMoney ? 'USD of play money' : 'USD'
}

/** The sandbox's money buys nothing. */
export async function isPlayMoney(owner: string): Promise<boolean> {
  const { sandboxOwner } = await import('../pricing/index.ts')
  return owner === sandboxOwner
}

/**
 * Makes the call, lets its body pass, and reads the record: the pictures are fetched as bytes, never as base64.
 * @throws RefusedError when no picture came of it
 */
export async function makeImages(client: GatewayClient, call: ImageCall, context: CommandContext): Promise<GenerationRecord> {
  using progress = new Progress(context.stderr, `drawing on ${client.serves}`)
  using _ = onInterruption(context.interruption(), () => progress.note(whatGoesOn(client)))
  const { operation, body, headers } = call
  const response = await client.call({ method: 'POST', path: paths[operation], body, headers })
  // A body that breaks off is explained by the record, which is read next.
  await response.body?.pipeTo(new WritableStream()).catch(() => {})
  const path = `/v2/generations/${response.headers.get('x-darkroom-generation')}`
  const record = await client.json<GenerationRecord>({ method: 'GET', path })
  if (record.error) throw new RefusedError(null, record.error)
  return record
}

function onInterruption(interruption: AbortSignal, listener: () => void): Disposable {
  interruption.addEventListener('abort', listener)
  return { [Symbol.dispose]: () => interruption.removeEventListener('abort', listener) }
}

function whatGoesOn(client: GatewayClient): string {
  if (client.isOurs) return 'The call is under way and paid for, so its picture is waited for. Ctrl-C again leaves at once.'
  return `${client.serves[0]!.toUpperCase()}${client.serves.slice(1)} goes on with the call, if it took it, and keeps the picture and its cost.`
}
