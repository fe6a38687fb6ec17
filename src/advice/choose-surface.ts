import type { AdvisedSurface, Reason, Remark } from './advice-texts.ts'
import type { Job } from './job.ts'

/** Where a job belongs, why, and what to mind. */
export interface Choice {
  surface: AdvisedSurface
  /** The deciding reason first. */
  reasons: Reason[]
  remarks: Remark[]
}

/**
 * Chooses the surface. In this order: what a person does in a window belongs to ChatGPT; what OpenAI cannot serve for reasons outside the
 * picture belongs to a provider; what is part of a flow to Responses; everything else is a picture and belongs to the Image API.
 */
export function chooseSurface(job: Job): Choice {
  const surface = surfaceOf(job)
  return { surface, reasons: reasonsFor(surface, job), remarks: remarksOn(surface, job) }
}

function surfaceOf(job: Job): AdvisedSurface {
  if (job.is('by_hand') && !job.beyondHands) return 'chatgpt'
  if (job.providerNeed !== null) return 'provider'
  return isFlow(job) ? 'responses' : 'images'
}

const flowSignals = ['conversation', 'several_steps', 'other_tools'] as const
const pictureSignals = ['direct_artefact', 'edit', 'many'] as const

/** True for a job in which a main model leads. */
export function isFlow(job: Job): boolean {
  return flowSignals.some(job.is)
}

function reasonsFor(surface: AdvisedSurface, job: Job): Reason[] {
  const flow = flowSignals.filter(job.is)
  const picture = pictureSignals.filter(job.is)
  switch (surface) {
    case 'chatgpt':
      return ['by_hand']
    case 'provider':
      return [`provider_${job.providerNeed ?? 'fallback'}`, ...flow, ...picture]
    case 'responses':
      return flow
    case 'images':
      if (picture.length > 0) return picture
      return [job.understood.length === 0 ? 'nothing_said' : 'picture_is_the_result']
  }
}

/** A picture never comes sooner than this, whatever the surface. */
const soonestSeconds = 5

function remarksOn(surface: AdvisedSurface, job: Job): Remark[] {
  const flow = isFlow(job)
  const byProgram = surface !== 'chatgpt'
  const apply: Record<Remark, boolean> = {
    nothing_known: job.understood.length === 0,
    too_many_by_hand: job.is('by_hand') && job.beyondHands,
    by_hand_and_program: !byProgram && (job.is('several_steps') || job.is('other_tools') || job.providerNeed !== null),
    provider_must_offer_responses: surface === 'provider' && flow,
    provider_edits_unproven: surface === 'provider' && job.is('edit'),
    single_pictures_apart: surface === 'responses' && job.is('direct_artefact'),
    cannot_be_that_fast: job.waitSeconds !== null && job.waitSeconds < soonestSeconds,
    show_previews: byProgram && job.is('fast'),
    many_at_once: byProgram && job.is('many'),
    planning_costs: byProgram && job.is('planning'),
    review_before_public: job.is('review'),
  }
  return (Object.keys(apply) as Remark[]).filter((remark) => apply[remark])
}
