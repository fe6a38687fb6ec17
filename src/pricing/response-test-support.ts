import type { MainModelUsage, ResponseUsage } from '../contract/response-usage.ts'
import type { Usage } from '../contract/usage.ts'
import { findMainModelCard } from './main-model-price-card.ts'
import { builtInMainModelCards } from './main-model-price-cards.ts'
import type { ResponseCall, ResponseCards } from './response-call.ts'
import type { ResponseChargeInput, ToolItem } from './response-charge-input.ts'
import { imageRequest, officialCard, testDayMs, usageOf } from './test-support.ts'

/** $1.00, what a project holds unless it says otherwise. */
export const oneDollar = 1_000_000_000n

/** A call of gpt-5.4 that may draw `a cat` (2 tokens) with gpt-image-2, 1024x1024 low, unless changed. */
export function responseCall(changes: Partial<ResponseCall> = {}): ResponseCall {
  return {
    mainModel: 'gpt-5.4',
    texts: ['a cat'],
    inputImages: [],
    hasUncountedInput: false,
    maxOutputTokens: null,
    serviceTier: null,
    tool: imageRequest({ operation: 'respond' }),
    toolForced: false,
    hasOtherTools: false,
    ...changes,
  }
}

/** OpenAI's cards for a call. */
export function responseCards({ mainModel, tool }: ResponseCall): ResponseCards {
  return {
    main: findMainModelCard(builtInMainModelCards, { model: mainModel, owner: 'openai', atMs: testDayMs }),
    image: tool && officialCard(tool.model.id),
  }
}

/** The recorded main model usage of September 2025: 2,941 in, 1,920 of them cached, 1,249 out. */
export const recordedMain: MainModelUsage = {
  inputTokens: 2_941,
  cachedTokens: 1_920,
  cacheWriteTokens: null,
  outputTokens: 1_249,
  reasoningTokens: 1_024,
}

/** A whole response usage: the recorded main model and the tool's named buckets, unless changed. */
export function responseUsage(tool: Partial<Usage>, changes: Partial<ResponseUsage> = {}): ResponseUsage {
  return {
    main: recordedMain,
    imageGen: { usage: usageOf(tool), source: 'upstream', cachedKnown: true },
    webSearchRequests: 0,
    serviceTier: 'default',
    ...changes,
  }
}

/** A picture that came as it was asked. */
export const catItem: ToolItem = { quality: 'low', size: { width: 1024, height: 1024 }, revisedPrompt: null }

/** A charge of `responseCall` with one picture, unless changed. */
export function responseCharge(changes: Partial<ResponseChargeInput> = {}): ResponseChargeInput {
  const call = changes.call ?? responseCall()
  return {
    usage: responseUsage({ text_in: 236, image_out: 196 }),
    call,
    cards: responseCards(call),
    ceiling: oneDollar,
    imagesCompleted: [catItem],
    imagesFailed: 0,
    partials: 0,
    autoQuality: null,
    ...changes,
  }
}
