import type { PublicationReply, ReviewReply } from '../../contract/record.ts'
import { type Command, type CommandContext, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'
import { setOwnApproval } from '../review/own-approval.ts'
import { type ReviewWords, reviewCaller } from '../review/review-caller.ts'
import { checklistSheet, reviewSheet, reviewTable } from '../review/review-sheet.ts'
import { assertCanSave, saveBody } from '../save-file.ts'

const own = {
  state: { type: 'string' },
  overdue: { type: 'boolean' },
  reviewer: { type: 'string' },
  'key-file': { type: 'string' },
  why: { type: 'string' },
  yes: { type: 'boolean' },
  answer: { type: 'string', multiple: true },
  change: { type: 'string' },
  run: { type: 'boolean' },
  format: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string', short: 'o' },
} as const

/** `darkroom review`: pictures that people decide about. */
export const reviewCommand: Command = {
  name: 'review',
  summary: 'look at pictures that wait for a decision, and decide',
  usage: `review [list | show ID | open ID | claim ID | release ID | approve ID | reject ID |
      ask ID | edit ID | revoke ID | publish IMAGE | unpublish IMAGE | export |
      allow-own PROJECT | refuse-own PROJECT] [options]

      --reviewer NAME    who you are; the administrator's token is nobody's own
      --key-file FILE    decide as the API key in this file, in place of the administrator
      --why TEXT         on record for good (approve, reject, ask, revoke, unpublish)
      --yes              answer every question of the checklist with yes (approve)
      --answer ID=ANSWER one of them: yes, no or not_applicable; may be repeated (approve)
      --change TEXT      the one thing to change (ask, edit)
      --run              make the edit at once (ask)
      --state STATE      only open, claimed, approved, rejected, changes_requested, revoked
                         or deleted (list: open)
      --overdue          only those whose time to decide is over (list)
      --format FORMAT    json or csv (export: json)
      --from T --to T    opened in that time, ISO 8601 (export)
  -o, --out FILE         save the picture, or the export
      --data FOLDER      data folder (./data)
      --json             print the whole answer

Nobody approves a picture that they asked for. Whoever works alone in a project lets
the administrator do so: allow-own PROJECT --reviewer NAME. Each such approval says so.`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const { values, positionals } = readArguments(args, { ...options, ...own })
    const [action = 'list', id, ...more] = positionals
    const act = Object.hasOwn(actions, action) ? actions[action as keyof typeof actions] : undefined
    if (!act) throw new UsageError(`review knows ${Object.keys(actions).join(', ')}, found '${action}'`)
    const needsId = action !== 'list' && action !== 'export'
    if (needsId !== (id !== undefined) || more.length > 0)
      throw new UsageError(needsId ? `review ${action} expects one id` : `review ${action} takes nothing more`)
    assertSaid(action, values)
    if (values.out !== undefined) await assertCanSave(values.out, 'Nothing was fetched.')
    const caller = await reviewCaller(values)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: false })
    const { answer, text } = await act({ client, id: id ?? '', words: values, caller, context })
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
}

interface Asked {
  client: GatewayClient
  id: string
  words: ReviewWords
  caller: Awaited<ReturnType<typeof reviewCaller>>
  context: CommandContext
}

type Told = Promise<{ answer: object; text: string }>

/** What is missing is said before a gateway is looked for. */
function assertSaid(action: string, words: ReviewWords): void {
  const needed: Record<string, ('why' | 'change' | 'out' | 'reviewer')[]> = {
    'allow-own': ['reviewer'],
    ...{ approve: ['why'], reject: ['why'], ask: ['why', 'change'], revoke: ['why'], unpublish: ['why'], open: ['out'] },
  }
  const missing = needed[action]?.find((name) => words[name] === undefined)
  if (missing !== undefined) throw new UsageError(`review ${action} expects --${missing}`)
}

const actions = {
  async list({ client, words, caller }: Asked): Told {
    const query = new URLSearchParams({ state: words.state ?? 'open', limit: '200', ...(words.overdue && { overdue: 'true' }) })
    const answer = await client.json<{ reviews: ReviewReply[] }>({ method: 'GET', path: `/v2/reviews?${query}`, ...caller.call })
    return { answer, text: reviewTable(answer.reviews) }
  },
  async show(asked: Asked): Told {
    const answer = await read(asked)
    return { answer, text: reviewSheet(answer) }
  },
  async open({ client, id, words, caller }: Asked): Told {
    const query = words.reviewer === undefined ? '' : `?${new URLSearchParams({ reviewer: words.reviewer })}`
    await saveBody(await client.call({ method: 'GET', path: `${pathOf(id)}/image${query}`, ...caller.call }), words.out!)
    return { answer: { file: words.out }, text: `The picture is in ${words.out}. That you opened it at full size is on record.` }
  },
  async claim(asked: Asked): Told {
    const answer = await post<ReviewReply>(asked, '/claim', {})
    return { answer, text: `${asked.id} is yours until ${answer.claim?.until}.\n\n${checklistSheet(answer)}` }
  },
  async release(asked: Asked): Told {
    const answer = await post<ReviewReply>(asked, '/release', {})
    return { answer, text: `${asked.id} is ${answer.state}.` }
  },
  async approve(asked: Asked): Told {
    const { words } = asked
    const answers = words.yes ? Object.fromEntries((await read(asked)).checklist.map(({ id }) => [id, 'yes'])) : {}
    return decide(asked, { decision: 'approved', why: words.why, answers: { ...answers, ...answersOf(words.answer ?? []) } })
  },
  reject: (asked: Asked): Told => decide(asked, { decision: 'rejected', why: asked.words.why }),
  ask: (asked: Asked): Told =>
    decide(asked, {
      ...{ decision: 'changes_requested', why: asked.words.why, change: asked.words.change, run: asked.words.run ?? false },
    }),
  async edit({ client, id, words, caller }: Asked): Told {
    const body = words.change === undefined ? {} : { change: words.change }
    const answer = await client.json<{ jobId: string }>({ method: 'POST', path: `${pathOf(id)}/edit`, body, ...caller.call })
    return { answer, text: `The edit is job ${answer.jobId}: darkroom jobs follow ${answer.jobId}` }
  },
  async revoke(asked: Asked): Told {
    const answer = await post<ReviewReply>(asked, '/revoke', { why: asked.words.why })
    return { answer, text: `The approval of ${asked.id} is taken back; the picture is public no more.` }
  },
  async publish(asked: Asked): Told {
    const answer = await postToImage(asked, 'publish', {})
    return { answer, text: answer.url }
  },
  async unpublish(asked: Asked): Told {
    const answer = await postToImage(asked, 'unpublish', { why: asked.words.why })
    return { answer, text: `${answer.url} opens nothing any more.` }
  },
  async export({ client, words, caller }: Asked): Told {
    const { format = 'json', from, to } = words
    const query = new URLSearchParams({ format, ...(from !== undefined && { from }), ...(to !== undefined && { to }) })
    const response = await client.call({ method: 'GET', path: `/v2/reviews/export?${query}`, ...caller.call })
    if (words.out === undefined) return { answer: {}, text: (await response.text()).trimEnd() }
    await saveBody(response, words.out)
    return { answer: { file: words.out }, text: `The export is in ${words.out}.` }
  },
  async 'allow-own'({ client, id, words, caller }: Asked): Told {
    const answer = await setOwnApproval(client, { projectId: id, allowedBy: words.reviewer!, caller })
    return { answer, text: `In ${answer.name} the administrator may approve what the administrator asked for; each such approval says so.` }
  },
  async 'refuse-own'({ client, id, caller }: Asked): Told {
    const answer = await setOwnApproval(client, { projectId: id, allowedBy: null, caller })
    return { answer, text: `In ${answer.name} nobody approves what they asked for.` }
  },
}

const pathOf = (id: string) => `/v2/reviews/${encodeURIComponent(id)}`

function read({ client, id, caller }: Asked): Promise<ReviewReply> {
  return client.json<ReviewReply>({ method: 'GET', path: pathOf(id), ...caller.call })
}

function post<Answer>({ client, id, caller }: Asked, what: string, body: object): Promise<Answer> {
  return client.json<Answer>({ method: 'POST', path: pathOf(id) + what, body: { ...body, ...caller.body }, ...caller.call })
}

function postToImage({ client, id, caller }: Asked, what: string, body: object): Promise<PublicationReply> {
  const path = `/v2/images/${encodeURIComponent(id)}/${what}`
  return client.json<PublicationReply>({ method: 'POST', path, body: { ...body, ...caller.body }, ...caller.call })
}

async function decide(asked: Asked, body: object): Told {
  const answer = await post<{ review: ReviewReply; job_id: string | null; edit_error: { message: string } | null }>(
    asked,
    '/decision',
    body,
  )
  const { review, job_id, edit_error } = answer
  const needsMore = review.state === 'open' ? `${review.approvals.given} of ${review.approvals.needed} approvals` : review.state
  const next =
    job_id === null ? (edit_error === null ? '' : ` The edit could not be begun: ${edit_error.message}`) : ` The edit is job ${job_id}.`
  return { answer, text: `${asked.id}: ${needsMore}.${next}` }
}

function answersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, id, answer] = /^(.+)=(yes|no|not_applicable)$/.exec(text) ?? []
      if (id === undefined) throw new UsageError(`--answer expects ID=yes, ID=no or ID=not_applicable, found '${text}'`)
      return [id, answer!]
    }),
  )
}
