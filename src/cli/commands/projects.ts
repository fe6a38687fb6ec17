import type { ProjectReply } from '../../contract/record.ts'
import { type Command, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, wholeNumber } from '../options.ts'

/** Options that are settings of a project, by the name of the setting; `none` takes a limit away. */
const settingOptions = {
  models: 'list',
  sizes: 'list',
  qualities: 'list',
  surfaces: 'list',
  'price-ceiling-usd': 'text',
  'images-per-minute': 'number',
  'concurrent-calls': 'number',
  'auto-quality': 'text',
  'responses-ceiling-usd': 'text',
  review: 'json',
  publish: 'text',
} as const

type SettingOption = keyof typeof settingOptions

/** `darkroom projects`: teams and what they may ask for. */
export const projectsCommand: Command = {
  name: 'projects',
  summary: 'list, create, limit or archive projects',
  usage: `projects [list | create NAME | show ID | set ID | archive ID | restore ID] [options]

Limits, for create and set; the word none takes one away:
      --models LIST                ids, separated by commas
      --sizes LIST                 auto, 1024x1024, …
      --qualities LIST             auto, low, medium, …
      --surfaces LIST              images, responses
      --price-ceiling-usd AMOUNT   for one call
      --images-per-minute NUMBER
      --concurrent-calls NUMBER
      --auto-quality QUALITY       what quality auto is priced as
      --responses-ceiling-usd AMOUNT
      --review JSON                which pictures people look at: '{"edits": true}'
      --publish WHEN               never, reviewed or always

      --data FOLDER                data folder (./data)
      --json                       print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const settings = Object.fromEntries(Object.keys(settingOptions).map((name) => [name, { type: 'string' }])) as Record<
      SettingOption,
      { type: 'string' }
    >
    const { values, positionals } = readArguments(args, { ...options, ...settings })
    const act = actionOf(positionals, readSettings(values))
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: positionals[0] === 'create' })
    const { answer, text } = await act(client)
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
}

type Action = (client: GatewayClient) => Promise<{ answer: object; text: string }>
type Settings = Record<string, unknown>

function actionOf([action = 'list', subject, ...more]: readonly string[], settings: Settings): Action {
  const hasSettings = Object.keys(settings).length > 0
  if (action !== 'create' && action !== 'set' && hasSettings) throw new UsageError(`projects ${action} takes no limits`)
  if (action === 'list' && subject === undefined) return list
  const act = subject === undefined || more.length > 0 ? undefined : actions[action]
  if (!act) throw new UsageError(`projects knows list, create NAME, show ID, set ID, archive ID and restore ID`)
  return (client) => act(client, subject!, settings)
}

const place = (id: string) => `/v2/projects/${encodeURIComponent(id)}`
const change = (client: GatewayClient, id: string, body: object) => client.json<ProjectReply>({ method: 'PATCH', path: place(id), body })

const actions: Readonly<Record<string, (client: GatewayClient, subject: string, settings: Settings) => ReturnType<Action>>> = {
  create: async (client, name, settings) => {
    const answer = await client.json<ProjectReply>({ method: 'POST', path: '/v2/projects', body: { name, settings } })
    return { answer, text: `${sheet(answer)}\n\nMake a key for it: darkroom keys create NAME --project ${answer.id}` }
  },
  show: async (client, id) => {
    const answer = await client.json<ProjectReply>({ method: 'GET', path: place(id) })
    return { answer, text: sheet(answer) }
  },
  set: async (client, id, settings) => {
    const answer = await change(client, id, { settings })
    return { answer, text: sheet(answer) }
  },
  archive: async (client, id) => {
    const answer = await change(client, id, { archived: true })
    return { answer, text: `${answer.name} is archived; its keys open nothing until it is restored.` }
  },
  restore: async (client, id) => {
    const answer = await change(client, id, { archived: false })
    return { answer, text: `${answer.name} is restored; its keys work again.` }
  },
}

async function list(client: GatewayClient) {
  const answer = await client.json<{ projects: ProjectReply[] }>({ method: 'GET', path: '/v2/projects' })
  const rows = answer.projects.map((project) => [
    project.id,
    project.archived_at === null ? 'live' : 'archived',
    limitsOf(project),
    project.name,
  ])
  return { answer, text: table([['id', 'state', 'limits', 'name'], ...rows]) }
}

function sheet(project: ProjectReply): string {
  const limits = Object.entries(project.settings).map(([name, value]) => [name, shown(value)])
  return table([['project', project.name], ['id', project.id], ['state', project.archived_at === null ? 'live' : 'archived'], ...limits])
}

function shown(value: unknown): string {
  if (value === null) return 'no limit'
  return typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : String(value)
}

const limitsOf = ({ settings }: ProjectReply) => `${Object.values(settings).filter((value) => value !== null).length}`

/** Only what was given, by the names of the API. The gateway judges the values. */
function readSettings(values: Readonly<Partial<Record<SettingOption, string | undefined>>>): Settings {
  const given = Object.entries(settingOptions).flatMap(([option, kind]) => {
    const text = values[option as SettingOption]
    return text === undefined ? [] : [[option.replaceAll('-', '_'), text === 'none' ? null : read(option, kind, text)]]
  })
  return Object.fromEntries(given)
}

function read(option: string, kind: 'list' | 'text' | 'number' | 'json', text: string): unknown {
  if (kind === 'json') return readJson(option, text)
  if (kind === 'number') return wholeNumber(option, text)
  return kind === 'list' ? text.split(',').map((word) => word.trim()) : text
}

function readJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`--${option} expects JSON or none, found '${text}'`)
  }
}
