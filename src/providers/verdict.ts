import type { CallFacts, DispatchOutcome } from './image-provider.ts'

/** What became of a call, without the facts that hold whatever became of it. */
export type Verdict = DispatchOutcome extends infer Outcome ? (Outcome extends CallFacts ? Omit<Outcome, keyof CallFacts> : never) : never
