/** The five steps of a route to production: what each looks at, what is to be done where one fails, and how it is told. */

export { cureOf, judgeEdit, judgeFinal, judgeFirstPicture, type SeenCall, type SeenGuard } from './judge-calls.ts'
export { judgeFailure, type ProvokedFailures } from './judge-failure.ts'
export { judgeProduction, type SeenJob } from './judge-production.ts'
export { presentRollout, rolloutTexts } from './present-rollout.ts'
export { renderRollout } from './render-rollout.ts'
export { advanceRollout, type FoundRollout, findRollout, listRollouts, recordRollout } from './rollout-statements.ts'
export type { Check, Evidence, Judgement, Next, Step, Walk } from './walk.ts'
