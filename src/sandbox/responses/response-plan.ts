import type { ResponseRequest } from '../../contract/response-request.ts'
import { newId } from '../../primitives/ids.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import type { Nanos } from '../../primitives/money.ts'
import { billFor } from '../billing/bill.ts'
import { billMainModel, type MainModelBill } from '../billing/main-model-bill.ts'
import { priceOf } from '../billing/price-list.ts'
import type { ToolCounts } from '../billing/response-usage.ts'
import type { FaultScript } from '../faults/fault-script.ts'
import type { MarkedPrompt } from '../faults/parse-faults.ts'
import type { ReadInput } from '../intake/input-facts.ts'
import { type PictureRun, planRun } from '../picture-run.ts'
import { Refusal } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { type Decision, decide, revisedPrompt, sentence } from './main-model.ts'
import type { Recollection } from './recall.ts'

/** One call of the image tool, decided. */
export interface PlannedPicture {
  /** `ig_…` */
  itemId: string
  action: Decision['action']
  revisedPrompt: string
  run: PictureRun
  /** The safety system refuses it: the item fails, the response goes on. */
  isRefused: boolean
  counts: ToolCounts
  /** Price of `counts`. */
  nanos: Nanos
}

/** An accepted Responses call with everything decided: what both models will do, say and cost. */
export interface ResponsePlan {
  /** `resp_…` */
  id: string
  createdAtMs: number
  request: ResponseRequest
  script: FaultScript
  /** `rs_…`; null for a main model that was told not to think. */
  reasoningId: string | null
  pictures: readonly PlannedPicture[]
  /** `msg_…` */
  messageId: string
  sentence: string
  main: MainModelBill
  /** The picture a next turn edits when this one draws none. */
  inherited: ReadInput | null
  /** Whether `tool_usage` holds the previews' tokens. */
  previewsInUsage: boolean
}

/** What a plan is made of. */
export interface PlanMaterial {
  request: ResponseRequest
  marked: MarkedPrompt
  recalled: Recollection
  /** The pictures to edit, decoded, and the mask last. */
  inputs: readonly ReadInput[]
}

/**
 * Decides what will happen.
 * @throws Refusal when the tool is told to edit and there is nothing to edit, or a script swaps in a model that does not exist.
 */
export async function planResponse({ request, marked, recalled, inputs }: PlanMaterial, sandbox: SandboxState): Promise<ResponsePlan> {
  const { settings } = sandbox
  const { script } = marked
  const sources = inputs.filter(({ role }) => role === 'image')
  const decision = decide({
    prompt: marked.drawn,
    toolChoice: request.toolChoice,
    action: request.imageTool?.action ?? 'auto',
    maxToolCalls: request.maxToolCalls,
    sources: sources.length === 0 ? 'none' : recalled.usesLatest ? 'of_an_earlier_turn' : 'of_this_call',
  })
  if (decision.action === 'edit' && decision.pictures > 0 && sources.length === 0) throw nothingToEdit(request)

  const pictures = await Promise.all(
    Array.from({ length: decision.pictures }, (_, index) => planPicture({ request, marked, inputs, decision, index }, sandbox)),
  )
  const words = sentence(decision, script.failItem === true)
  return {
    id: upstreamId('resp'),
    createdAtMs: settings.clock.nowMs(),
    request,
    script,
    reasoningId: request.reasoningEffort === 'none' ? null : upstreamId('rs'),
    pictures,
    messageId: upstreamId('msg'),
    sentence: words,
    inherited: sources.at(-1) ?? null,
    previewsInUsage: settings.previewsInUsage,
    main: await billMainModel({
      model: request.mainModel.row!.id,
      text: wordsOf(request.wire),
      pictures: recalled.usesLatest ? [] : sources.map(({ picture }) => picture),
      hasImageTool: request.hasImageTool,
      effort: request.reasoningEffort,
      written: [words, ...pictures.map((picture) => picture.revisedPrompt)],
      previous: recalled.previous?.plan.main ?? null,
      allCached: script.cached === true,
    }),
  }
}

/** Ids as upstream prefixes them. */
function upstreamId(prefix: 'resp' | 'rs' | 'ig' | 'msg'): string {
  return newId('req').replace('req', prefix)
}

async function planPicture(
  { request, marked, inputs, decision, index }: Omit<PlanMaterial, 'recalled'> & { decision: Decision; index: number },
  { settings }: SandboxState,
): Promise<PlannedPicture> {
  const { script } = marked
  const revised = revisedPrompt(marked.drawn, decision.action, index)
  const ofTool = { ...request.imageTool!.request, prompt: revised }
  const run = planRun(ofTool, marked, settings, decision.action === 'edit' ? inputs : [])
  const { model, size, quality, n, previewsEach, inputSizes } = run
  const bill = await billFor({ model, prompt: revised, inputSizes, size, quality, n, previews: previewsEach })
  // A cache holds pictures whole; of the text, only what comes before this turn's words.
  const [textCached, imageCached] = script.cached ? [Math.floor(bill.textIn / 2), bill.imageIn] : [0, 0]
  return {
    itemId: upstreamId('ig'),
    action: decision.action,
    revisedPrompt: revised,
    run,
    isRefused: script.failItem === true,
    counts: { ...bill, textCached, imageCached },
    nanos: priceOf(model, {
      textIn: bill.textIn - textCached,
      textCachedIn: textCached,
      imageIn: bill.imageIn - imageCached,
      imageCachedIn: imageCached,
      imageOut: bill.pictureOut + bill.previewOut,
    }),
  }
}

/** What the main model reads: its instructions and the input, an input of several items as its JSON. */
function wordsOf({ instructions, input }: JsonObject): string {
  return [instructions, input].map(textOf).join('\n')
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}

/** The text of the last message of the user: what the main model goes by, and where fault markers are looked for. */
export function lastWords(input: JsonValue | undefined): string {
  if (typeof input === 'string') return input
  if (!Array.isArray(input)) return ''
  const message = input.findLast((item) => isJsonObject(item) && item.role === 'user')
  const content = isJsonObject(message) ? message.content : undefined
  if (!Array.isArray(content)) return typeof content === 'string' ? content : ''
  return content.flatMap((part) => (isJsonObject(part) && typeof part.text === 'string' ? [part.text] : [])).join('\n')
}

/** How upstream words this is not known. */
function nothingToEdit({ imageTool }: ResponseRequest): Refusal {
  const param = `tools[${imageTool!.index}].action`
  const message = `Invalid '${param}': 'edit' needs an image in the input or in an earlier turn of the conversation.`
  return new Refusal(400, { message, type: 'image_generation_user_error', param, code: 'invalid_value' })
}
