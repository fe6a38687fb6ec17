import type { Prompt, PromptDiff, PromptHead, PromptLint, PromptVersion, RenderedPromptReply } from '../../contract/record.ts'
import { type Command, type CommandContext, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { given } from '../image-options.ts'
import { sayWrapped, table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'
import { readPromptFile } from '../prompt-file.ts'
import { diffSheet, promptsTable, remarksSheet, versionSheet } from '../prompt-sheet.ts'
import { variablesOf } from '../stored-prompt.ts'

const wishOptions = {
  name: { type: 'string' },
  id: { type: 'string' },
  'if-match': { type: 'string' },
  var: { type: 'string', multiple: true },
  archived: { type: 'boolean' },
  edit: { type: 'boolean' },
  size: { type: 'string', short: 's' },
  model: { type: 'string', short: 'm' },
} as const

interface Wishes {
  name?: string | undefined
  id?: string | undefined
  'if-match'?: string | undefined
  var?: string[] | undefined
  archived?: boolean | undefined
  edit?: boolean | undefined
  size?: string | undefined
  model?: string | undefined
}

/** `darkroom prompt`: prompts as documents, with every version they ever had. */
export const promptCommand: Command = {
  name: 'prompt',
  summary: 'keep prompts as documents: new, list, show, render, diff, lint and more',
  usage: `prompt [list | new FILE | show ID[@N] | render ID[@N] | diff ID [FROM TO] |
      history ID | lint FILE.json | lint "PROMPT" | archive ID | restore ID] [options]

      --name NAME        what it is called (new)
      --id ID            the file is the next version of this prompt (new)
      --if-match N       only while N is its newest version (new --id)
      --var NAME=VALUE   value of a variable, as often as there are some (render)
      --archived         those that are archived (list)
      --edit             the prompt is for an edit (lint)
  -s, --size WxH         size of the call it is for (lint)
  -m, --model ID         model of the call it is for (lint: gpt-image-2)
      --data FOLDER      data folder (./data)
      --json             print the whole answer

generate, edit, check and estimate take ID or ID@N in the place of the words, with --var.
lint ends with 1 when it has something to remark.`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const { values, positionals } = readArguments(args, { ...options, ...wishOptions })
    const act = await actionOf(positionals, values)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: act.writes ?? false })
    const { answer, text, warnings = [] } = await act.run(client)
    if (values.json) say(context.stdout, JSON.stringify(answer, null, 2))
    else sayResult(context, text, warnings)
    return act.failsOnRemarks && warnings.length > 0 ? 1 : 0
  },
}

/** What a command prints; remarks go beside it, so that a rendered prompt can be piped on. */
function sayResult({ stdout, stderr }: CommandContext, text: string, warnings: PromptLint['warnings']): void {
  if (text !== '') say(stdout, text)
  for (const line of remarksSheet(warnings).split('\n').filter(Boolean)) sayWrapped(stderr, line, '  ')
}

interface Outcome {
  answer: object
  text: string
  warnings?: PromptLint['warnings']
}

interface Action {
  run: (client: GatewayClient) => Promise<Outcome>
  /** It may be the first thing that is done in a data folder. */
  writes?: boolean
  failsOnRemarks?: boolean
}

/** What is missing is said before a gateway is looked for. The gateway judges the values. */
async function actionOf([action = 'list', ...subjects]: readonly string[], wishes: Wishes): Promise<Action> {
  const [subject, ...more] = subjects
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (!act || (subject === undefined) !== (action === 'list')) throw new UsageError(knows)
  if (more.length > 0 && !(action === 'diff' && more.length === 2)) throw new UsageError(knows)
  return act(subject ?? '', wishes, more)
}

const knows = 'prompt knows list, and new, show, render, diff, history, lint, archive and restore with one FILE or ID'

const actions: Readonly<Record<string, (subject: string, wishes: Wishes, more: readonly string[]) => Action | Promise<Action>>> = {
  list: (_none, { archived }) => ({ run: (client) => list(client, archived ?? false) }),
  new: keep,
  show: (reference) => {
    const { id, version } = referenceOf(reference)
    return { run: (client) => show(client, id, version) }
  },
  render(reference, { var: pairs = [] }) {
    const { id, version } = referenceOf(reference)
    const body = { ...(version !== undefined && { version }), variables: variablesOf(pairs) }
    return { run: (client) => render(client, id, body) }
  },
  diff(id, _wishes, [from, to]) {
    const query = from === undefined ? '' : `?from=${numbered(from)}&to=${numbered(to!)}`
    return {
      async run(client) {
        const answer = await client.json<PromptDiff>({ method: 'GET', path: place(id, `/diff${query}`) })
        return { answer, text: diffSheet(answer) }
      },
    }
  },
  history: (id) => ({
    async run(client) {
      const answer = await client.json<{ versions: PromptVersion[] }>({ method: 'GET', path: place(id, '/versions?limit=1000') })
      const rows = answer.versions.map((row) => [`${row.version}`, row.created_at, row.created_by, row.sha256])
      return { answer, text: table([['version', 'made', 'by', 'sha256'], ...rows]) }
    },
  }),
  lint: look,
  archive: (id) => ({ run: (client) => archive(client, id, 'archive') }),
  restore: (id) => ({ run: (client) => archive(client, id, 'restore') }),
}

async function list(client: GatewayClient, archived: boolean): Promise<Outcome> {
  const answer = await client.json<{ prompts: PromptHead[] }>({ method: 'GET', path: `/v2/prompts?limit=1000&archived=${archived}` })
  const none = archived ? 'No prompt is archived.' : 'There are no prompts yet. "darkroom prompt new FILE --name NAME" keeps one.'
  return { answer, text: answer.prompts.length === 0 ? none : promptsTable(answer.prompts) }
}

async function keep(file: string, { name, id, 'if-match': match }: Wishes): Promise<Action> {
  if ((name === undefined) === (id === undefined))
    throw new UsageError('prompt new FILE needs --name NAME for a new prompt, or --id ID for its next version')
  if (match !== undefined && id === undefined) throw new UsageError('--if-match goes with --id only')
  const document = await readPromptFile(file)
  const body = id === undefined ? { name, document } : { document }
  const headers: Record<string, string> = match === undefined ? {} : { 'if-match': `"${numbered(match)}"` }
  const call = { method: 'POST' as const, path: id === undefined ? '/v2/prompts' : place(id, '/versions'), body, headers }
  return {
    writes: true,
    async run(client) {
      const response = await client.call(call)
      const answer = (await response.json()) as Prompt
      const { prompt_version } = answer.current
      const text = response.status === 200 ? `${prompt_version}\nThat is what it says already: no new version was made.` : prompt_version
      return { answer, text, warnings: answer.warnings }
    },
  }
}

async function show(client: GatewayClient, id: string, version: number | undefined): Promise<Outcome> {
  if (version !== undefined) {
    const answer = await client.json<PromptVersion>({ method: 'GET', path: place(id, `/versions/${version}`) })
    return { answer, text: versionSheet(answer) }
  }
  const answer = await client.json<Prompt>({ method: 'GET', path: place(id) })
  const state = answer.archived_at === null ? '' : ` (archived ${answer.archived_at})`
  return { answer, text: `${answer.name}${state}\n${versionSheet(answer.current)}`, warnings: answer.warnings }
}

async function render(client: GatewayClient, id: string, body: object): Promise<Outcome> {
  const answer = await client.json<RenderedPromptReply>({ method: 'POST', path: place(id, '/render'), body })
  return { answer, text: answer.text, warnings: answer.warnings }
}

/** A name that ends in .json is a document; anything else is a prompt. */
async function look(subject: string, { edit, size, model }: Wishes): Promise<Action> {
  const subjectOf = /\.json$/i.test(subject) ? { document: await readPromptFile(subject) } : { prompt: subject }
  const body = { ...subjectOf, ...given({ operation: edit ? 'edit' : undefined, size, model }) }
  return {
    writes: true,
    failsOnRemarks: true,
    async run(client) {
      const answer = await client.json<PromptLint>({ method: 'POST', path: '/v2/prompts/lint', body })
      return { answer, text: answer.warnings.length === 0 ? 'Nothing to remark.' : '', warnings: answer.warnings }
    },
  }
}

async function archive(client: GatewayClient, id: string, what: 'archive' | 'restore'): Promise<Outcome> {
  const answer = await client.json<PromptHead>({ method: 'POST', path: place(id, `/${what}`) })
  const text = what === 'archive' ? 'is archived: no call can name it, and nothing of it is lost' : 'can be named by calls again'
  return { answer, text: `${answer.id} ${text}.` }
}

const place = (id: string, what = '') => `/v2/prompts/${encodeURIComponent(id)}${what}`

/** `ID` or `ID@N`. */
function referenceOf(text: string): { id: string; version: number | undefined } {
  const [id = '', version, ...more] = text.split('@')
  if (more.length > 0) throw new UsageError(`expected ID or ID@N, found '${text}'`)
  return { id, version: version === undefined ? undefined : numbered(version) }
}

function numbered(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`a version is a number from 1, found '${text}'`)
}
