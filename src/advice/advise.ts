import type { Advice, AdviceLanguage, AdviceRequest } from '../contract/record.ts'
import type { AdviceTexts, AdvisedSurface } from './advice-texts.ts'
import { chooseSurface } from './choose-surface.ts'
import { readJob } from './job.ts'
import { operationOf, readyRequest } from './ready-request.ts'
import { englishTexts } from './texts/en.ts'
import { japaneseTexts } from './texts/ja.ts'
import { chineseTexts } from './texts/zh-cn.ts'

/** What advice depends on beside the job. */
export interface AdviceContext {
  /** Origin of this gateway as its callers reach it, for the ready request: `http://127.0.0.1:4100`. */
  baseUrl: string
}

const texts: Readonly<Record<AdviceLanguage, AdviceTexts>> = { en: englishTexts, ja: japaneseTexts, 'zh-CN': chineseTexts }

/** Stop rules by surface: when to leave it. The ids stay; the words are the language's. */
const stopRules: Readonly<Record<AdvisedSurface, string>> = {
  images: 'no_orchestration_without_need',
  responses: 'never_an_image_model_as_main_nor_for_one_picture',
  provider: 'terms_on_record_first',
  chatgpt: 'not_an_api_and_not_its_credit',
}

/** Where planning before drawing can be counted on; a provider may have it, but promises nothing that every route would keep. */
const plansBeforeDrawing: Readonly<Record<AdvisedSurface, boolean>> = { images: true, responses: true, provider: false, chatgpt: true }

/** Says which surface a job belongs on, why, what that settles, and how the call looks. The same job always gets the same advice. */
export function advise(request: AdviceRequest, { baseUrl }: AdviceContext): Advice {
  const job = readJob(request)
  const { surface, reasons, remarks } = chooseSurface(job)
  const words = texts[request.lang]
  const operation = operationOf(surface, job)
  const of = words.surfaces[surface]
  return {
    lang: request.lang,
    surface,
    operation,
    why: reasons.map((reason) => words.reasons[reason]),
    understood: job.understood,
    stop_rule: { id: stopRules[surface], text: of.stopRule },
    fixes: of.fixes,
    planning: { available: plansBeforeDrawing[surface], text: of.planning },
    warnings: remarks.map((code) => ({ code, message: words.remarks[code] })),
    request: operation && readyRequest({ operation, surface, job, words: words.request, baseUrl: baseUrl.replace(/\/+$/, '') }),
  }
}
