import type { DriftReply, GenerationRecord } from '../../contract/record.ts'
import { type Command, type CommandContext, type Interrupted, say } from '../command.ts'
import { awaitDrifts, driftRemarks } from '../drift-report.ts'
import { editCall } from '../edit-call.ts'
import { editOptions, editOptionsHelp, readEditWords } from '../edit-options.ts'
import { GatewayClient } from '../gateway-client.ts'
import { type ImageCall, makeImages, priceImageCall, priceSentence, withMoneyMeant } from '../image-call.ts'
import { formatForFile, imageOptions, imageOptionsHelp } from '../image-options.ts'
import { sayWrapped } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, wholeNumber } from '../options.ts'
import { assertCanSave } from '../save-file.ts'
import { assertKeepsSources, outFiles, reportImages, type SavedImage, saveImages } from '../save-images.ts'

/** `darkroom edit`: pictures and a prompt in, one call, its pictures in files. */
export const editCommand: Command = {
  name: 'edit',
  summary: 'make a picture out of others and save it',
  usage: `edit PICTURE… "PROMPT" [options]

  A PICTURE is a file, an https address, or the id of a picture or file of the gateway.

  -o, --out FILE         where to save it (picture.png); its ending chooses the format;
                         several pictures become FILE-1, FILE-2 …
${editOptionsHelp}
      --drift            say what changed, also where no terminal reads it
${imageOptionsHelp}
      --live             pay OpenAI with OPENAI_API_KEY, or what a running gateway asks;
                         without it the routes of darkroom.yaml serve, or the sandbox
      --data FOLDER      data folder (./data)
      --json             print the whole production log record`,
  async run(args, context) {
    const own = { out: { type: 'string', short: 'o' }, drift: { type: 'boolean' } } as const
    const { values, positionals } = readArguments(args, { ...gatewayOptions, ...imageOptions, ...editOptions, ...own })
    const words = readEditWords('edit', positionals)
    const out = values.out ?? 'picture.png'
    const { files, ...call } = await editCall(words, { ...values, format: formatForFile(out, values.format) })
    await assertKeepsSources(outFiles(out, wholeNumber('n', values.n) ?? 1), files)
    await assertCanSave(out)
    const interruption = context.interruption()
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { liveForOwner: true })
    interruption.throwIfAborted()

    const record = await makeImages(client, await pricedCall(client, call, values.live ?? false, context), context)
    const saved = await saveImages(client, record, out, context)
    const isAsked = values.drift ?? (context.stdout.isTTY === true && !values.json)
    const drifts = isAsked && !interruption.aborted ? await awaitDrifts(client, saved, context) : null
    if (values.json) say(context.stdout, JSON.stringify(asJson(record, saved, drifts), null, 2))
    else reportImages(record, saved, context, (picture) => remarks(picture, drifts, record))
    if (interruption.aborted) return (interruption.reason as Interrupted).exitCode
    return saved.length > 0 && saved.length === record.images.length ? 0 : 1
  },
}

/** Whoever watches is told the price before it is spent, and a gateway that somebody else started spends only what was meant. */
async function pricedCall(client: GatewayClient, call: ImageCall, live: boolean, context: CommandContext): Promise<ImageCall> {
  const estimate = await priceImageCall(client, call)
  const meant = client.isOurs ? call : await withMoneyMeant(client, call, { estimate, live })
  if (context.stderr.isTTY) sayWrapped(context.stderr, await priceSentence(estimate))
  return meant
}

type Drifts = ReadonlyMap<string, DriftReply> | null

function asJson(record: GenerationRecord, saved: readonly SavedImage[], drifts: Drifts) {
  return { ...record, files: saved.map(({ file }) => file), ...(drifts ? { drift: [...drifts.values()] } : {}) }
}

function remarks({ image }: SavedImage, drifts: Drifts, record: GenerationRecord): string[] {
  const drift = drifts?.get(image.id)
  return drift ? driftRemarks(drift, record.request_shape.mask_sha256 !== null) : []
}
