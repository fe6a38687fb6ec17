import { extname } from 'node:path'
import type { CheckReply, GenerationRecord } from '../../contract/record.ts'
import { type Command, type CommandContext, CommandError, type Interrupted, say } from '../command.ts'
import { GatewayClient, noLiveHere, RefusedError } from '../gateway-client.ts'
import { formatForFile, imageBody, imageOptions, imageOptionsHelp, routeHeaders } from '../image-options.ts'
import { formatBytes, sayWrapped } from '../layout.ts'
import { gatewayFlags, gatewayOptions, onePrompt, readArguments } from '../options.ts'
import { Progress } from '../progress.ts'
import { assertCanSave, saveBody } from '../save-file.ts'

/** `darkroom generate`: one call, its pictures in files. */
export const generateCommand: Command = {
  name: 'generate',
  summary: 'make a picture and save it',
  usage: `generate "PROMPT" [options]

  -o, --out FILE         where to save it (picture.png); its ending chooses the format;
                         several pictures become FILE-1, FILE-2 …
${imageOptionsHelp}
      --live             pay OpenAI with OPENAI_API_KEY, or what a running gateway asks;
                         without it the routes of darkroom.yaml serve, or the sandbox
      --data FOLDER      data folder (./data)
      --json             print the whole production log record`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { ...gatewayOptions, ...imageOptions, out: { type: 'string', short: 'o' } })
    const prompt = onePrompt('generate', positionals)
    const out = values.out ?? 'picture.png'
    const body = imageBody(prompt, { ...values, format: formatForFile(out, values.format) })
    await assertCanSave(out)
    const interruption = context.interruption()
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { liveForOwner: true })
    interruption.throwIfAborted()

    const call = { body, headers: routeHeaders(values) }
    const record = await makePictures(client, client.isOurs ? call : await withMoneyMeant(client, call, values.live ?? false), context)
    const files = await savePictures(client, record, out, context)
    if (values.json) say(context.stdout, JSON.stringify({ ...record, files: files.map(({ file }) => file) }, null, 2))
    else report(record, files, context)
    if (interruption.aborted) return (interruption.reason as Interrupted).exitCode
    return files.length > 0 && files.length === record.images.length ? 0 : 1
  },
}

interface ImageCall {
  body: object
  headers: Record<string, string>
}

/**
 * A gateway that somebody else started may be a paid one, which nobody said here: it is asked first what the call would cost.
 * @returns the call, held to the route that was asked, so that another gateway which takes over in between cannot spend on its own.
 * @throws RefusedError when it would refuse the call; CommandError when money would be spent unsaid, or said and not spent.
 */
async function withMoneyMeant(client: GatewayClient, call: ImageCall, live: boolean): Promise<ImageCall> {
  const { sandboxOwner } = await import('../../pricing/index.ts')
  const { refusals, estimate } = await client.json<CheckReply>({ method: 'POST', path: '/v2/check', ...call })
  if (!estimate) throw new RefusedError(refusals[0]?.status ?? null, refusals[0]?.error ?? {})
  const { route_id, route_owner, expected } = estimate
  const isPaid = route_owner !== sandboxOwner
  if (live && !isPaid) throw new CommandError(noLiveHere(client.serves))
  if (isPaid && !live)
    throw new CommandError(
      `This would cost about ${expected.usd} USD: ${client.serves} draws on ${route_id} (${route_owner}). Say --live to mean it.`,
    )
  return { body: call.body, headers: { ...call.headers, 'x-darkroom-route': route_id } }
}

/** Makes the call, lets its body pass, and reads the record: the pictures are fetched as bytes, never as base64. */
async function makePictures(client: GatewayClient, call: ImageCall, context: CommandContext): Promise<GenerationRecord> {
  using progress = new Progress(context.stderr, `drawing on ${client.serves}`)
  using _ = onInterruption(context.interruption(), () => progress.note(whatGoesOn(client)))
  const response = await client.call({ method: 'POST', path: '/v1/images/generations', ...call })
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

interface SavedPicture {
  file: string
  image: GenerationRecord['images'][number]
}

/** Saves what can be saved; says which picture could not be, and why. */
async function savePictures(
  client: GatewayClient,
  record: GenerationRecord,
  out: string,
  context: CommandContext,
): Promise<SavedPicture[]> {
  const saved: SavedPicture[] = []
  for (const [index, image] of record.images.entries()) {
    const file = record.request_shape.n === 1 ? out : numbered(out, index + 1)
    try {
      await saveBody(await client.call({ method: 'GET', path: `/v2/images/${image.id}` }), file)
      saved.push({ file, image })
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      sayWrapped(context.stderr, `${file} could not be saved: ${error.message}`)
    }
  }
  return saved
}

function numbered(out: string, number: number): string {
  const extension = extname(out)
  return `${out.slice(0, out.length - extension.length)}-${number}${extension}`
}

function report(record: GenerationRecord, files: readonly SavedPicture[], context: CommandContext): void {
  for (const { file, image } of files)
    say(context.stdout, `${file}  ${image.width}x${image.height} ${image.format}, ${formatBytes(image.bytes)}`)
  const money = record.cost.book === 'sandbox' ? 'USD of play money' : 'USD'
  say(context.stdout, `${record.cost.settled} ${money}, generation ${record.id}`)
  for (const warning of record.warnings) sayWrapped(context.stderr, `Warning: ${warning.message}`, '  ')
}
