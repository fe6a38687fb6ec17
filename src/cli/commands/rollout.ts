import { writeFile } from 'node:fs/promises'
import type { Rollout } from '../../contract/record.ts'
import { renderRollout, rolloutTexts } from '../../rollout/index.ts'
import { type Command, type CommandContext, CommandError, say, UsageError } from '../command.ts'
import { declaredText, type GivenText } from '../declared-text.ts'
import { GatewayClient } from '../gateway-client.ts'
import { plainText, sayWrapped, table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, wholeNumber } from '../options.ts'

const asked = {
  model: { type: 'string' },
  size: { type: 'string' },
  quality: { type: 'string' },
  format: { type: 'string' },
  compression: { type: 'string' },
  'max-cost': { type: 'string' },
  'max-latency': { type: 'string' },
  budget: { type: 'string' },
  webhook: { type: 'string' },
  'draft-prompt': { type: 'string' },
  'edit-prompt': { type: 'string' },
  'final-prompt': { type: 'string' },
  text: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean' },
} as const
const reports = { lang: { type: 'string' }, html: { type: 'string' } } as const

/** `darkroom rollout`: the five steps of a route to production. */
export const rolloutCommand: Command = {
  name: 'rollout',
  summary: 'walk a route through the five steps to production, with evidence',
  usage: `rollout ROUTE --max-cost USD [options]
       darkroom rollout [list | show ID] [options]

Says what the five steps cost. With --budget it takes them one after the other, stops at the
first that fails and says what to do next. Exit code 0 = passed, or all but a person's word.

      --max-cost USD     what one final picture may cost
      --max-latency MS   how long one may take (150000)
      --budget USD       what the whole walk may cost; without it nothing is sent
      --size WxH         as the product will ask (1536x1024); also --quality (medium),
                         --format (webp) and --compression
      --model ID         the first that the route maps unless it is given
      --webhook URL      who is told of the job; a receiver that is built in otherwise
      --draft-prompt, --edit-prompt, --final-prompt TEXT
                         the product's own words
      --text LANG@X,Y,W,H:TEXT
                         a text that the first picture shows there and its edit must leave
                         alone; may be given several times, with --draft-prompt
      --lang LANGUAGE    en, ja or zh-CN
      --html FILE        save the report as a page, too
      --live             pay what the routes ask
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { ...gatewayOptions, ...asked, ...reports })
    const [first = 'list', id, ...more] = positionals
    if (more.length > 0) throw new UsageError('rollout takes one route')
    const isShown = first === 'list' || first === 'show'
    if (id !== undefined && first !== 'show') throw new UsageError(`rollout takes no '${id}'`)
    if (first === 'show' && id === undefined) throw new UsageError('rollout show expects ID')
    if (!isShown && values['max-cost'] === undefined) throw new UsageError('rollout expects --max-cost: what one final picture may cost')
    const body = isShown ? null : bodyOf(first, values)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: !isShown, liveForOwner: true })
    if (first === 'list') return await list(client, context, values)
    const rollout = body === null ? await read(client, id!, values) : await walk(client, context, body, values)
    return await tell(context, rollout, values)
  },
}

type Words = ReturnType<typeof readArguments<typeof gatewayOptions & typeof asked & typeof reports>>['values']

const langOf = ({ lang }: Words) => (lang === undefined ? '' : `?${new URLSearchParams({ lang })}`)
const read = (client: GatewayClient, id: string, values: Words) =>
  client.json<Rollout>({ method: 'GET', path: `/v2/rollouts/${encodeURIComponent(id)}${langOf(values)}` })

function bodyOf(route: string, values: Words): object {
  const compression = wholeNumber('compression', values.compression, 100)
  const latency = wholeNumber('max-latency', values['max-latency'])
  const given = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value })
  const final = { ...given('size', values.size), ...given('quality', values.quality), ...given('output_format', values.format) }
  const prompts = {
    ...given('draft', values['draft-prompt']),
    ...given('edit', values['edit-prompt']),
    ...given('final', values['final-prompt']),
  }
  return {
    route,
    final: { ...final, ...given('output_compression', compression) },
    max_cost_usd: values['max-cost'],
    prompts,
    ...given('texts', values.text?.map(placedText)),
    ...given('model', values.model),
    ...given('max_latency_ms', latency),
    ...given('webhook_url', values.webhook),
    ...(values.budget === undefined || values['dry-run'] ? { dry_run: true } : { budget_usd: values.budget }),
  }
}

/** The guard looks where it is told to. @throws UsageError for a text without its place */
function placedText(given: string): GivenText {
  const text = declaredText(given)
  if (text.box === undefined)
    throw new UsageError(`--text expects where the first picture shows it, like ${text.lang}@120,300,420,110:${text.text}`)
  return text
}

const PAUSE_MS = 500

/** Prices it first, so that what it costs is said before anything is paid; then follows it step by step. */
async function walk(client: GatewayClient, context: CommandContext, body: object, values: Words): Promise<Rollout> {
  const path = `/v2/rollouts${langOf(values)}`
  const planned = await client.json<Rollout>({ method: 'POST', path, body: { ...body, dry_run: true } })
  if ('dry_run' in body) return planned
  if (!values.json) say(context.stdout, `${costs(planned)}\n`)
  let rollout = await client.json<Rollout>({ method: 'POST', path, body })
  const told = new Set<number>()
  for (;;) {
    if (!values.json)
      for (const step of rollout.steps) if (isOver(step) && !told.has(step.n)) sayStep(context, told, step, rollout.language)
    if (rollout.state !== 'running') return rollout
    await new Promise((resume) => setTimeout(resume, PAUSE_MS))
    rollout = await read(client, rollout.id!, values)
  }
}

const isOver = ({ state }: Rollout['steps'][number]) => state !== 'pending' && state !== 'running'
const marks = { pass: '+', fail: '!', left_out: '-' } as const

function sayStep(
  { stdout }: CommandContext,
  told: Set<number>,
  { n, title, state, checks, evidence, cost }: Rollout['steps'][number],
  language: Rollout['language'],
): void {
  told.add(n)
  say(stdout, `${n}. ${title}`)
  for (const { result, text } of checks) sayWrapped(stdout, `   ${marks[result]} ${plainText(text)}`, '     ')
  for (const { kind, value } of evidence) say(stdout, `     ${kind} ${plainText(value)}`)
  const paid = cost.nanos === '0' ? '' : `, ${cost.usd} USD`
  say(stdout, `   ${rolloutTexts[language].states[state]}${paid}`)
}

function costs({ planned_cost, reserve, play_money, steps, route_id, route_owner, model, language }: Rollout): string {
  const { words } = rolloutTexts[language]
  const rows = steps.map(({ n, title, planned_cost: cost }) => [`${n}`, title, cost.usd])
  const total = `${words.planned} ${planned_cost.usd} USD, ${words.most} ${reserve.usd} USD`
  const money = play_money ? `\n${words.playMoney}` : ''
  return `${route_id} (${plainText(route_owner)}), ${model}\n\n${table([['', words.steps, 'USD'], ...rows])}\n\n${total}${money}`
}

async function tell(context: CommandContext, rollout: Rollout, values: Words): Promise<number> {
  if (values.html !== undefined) await savePage(values.html, rollout)
  if (values.json) say(context.stdout, JSON.stringify(rollout, null, 2))
  else sayEnd(context, rollout, values)
  return ['passed', 'waiting', 'planned', 'running'].includes(rollout.state) ? 0 : 1
}

/** @throws CommandError: what was walked is on record all the same */
async function savePage(file: string, rollout: Rollout): Promise<void> {
  try {
    await writeFile(file, renderRollout(rollout, { stylesheetUrl: '/assets/page.css' }))
  } catch (error) {
    const again = rollout.id === null ? '' : ` The walk is on record: darkroom rollout show ${rollout.id} --html FILE`
    throw new CommandError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.${again}`)
  }
}

function sayEnd(context: CommandContext, rollout: Rollout, values: Words): void {
  const { id, state, steps, language, summary, cost, next_action } = rollout
  if (state === 'planned') say(context.stdout, costs(rollout))
  else if (values.budget === undefined) for (const step of steps) sayStep(context, new Set(), step, language)
  const head = id === null ? summary : `${id}: ${summary} ${cost.usd} USD`
  say(context.stdout, `\n${head}`)
  sayWrapped(context.stdout, plainText(next_action.text))
  for (const line of commandsFor(rollout)) say(context.stdout, `  ${line}`)
}

/** What to type for the next thing to do, where that is a command. */
function commandsFor({ id, route_id, final, next_action: { code, facts } }: Rollout): string[] {
  if (code === 'confirm_budget')
    return [`darkroom rollout ${route_id} --max-cost ${final.max_cost.usd} … --budget ${facts['reserve']}, with the same options`]
  if (code === 'decide_review')
    return [
      `darkroom review show ${facts['review']}`,
      `darkroom review approve ${facts['review']} --yes --why TEXT --key-file FILE`,
      `darkroom rollout show ${id}`,
    ]
  return []
}

async function list(client: GatewayClient, context: CommandContext, values: Words): Promise<number> {
  const answer = await client.json<{ rollouts: Rollout[] }>({ method: 'GET', path: `/v2/rollouts${langOf(values)}` })
  const rows = answer.rollouts.map(({ id, route_id, state, started_at, cost }) => [
    id ?? '-',
    route_id,
    state,
    started_at?.slice(0, 16).replace('T', ' ') ?? '-',
    cost.usd,
  ])
  const text = rows.length === 0 ? 'No route was walked yet.' : table([['walk', 'route', 'state', 'begun (UTC)', 'USD'], ...rows])
  say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
  return 0
}
