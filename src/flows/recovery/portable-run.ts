import type { RouteCall, RouteChoice } from '../../routes/index.ts'
import type { GenerationRun } from '../generation-run.ts'
import type { ResponseRun } from '../respond/response-run.ts'

/** What a sidecar keeps of a call: the run as it was decided before the call, and what kind of run it is. Data through and through. */
export type SidecarSubject =
  | { kind: 'images'; run: Omit<GenerationRun, 'place'>; startedAtMs: number }
  | { kind: 'response'; run: Omit<ResponseRun, 'place'>; startedAtMs: number }

/** A run of the images surface without what belongs to this process alone, and without the key of its route. */
export function portableGeneration({ place: _, others: _others, choice, ...run }: GenerationRun, startedAtMs: number): SidecarSubject {
  return { kind: 'images', run: { ...run, others: [], choice: withoutKeys(choice) }, startedAtMs }
}

/** The same of an assistant call. Pictures and words that went upstream are not needed to settle it. */
export function portableResponse({ place: _, choice, sent, ...run }: ResponseRun, startedAtMs: number): SidecarSubject {
  const { replayedImages } = sent
  const left = { sent: { body: {}, pictures: [], replayedImages }, replay: null, choice: withoutKeys(choice) }
  return { kind: 'response', run: { ...run, ...left }, startedAtMs }
}

/** Settling calls nobody. The contract stays as it was at the time of the call, whatever the configuration says by now. */
function withoutKeys({ route, modelSent }: RouteChoice): RouteChoice {
  return { route: { ...route, key: null, usageApi: null, webhook: null }, modelSent }
}

/** Whoever made the call has no place on the route any more. */
export const noPlace: RouteCall = { reason: null, end: () => undefined }
