import type { Job } from '../../contract/record.ts'
import { type Command, type CommandContext, say, UsageError } from '../command.ts'
import { type ConnectOptions, GatewayClient } from '../gateway-client.ts'
import { followJob } from '../jobs/follow-job.ts'
import { jobPath, jobSheet, jobTable, readJob } from '../jobs/job-sheet.ts'
import { retryJob } from '../jobs/retry-job.ts'
import { sayAccepted } from '../jobs/say-accepted.ts'
import { gatewayFlags, gatewayOptions, readArguments, wholeNumber } from '../options.ts'
import { assertCanSave } from '../save-file.ts'

/** `darkroom jobs`: pictures that nobody waits for. */
export const jobsCommand: Command = {
  name: 'jobs',
  summary: 'look at jobs, follow one, cancel it or make it again',
  usage: `jobs [list | show ID | follow ID | cancel ID | retry ID] [options]

      --state STATE      only queued, running, completed, failed, cancelled or
                         outcome_unknown (list)
      --bulk ID          only those of a bulk or set (list)
      --limit N          how many of the newest (list: 20)
  -o, --out FILE         save its pictures when it is completed (follow)
      --accept-double-charge
                         it was or may have been charged, and may be charged again (retry)
      --live             pay OpenAI with OPENAI_API_KEY (follow), or what a running gateway
                         asks (retry)
      --data FOLDER      data folder (./data)
      --json             print the whole answer; events as lines of JSON`,
  async run(words, context) {
    const [action = 'list', ...args] = words[0]?.startsWith('-') ? ['list', ...words] : words
    const act = Object.hasOwn(actions, action) ? actions[action as keyof typeof actions] : undefined
    if (!act) throw new UsageError(`jobs knows ${Object.keys(actions).join(', ')}, found '${action}'`)
    return act(args, context)
  },
}

const data = { data: gatewayOptions.data, json: gatewayOptions.json } as const

/** What is missing is said before a gateway is looked for. */
const actions = {
  async list(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, {
      ...data,
      state: { type: 'string' },
      bulk: { type: 'string' },
      limit: { type: 'string' },
    })
    if (positionals.length > 0) throw new UsageError('jobs list takes nothing more')
    const query = new URLSearchParams({
      limit: String(wholeNumber('limit', values.limit, 100) ?? 20),
      ...(values.state === undefined ? {} : { state: values.state }),
      ...(values.bulk === undefined ? {} : { set: values.bulk }),
    })
    await using client = await connect(context, values)
    const answer = await client.json<{ jobs: Job[]; next_cursor: string | null }>({ method: 'GET', path: `/v2/jobs?${query}` })
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : jobTable(answer.jobs))
    return 0
  },
  async show(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, data)
    const id = oneId('show', positionals)
    await using client = await connect(context, values)
    const job = await readJob(client, id)
    say(context.stdout, values.json ? JSON.stringify(job, null, 2) : jobSheet(job, { showsAddresses: !client.isOurs }))
    return 0
  },
  async follow(args: readonly string[], context: CommandContext) {
    const own = { out: { type: 'string', short: 'o' }, live: gatewayOptions.live } as const
    const { values, positionals } = readArguments(args, { ...data, ...own })
    const id = oneId('follow', positionals)
    if (values.out !== undefined) await assertCanSave(values.out, 'Nothing was fetched.')
    context.interruption()
    await using client = await connect(context, values, { liveForOwner: true, staysGuest: true }, false)
    return await followJob(client, id, values, context)
  },
  async cancel(args: readonly string[], context: CommandContext) {
    const { values, positionals } = readArguments(args, data)
    const id = oneId('cancel', positionals)
    await using client = await connect(context, values)
    const answer = await client.json<{ cancel_requested: boolean }>({ method: 'POST', path: jobPath(id, '/cancel') })
    const text = answer.cancel_requested
      ? `${id} was sent already: its picture is paid for and kept, and nothing follows it.`
      : `${id} is cancelled, and nothing was charged.`
    say(context.stdout, values.json ? JSON.stringify(answer, null, 2) : text)
    return 0
  },
  async retry(args: readonly string[], context: CommandContext) {
    const own = { 'accept-double-charge': { type: 'boolean' }, live: gatewayOptions.live } as const
    const { values, positionals } = readArguments(args, { ...data, ...own })
    const id = oneId('retry', positionals)
    await using client = await connect(context, values, { liveForOwner: true })
    const acceptsDoubleCharge = values['accept-double-charge'] ?? false
    const answer = await retryJob(client, id, { live: values.live ?? false, acceptsDoubleCharge })
    sayAccepted(client, answer, values, context)
    return 0
  },
}

/** Looking at jobs and cancelling them makes no picture: a gateway of our own leaves those that wait to the next one. */
function connect(
  context: CommandContext,
  values: { data?: string | undefined; live?: boolean | undefined },
  options: ConnectOptions = {},
  leavesJobs = true,
): Promise<GatewayClient> {
  return GatewayClient.connect(context, { ...gatewayFlags(values), leavesJobs }, { makesFolder: false, ...options })
}

function oneId(action: string, positionals: readonly string[]): string {
  const [id] = positionals
  if (id === undefined || positionals.length > 1) throw new UsageError(`jobs ${action} expects the id of one job`)
  return id
}
