import { submitBulk } from '../bulk/submit-bulk.ts'
import { type Command, type CommandContext, type Interrupted, say } from '../command.ts'
import type { FollowOptions } from '../follow-command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { heldTo, type ImageCall, makeImages, priceImageCall, withMoneyMeant } from '../image-call.ts'
import { formatForFile, imageBody, imageHeaders, imageOptions, imageOptionsHelp } from '../image-options.ts'
import type { AcceptedJob } from '../jobs/retry-job.ts'
import { sayAccepted } from '../jobs/say-accepted.ts'
import { gatewayFlags, gatewayOptions, onePrompt, readArguments } from '../options.ts'
import { assertCanSave } from '../save-file.ts'
import { reportImages, saveImages } from '../save-images.ts'

/** `darkroom generate`: one call, its pictures in files. */
export const generateCommand: Command = {
  name: 'generate',
  summary: 'make a picture and save it',
  usage: `generate "PROMPT" [options]
       darkroom generate --economy FILE [options of darkroom bulk submit]

  -o, --out FILE         where to save it (picture.png); its ending chooses the format;
                         several pictures become FILE-1, FILE-2 …
${imageOptionsHelp}
      --async            print the id of a job and leave: darkroom jobs follow ID
      --economy          the prompts of a FILE as one bulk, at half the price, within a day
      --live             pay OpenAI with OPENAI_API_KEY, or what a running gateway asks;
                         without it the routes of darkroom.yaml serve, or the sandbox
      --data FOLDER      data folder (./data)
      --json             print the whole production log record`,
  async run(args, context) {
    if (wordsOf(args).includes('--economy')) return submitBulk('generate --economy', args, context)
    const own = { out: { type: 'string', short: 'o' }, async: { type: 'boolean' } } as const
    const { values, positionals } = readArguments(args, { ...gatewayOptions, ...imageOptions, ...own })
    const prompt = onePrompt('generate', positionals)
    const out = values.out ?? 'picture.png'
    const body = imageBody(prompt, { ...values, format: formatForFile(out, values.format) })
    if (!values.async) await assertCanSave(out)
    const interruption = context.interruption()
    const flags = { ...gatewayFlags(values), leavesJobs: values.async ?? false }
    await using client = await GatewayClient.connect(context, flags, { liveForOwner: true })
    interruption.throwIfAborted()

    const call = { operation: 'generate', body, headers: imageHeaders(values) } as const
    if (values.async) return await submitJob(client, call, { ...values, out }, context)
    const record = await makeImages(client, await meantCall(client, call, values.live ?? false), context)
    const saved = await saveImages(client, record, out, context)
    if (values.json) say(context.stdout, JSON.stringify({ ...record, files: saved.map(({ file }) => file) }, null, 2))
    else reportImages(record, saved, context)
    if (interruption.aborted) return (interruption.reason as Interrupted).exitCode
    return saved.length > 0 && saved.length === record.images.length ? 0 : 1
  },
}

/** What may be an option: behind `--` everything is a prompt. */
const wordsOf = (args: readonly string[]) => (args.includes('--') ? args.slice(0, args.indexOf('--')) : args)

/** A job may be made by a later gateway: it is held to the route that serves now, so that it spends nothing elsewhere. */
async function submitJob(
  client: GatewayClient,
  call: ImageCall,
  wishes: FollowOptions & { json?: boolean | undefined },
  context: CommandContext,
): Promise<number> {
  const estimate = await priceImageCall(client, call)
  const meant = client.isOurs
    ? heldTo(estimate.route_id, call)
    : await withMoneyMeant(client, call, { estimate, live: wishes.live ?? false })
  const { body: request, headers } = meant
  sayAccepted(
    client,
    await client.json<AcceptedJob>({ method: 'POST', path: '/v2/images/generate', body: { request }, headers }),
    wishes,
    context,
  )
  return 0
}

/** A gateway that somebody else started is asked first what the call would cost; ours was started for this. */
async function meantCall(client: GatewayClient, call: ImageCall, live: boolean): Promise<ImageCall> {
  if (client.isOurs) return call
  return withMoneyMeant(client, call, { estimate: await priceImageCall(client, call), live })
}
