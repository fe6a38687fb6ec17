import { createHash } from 'node:crypto'
import type { CheckKind, ReviewPolicy, ReviewReason } from '../contract/review-policy.ts'

/** What of a call decides whether its pictures are looked at. */
export interface ReviewFacts {
  operation: 'generate' | 'edit' | 'respond'
  /** Languages of the texts that the pictures must show, each once. */
  languages: readonly string[]
  projectTag: string | null
  metadata: Readonly<Record<string, string>> | null
  /** What the call itself says of it; null = nothing. */
  wish: 'required' | 'none' | null
}

/** How the pictures of a call are looked at: the project's rules as they were when it was accepted. */
export interface ReviewPlan {
  reasons: ReviewReason[]
  languages: string[]
  checklist: CheckKind[]
  approvalsNeeded: 1 | 2
  /** Whether the guard's `adoptable` approves them. */
  guardDecides: boolean
  claimMs: number
  dueMs: number | null
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** What nobody but a person can say of a picture: reasons that the guard's verdict answers are not among them. */
const guarded: readonly ReviewReason[] = ['edit', 'text']

/**
 * Whether the pictures of a call are to be looked at, and how; null when they are not.
 * @param generationId what the lot is drawn by: anybody can draw it again, and nobody can know it before the call
 */
export function planReview(policy: ReviewPolicy, facts: ReviewFacts, generationId: string): ReviewPlan | null {
  if (facts.wish === 'none' && policy.mayWaive) return null
  const ruled = reasonsByRule(policy, facts)
  const drawn = ruled.length === 0 && isDrawn(generationId, policy.samplePercent)
  const reasons: ReviewReason[] = [
    ...ruled,
    ...(drawn ? ['sampled' as const] : []),
    ...(facts.wish === 'required' ? ['required' as const] : []),
  ]
  return reasons.length === 0 ? null : planFor(policy, reasons, facts.languages)
}

/** How a picture is looked at for some reasons. */
export function planFor(policy: ReviewPolicy, reasons: readonly ReviewReason[], languages: readonly string[]): ReviewPlan {
  return {
    reasons: [...reasons],
    languages: [...languages],
    checklist: [...policy.checklist],
    approvalsNeeded: policy.twoPersons ? 2 : 1,
    guardDecides: policy.autoApprove === 'adoptable' && reasons.every((reason) => guarded.includes(reason)),
    claimMs: policy.claimMinutes * MINUTE_MS,
    dueMs: policy.dueHours === null ? null : Math.round(policy.dueHours * HOUR_MS),
  }
}

/** Whether a call asks that nobody looks although its project does not leave that to it. */
export function isWaivedInVain(policy: ReviewPolicy, facts: ReviewFacts): boolean {
  if (facts.wish !== 'none' || policy.mayWaive) return false
  return policy.samplePercent > 0 || reasonsByRule(policy, facts).length > 0
}

/** An assistant may edit what it was given or what it drew before: which of its pictures are edits is known when they have come. */
function reasonsByRule({ edits, texts, complex }: ReviewPolicy, facts: ReviewFacts): ReviewReason[] {
  const { operation, languages, projectTag, metadata } = facts
  const isComplex =
    (projectTag !== null && complex.tags.includes(projectTag)) ||
    Object.entries(complex.metadata).some(([name, value]) => metadata?.[name] === value)
  const reasons: Record<'edit' | 'text' | 'complex', boolean> = {
    edit: edits && operation !== 'generate',
    text: texts && languages.length > 0,
    complex: isComplex,
  }
  return (['edit', 'text', 'complex'] as const).filter((reason) => reasons[reason])
}

const LOTS = 2 ** 32

function isDrawn(generationId: string, percent: number): boolean {
  const lot = createHash('sha256').update(generationId).digest().readUInt32BE(0)
  return lot < (LOTS * percent) / 100
}
