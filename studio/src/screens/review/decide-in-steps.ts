import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'

/** As many as the gateway takes at once. */
export const MOST_AT_ONCE = 100

type Results = api.ReviewDecisionResults['results']

/**
 * Decides any number of reviews, a hundred at a time, each as if it came alone. What a step did stays done where a later one fails.
 * @param onStep told what became of each review of a step as soon as the gateway has said so
 */
export async function decideInSteps(
  decisions: api.ReviewDecisions['decisions'],
  reviewer: api.Reviewer,
  onStep: (results: Results) => void,
): Promise<void> {
  for (let from = 0; from < decisions.length; from += MOST_AT_ONCE) {
    const step = decisions.slice(from, from + MOST_AT_ONCE)
    onStep((await darkroom.reviews.decideAll({ decisions: step, ...reviewer })).results)
  }
}
