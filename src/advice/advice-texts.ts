import type { Advice } from '../contract/record.ts'

/** A surface that advice can name. */
export type AdvisedSurface = Advice['surface']

/** Why a job belongs where it belongs. */
export type Reason =
  | 'nothing_said'
  | 'picture_is_the_result'
  | 'direct_artefact'
  | 'edit'
  | 'many'
  | 'conversation'
  | 'several_steps'
  | 'other_tools'
  | 'by_hand'
  | 'provider_payment'
  | 'provider_compatibility'
  | 'provider_support'
  | 'provider_fallback'

/** What in a job does not go with its surface, or needs care there. */
export type Remark =
  | 'nothing_known'
  | 'too_many_by_hand'
  | 'by_hand_and_program'
  | 'cannot_be_that_fast'
  | 'show_previews'
  | 'many_at_once'
  | 'review_before_public'
  | 'provider_must_offer_responses'
  | 'provider_edits_unproven'
  | 'planning_costs'
  | 'single_pictures_apart'

/** Everything that is settled by a surface. */
export interface SurfaceTexts {
  stopRule: string
  fixes: Advice['fixes']
  planning: string
}

/** Words inside the ready request. */
export interface RequestTexts {
  prompt: string
  editPrompt: string
  /** How a conversation stands before the picture is asked for. */
  firstWords: string
  assistantAsks: string
}

/** All that advice says in one language. Complete by type: a sentence that is missing in one language does not compile. */
export interface AdviceTexts {
  reasons: Readonly<Record<Reason, string>>
  remarks: Readonly<Record<Remark, string>>
  surfaces: Readonly<Record<AdvisedSurface, SurfaceTexts>>
  request: RequestTexts
}
