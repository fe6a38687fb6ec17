import type { FoundPictureReply, PicturesReply, ProjectReply } from '../../contract/record.ts'
import { type Command, CommandError, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { count, table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, wholeNumber } from '../options.ts'

/** Options that go into the question as they stand. */
const filters = {
  hash: { type: 'string' },
  owner: { type: 'string' },
  route: { type: 'string' },
  model: { type: 'string' },
  operation: { type: 'string' },
  surface: { type: 'string' },
  size: { type: 'string' },
  format: { type: 'string' },
  'cost-min': { type: 'string' },
  'cost-max': { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  tag: { type: 'string' },
  review: { type: 'string' },
} as const
const MOST = 1000
const PAGE = 100

/** `darkroom search`: pictures that are kept, by what is known of them. */
export const searchCommand: Command = {
  name: 'search',
  summary: 'look for pictures by words, hash, owner, model, size, cost, date',
  usage: `search [WORDS…] [options]

Words are those of the prompt, whole and in any order.

      --project NAME     whose pictures (for words: default; else every project's)
      --hash PREFIX      SHA-256 of the picture, or its first digits
      --owner NAME       owner of the route; also --route and --model
      --operation WHAT   generate, edit or respond; also --surface
      --size WxH         of the picture as it came; also --format
      --cost-min USD     of its generation; also --cost-max
      --from DATE        first day, UTC; also --to
      --tag TAG          of the call
      --review STATE     none, open, claimed, approved, rejected, changes_requested or revoked
      --label NAME:VALUE of its metadata; may be given several times
      --limit N          how many of the newest (20)
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const own = { project: { type: 'string' }, label: { type: 'string', multiple: true }, limit: { type: 'string' } } as const
    const { values, positionals } = readArguments(args, { ...options, ...filters, ...own })
    const limit = wholeNumber('limit', values.limit, MOST) ?? 20
    if (limit === 0) throw new UsageError('--limit expects at least 1')
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: false })
    const words = positionals.join(' ')
    const query = new URLSearchParams((values.label ?? []).map((label) => ['metadata', label]))
    if (words !== '') query.set('q', words)
    for (const name of Object.keys(filters) as (keyof typeof filters)[])
      if (values[name] !== undefined) query.set(name.replace('-', '_'), values[name])
    const project = values.project ?? (words === '' ? undefined : 'default')
    if (project !== undefined) query.set('project', await projectId(client, project))
    const answer = await pages(client, query, limit)
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : sheet(answer))
    return 0
  },
}

async function projectId(client: GatewayClient, named: string): Promise<string> {
  const { projects } = await client.json<{ projects: ProjectReply[] }>({ method: 'GET', path: '/v2/projects' })
  const project = projects.find(({ id, name }) => id === named || name === named)
  if (!project) throw new CommandError(`There is no project ${named}. These are: ${projects.map(({ name }) => name).join(', ')}.`)
  return project.id
}

/** As many as were asked for, as far as there are. */
async function pages(client: GatewayClient, query: URLSearchParams, limit: number): Promise<PicturesReply> {
  const images: FoundPictureReply[] = []
  let cursor: string | null = null
  do {
    query.set('limit', String(Math.min(PAGE, limit - images.length)))
    if (cursor !== null) query.set('cursor', cursor)
    const page: PicturesReply = await client.json<PicturesReply>({ method: 'GET', path: `/v2/images?${query}` })
    images.push(...page.images)
    cursor = page.next_cursor
  } while (cursor !== null && images.length < limit)
  return { images, next_cursor: cursor }
}

function sheet({ images, next_cursor }: PicturesReply): string {
  if (images.length === 0) return 'No picture is found by that.'
  const rows = images.map((image) => [
    image.created_at.slice(0, 16).replace('T', ' '),
    image.id,
    `${image.width ?? '?'}x${image.height ?? '?'}`,
    image.model,
    image.route_owner,
    image.cost.settled.usd,
    image.sha256.slice(0, 12),
  ])
  const more = next_cursor === null ? '' : ' There are more: --limit.'
  return `${table([['asked for (UTC)', 'picture', 'size', 'model', 'owner', 'cost', 'sha256'], ...rows])}\n\n${count(images.length, 'picture')}. The cost is that of the whole call, in USD.${more}`
}
