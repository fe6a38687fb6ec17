import type { WebhookMessageReply, WebhookReplayedReply, WebhookReply, WebhookTestedReply } from '../../contract/record.ts'
import { type Command, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { count, table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, wholeNumber } from '../options.ts'

const settingOptions = {
  events: { type: 'string' },
  style: { type: 'string' },
  state: { type: 'string' },
  message: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  delivered: { type: 'boolean' },
  overlap: { type: 'string' },
} as const

interface Settings {
  events?: string | undefined
  style?: string | undefined
  state?: string | undefined
  message?: string | undefined
  from?: string | undefined
  to?: string | undefined
  delivered?: boolean | undefined
  overlap?: string | undefined
}

/** `darkroom webhooks`: who is told what happens, and what became of it. */
export const webhooksCommand: Command = {
  name: 'webhooks',
  summary: 'tell receivers what happens: list, add, test, deliveries, replay and more',
  usage: `webhooks [list | add URL | test ID | deliveries ID | replay ID | rotate ID |
      enable ID | disable ID | rm ID] [options]

      --events A,B       what it is told (add: every event of a job)
      --style STYLE      standard or unified (add: standard)
      --state STATE      pending, delivered, exhausted or cancelled (deliveries)
      --message ID       one message (replay)
      --from T --to T    what happened in that time, ISO 8601 (replay)
      --delivered        what was delivered, too (replay)
      --overlap HOURS    how long both secrets are signed with (rotate: 24)
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const { values, positionals } = readArguments(args, { ...options, ...settingOptions })
    const act = actionOf(positionals, values)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: positionals[0] === 'add' })
    const { answer, text } = await act(client)
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
}

type Action = (client: GatewayClient) => Promise<{ answer: object; text: string }>

function actionOf([action = 'list', subject, ...more]: readonly string[], settings: Settings): Action {
  if (action === 'list' && subject === undefined) return list
  const act = subject === undefined || more.length > 0 ? undefined : actions[action]
  if (!act) throw new UsageError(`webhooks knows list, and ${Object.keys(actions).join(', ')} with one URL or ID`)
  return act(subject!, settings)
}

const place = (id: string, what = '') => `/v2/webhooks/${encodeURIComponent(id)}${what}`

/** What is missing is said before a gateway is looked for. The gateway judges the values. */
const actions: Readonly<Record<string, (subject: string, settings: Settings) => Action>> = {
  add: (url, { events, style }) => {
    const body = { url, ...(events === undefined ? {} : { events: events.split(',') }), ...(style === undefined ? {} : { style }) }
    return async (client) => {
      const answer = await client.json<WebhookReply & { secret: string }>({ method: 'POST', path: '/v2/webhooks', body })
      return { answer, text: `${answer.secret}\nThis is the only time the secret is shown. The id is ${answer.id}.` }
    }
  },
  test: (id) => async (client) => {
    const answer = await client.json<WebhookTestedReply>({ method: 'POST', path: place(id, '/test'), body: {} })
    return { answer, text: `${answer.delivered ? 'It was taken' : 'It was not taken'}: ${outcomeOf(answer)} in ${answer.duration_ms} ms.` }
  },
  deliveries: (id, { state }) => {
    const query = state === undefined ? '' : `?state=${encodeURIComponent(state)}`
    return async (client) => {
      const answer = await client.json<{ deliveries: WebhookMessageReply[] }>({ method: 'GET', path: place(id, `/deliveries${query}`) })
      return {
        answer,
        text: answer.deliveries.length === 0 ? 'Nothing was sent to it.' : table([messageHead, ...answer.deliveries.map(rowOf)]),
      }
    }
  },
  replay(id, settings) {
    const order = replayOrder(settings)
    return (client) => replay(client, id, order)
  },
  rotate(id, { overlap }) {
    const hours = wholeNumber('overlap', overlap, 720) ?? 24
    return async (client) => {
      const body = { overlap_seconds: hours * 3600 }
      const answer = await client.json<WebhookReply & { secret: string }>({ method: 'POST', path: place(id, '/rotate'), body })
      const old = hours === 0 ? 'Every earlier one ends now.' : `The one before it is signed with for ${hours} more hours.`
      return { answer, text: `${answer.secret}\nThis is the only time the secret is shown. ${old}` }
    }
  },
  enable: (id) => (client) => change(client, id, true),
  disable: (id) => (client) => change(client, id, false),
  rm: (id) => async (client) => {
    const answer = await client.json<{ id: string }>({ method: 'DELETE', path: place(id) })
    return { answer, text: `${answer.id} is gone, and nothing is sent to it any more.` }
  },
}

async function list(client: GatewayClient) {
  const answer = await client.json<{ webhooks: WebhookReply[] }>({ method: 'GET', path: '/v2/webhooks?limit=1000' })
  const rows = answer.webhooks.map((hook) => [hook.id, stateOf(hook), hook.events?.join(' ') ?? 'job.*', hook.url])
  return { answer, text: rows.length === 0 ? 'There are no webhooks.' : table([['id', 'state', 'events', 'url'], ...rows]) }
}

async function change(client: GatewayClient, id: string, enabled: boolean) {
  const answer = await client.json<WebhookReply>({ method: 'PATCH', path: place(id), body: { enabled } })
  const advice = enabled ? ' What it missed meanwhile comes with a replay.' : ''
  return { answer, text: `${answer.id} is ${answer.enabled ? 'enabled' : 'disabled'}.${advice}` }
}

function replayOrder({ message, from, to, delivered }: Settings): object {
  if (message !== undefined && from === undefined && to === undefined) return { message_id: message }
  if (message === undefined && from !== undefined && to !== undefined) return { from, to, delivered: delivered ?? false }
  throw new UsageError('webhooks replay ID needs --message ID, or --from and --to')
}

/** Page by page, to the end. */
async function replay(client: GatewayClient, id: string, order: object) {
  let queued = 0
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const body = { ...order, ...(cursor === undefined ? {} : { cursor }) }
    const page: WebhookReplayedReply = await client.json<WebhookReplayedReply>({ method: 'POST', path: place(id, '/replay'), body })
    queued += page.queued
    cursor = page.next_cursor
  }
  return { answer: { queued }, text: `${count(queued, 'message')} on the way.` }
}

const messageHead = ['id', 'state', 'attempts', 'last', 'next', 'event']

function rowOf(message: WebhookMessageReply): string[] {
  const last = message.attempts === 0 ? '' : outcomeOf({ http_status: message.last_status, cause: message.last_cause })
  return [message.id, message.state, `${message.attempts}`, last, message.next_attempt_at ?? '', message.type]
}

function outcomeOf({ http_status, cause }: Pick<WebhookTestedReply, 'http_status' | 'cause'>): string {
  return cause === null || cause === 'status' || cause === 'redirect' ? `HTTP ${http_status}` : cause
}

function stateOf({ enabled, disabled, failures }: WebhookReply): string {
  if (!enabled) return `disabled: ${disabled!.why}`
  return failures === 0 ? 'well' : `failed ${failures}x`
}
