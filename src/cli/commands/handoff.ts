import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import type { Handoff, HandoffTaken } from '../../contract/record.ts'
import { type Command, type CommandContext, CommandError, say, UsageError } from '../command.ts'
import { declaredText, givenBox } from '../declared-text.ts'
import { GatewayClient } from '../gateway-client.ts'
import { plainText, sayWrapped, table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, onePrompt, readArguments, wholeNumber } from '../options.ts'
import { promptMembers } from '../stored-prompt.ts'

const data = { data: gatewayOptions.data, json: gatewayOptions.json } as const
const wishes = {
  source: { type: 'string' },
  owner: { type: 'string' },
  model: { type: 'string' },
  size: { type: 'string' },
  format: { type: 'string' },
  text: { type: 'string', multiple: true },
  protect: { type: 'string', multiple: true },
  subject: { type: 'string' },
  var: { type: 'string', multiple: true },
  remark: { type: 'string', multiple: true },
  rights: { type: 'string' },
  tag: { type: 'string' },
  hours: { type: 'string' },
  copy: { type: 'boolean' },
} as const

/** `darkroom handoff`: a picture that somebody makes by hand in ChatGPT, with a record like any other. */
export const handoffCommand: Command = {
  name: 'handoff',
  summary: 'hand a prompt over to ChatGPT by hand, and take the picture back',
  usage: `handoff PROMPT [options]
       darkroom handoff [list | show ID | upload ID FILE | cancel ID] [options]

Prints the prompt with a checklist and opens a ticket; what comes of it is uploaded with
the ticket and has a record, evidence and guard like any other picture. Nothing costs.

      --source ID        the picture that is edited: img_… or file_…
      --owner NAME       whose account it is done with (by-hand); also --model
      --size WxH         wanted; also --format png, jpeg or webp
      --var NAME=VALUE   of a stored prompt, whose id stands in the place of the words
      --text LANG:TEXT   a text that it must show, or LANG@X,Y,W,H:TEXT where; may be given
                         several times
      --protect X,Y,W,H  a rectangle that an edit must leave alone; also --subject
      --remark TEXT      something else to see to; may be given several times
      --rights NOTE      where the source comes from; also --tag
      --hours N          how long the ticket is open (72)
      --state STATE      open, used, cancelled or expired (list)
      --copy             put the prompt on the terminal's clipboard (OSC 52)
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const [action = 'list', ...rest] = args
    const act = Object.hasOwn(actions, action) ? actions[action as keyof typeof actions] : undefined
    return act ? act(rest, context) : open(args, context)
  },
}

async function open(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = readArguments(args, { ...data, ...wishes })
  const hours = wholeNumber('hours', values.hours, 720)
  const body = {
    ...promptMembers(onePrompt('handoff', positionals), values.var),
    source: values.source === undefined ? undefined : sourceOf(values.source),
    owner: values.owner,
    model: values.model,
    size: values.size,
    output_format: values.format,
    texts: values.text?.map(declaredText),
    protect: values.protect?.map((box) => givenBox('protect', box)),
    subject: values.subject === undefined ? undefined : givenBox('subject', values.subject),
    remarks: values.remark,
    rights: values.rights,
    tag: values.tag,
    expires_in_hours: hours,
  }
  if (values.copy && !context.stderr.isTTY) throw new UsageError('--copy needs a terminal')
  await using client = await GatewayClient.connect(context, gatewayFlags(values))
  const handoff = await client.json<Handoff>({ method: 'POST', path: '/v2/handoffs', body })
  if (values.copy) copy(context, handoff.prompt ?? '')
  if (values.json) say(context.stdout, JSON.stringify(handoff, null, 2))
  else saySheet(context, handoff)
  return 0
}

/** @throws UsageError for what is neither a picture nor a file */
function sourceOf(id: string): { image_id: string } | { file_id: string } {
  if (id.startsWith('img_')) return { image_id: id }
  if (id.startsWith('file_')) return { file_id: id }
  throw new UsageError(`--source expects a picture made here (img_…) or a file of /v1/files (file_…), found '${id}'`)
}

/** Terminals that know the sequence put the text on the clipboard; others show nothing. */
function copy({ stderr }: CommandContext, text: string): void {
  stderr.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`)
}

/** What is missing is said before a gateway is looked for. */
const actions = {
  async list(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, { ...data, state: { type: 'string' } })
    if (positionals.length > 0) throw new UsageError('handoff list takes nothing more')
    const query = values.state === undefined ? '' : `?${new URLSearchParams({ state: values.state })}`
    await using client = await connect(context, values)
    const answer = await client.json<{ handoffs: Handoff[] }>({ method: 'GET', path: `/v2/handoffs${query}` })
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : overview(answer.handoffs))
    return 0
  },
  async show(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, data)
    const [id] = exactly('show', positionals, ['ID'])
    await using client = await connect(context, values)
    const handoff = await client.json<Handoff>({ method: 'GET', path: place(id!) })
    if (values.json) say(context.stdout, JSON.stringify(handoff, null, 2))
    else saySheet(context, handoff)
    return 0
  },
  async upload(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, { ...data, model: { type: 'string' } })
    const [id, file] = exactly('upload', positionals, ['ID', 'FILE'])
    const form = new FormData()
    form.append('image', await pictureIn(file!), basename(file!))
    if (values.model !== undefined) form.append('model', values.model)
    await using client = await connect(context, values)
    const taken = await client.json<HandoffTaken>({ method: 'POST', path: `${place(id!)}/result`, body: form })
    if (values.json) say(context.stdout, JSON.stringify(taken, null, 2))
    else sayReceipt(context, taken)
    return 0
  },
  async cancel(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, data)
    const [id] = exactly('cancel', positionals, ['ID'])
    await using client = await connect(context, values)
    const handoff = await client.json<Handoff>({ method: 'POST', path: `${place(id!)}/cancel` })
    say(context.stdout, values.json ? JSON.stringify(handoff, null, 2) : `${id} is cancelled: no picture is taken for it.`)
    return 0
  },
}

/** @throws CommandError for a file that cannot be read */
async function pictureIn(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    throw new CommandError(`${file} cannot be read: ${why}. Nothing was uploaded.`)
  }
}

const place = (id: string) => `/v2/handoffs/${encodeURIComponent(id)}`
const connect = (context: CommandContext, values: { data?: string | undefined }) =>
  GatewayClient.connect(context, gatewayFlags(values), { makesFolder: false })

function exactly(action: string, positionals: readonly string[], names: readonly string[]): readonly string[] {
  if (positionals.length !== names.length) throw new UsageError(`handoff ${action} expects ${names.join(' and ')}`)
  return positionals
}

function saySheet({ stdout }: CommandContext, handoff: Handoff): void {
  const { id, state, route_owner, expires_at, prompt, checklist, source, upload, generation_id } = handoff
  const what = handoff.operation === 'edit' ? 'an edit' : 'a picture'
  say(stdout, id)
  sayWrapped(stdout, `${state}: ${what} by hand, owner ${plainText(route_owner)}, until ${minute(expires_at)} UTC`)
  if (source) say(stdout, `source: ${source.url}`)
  const words = prompt === null ? '(the words are not kept any more)' : prompt.split('\n').map(plainText).join('\n')
  say(stdout, `\n--- prompt ---\n${words}\n--------------\n`)
  for (const [index, { text }] of checklist.entries()) sayWrapped(stdout, `${String(index + 1).padStart(3)}. ${plainText(text)}`, '     ')
  if (generation_id !== null) say(stdout, `\nIts picture is on record: ${generation_id}`)
  else
    say(
      stdout,
      upload === null ? '\nNo picture is taken for it any more.' : `\nWhen you have the picture:\n  darkroom handoff upload ${id} FILE`,
    )
}

function sayReceipt({ stdout }: CommandContext, { handoff, generation_id, image, warnings }: HandoffTaken): void {
  say(stdout, `${image.id}  ${image.width}x${image.height} ${image.format}`)
  say(stdout, `On record as ${generation_id}. It cost nothing here.`)
  for (const { message } of warnings) sayWrapped(stdout, message, '  ')
  const isJudged = handoff.operation === 'edit' || handoff.checklist.some(({ id }) => id.startsWith('text_'))
  if (isJudged) say(stdout, `What the guard finds:\n  darkroom guard ${image.id}`)
}

const minute = (time: string) => time.slice(0, 16).replace('T', ' ')

function overview(handoffs: readonly Handoff[]): string {
  if (handoffs.length === 0) return 'There are no tickets. "darkroom handoff PROMPT" opens one.'
  const rows = handoffs.map(({ id, state, operation, route_owner, expires_at }) => [id, state, operation, route_owner, minute(expires_at)])
  return table([['ticket', 'state', 'what', 'owner', 'until (UTC)'], ...rows])
}
