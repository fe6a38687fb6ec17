import { isoTime } from '../../primitives/clock.ts'
import type { Charge } from '../billing/invoice.ts'
import type { CallRecord } from '../call-log.ts'
import { type ChargePhase, chargePhase } from '../faults/fault-script.ts'
import { sizeText } from '../picture-run.ts'
import type { SandboxState } from '../sandbox-state.ts'
import type { PlannedPicture, ResponsePlan } from './response-plan.ts'

type Common = Pick<Charge, 'at' | 'request_id' | 'client_request_id' | 'response_id' | 'operation' | 'charged_at_phase'>

/**
 * Books a response as its models begin: one line for the main model, one for each picture. A response that will fail is free, and so is a
 * picture that will be refused, unless a script says otherwise.
 */
export function chargeResponse(plan: ResponsePlan, record: CallRecord, { invoice, settings }: SandboxState): void {
  const { script } = plan
  const phase = script.failResponse === undefined ? chargePhase(script) : script.charge ? 'failure_answer' : null
  if (phase === null) return
  const common = {
    at: isoTime(settings.clock.nowMs()),
    request_id: record.request_id,
    client_request_id: record.client_request_id,
    response_id: plan.id,
    operation: 'respond',
    charged_at_phase: phase,
  } as const
  for (const picture of plan.pictures) {
    if (!picture.isRefused) invoice.add(pictureLine(picture, common))
    else if (script.charge) invoice.add(pictureLine(picture, { ...common, charged_at_phase: 'failure_answer' satisfies ChargePhase }))
  }
  invoice.add(mainModelLine(plan, common))
  record.charged = true
}

function pictureLine({ run, counts, nanos }: PlannedPicture, common: Common): Charge {
  return {
    book: 'image_tool',
    ...common,
    model: run.model.id,
    size: sizeText(run.size),
    quality: run.quality,
    n: run.n,
    text_in: counts.textIn - counts.textCached,
    text_cached_in: counts.textCached,
    image_in: counts.imageIn - counts.imageCached,
    image_cached_in: counts.imageCached,
    image_out: counts.pictureOut + counts.previewOut,
    text_out: 0,
    partial_images: run.previewsEach,
    nanos: String(nanos),
  }
}

function mainModelLine({ main }: ResponsePlan, common: Common): Charge {
  return {
    book: 'main_model',
    ...common,
    model: main.model,
    size: null,
    quality: null,
    n: 0,
    text_in: main.inputTokens - main.cachedTokens,
    text_cached_in: main.cachedTokens,
    image_in: 0,
    image_cached_in: 0,
    image_out: 0,
    text_out: main.outputTokens,
    partial_images: 0,
    nanos: String(main.nanos),
  }
}
