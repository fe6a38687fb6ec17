import type { z } from 'zod'
import { presentOwnApproval, type ReviewPolicy } from '../contract/review-policy.ts'
import type { reviewPolicySchema } from '../contract/review-replies.ts'

type ReviewPolicyBody = z.output<typeof reviewPolicySchema>

/** A review policy as requests write it, as the parts read it; what it newly allows is allowed since `nowMs`. */
export function readReviewPolicy(body: ReviewPolicyBody, nowMs: number): ReviewPolicy {
  return {
    edits: body.edits,
    texts: body.texts,
    complex: body.complex,
    samplePercent: body.sample_percent,
    mayWaive: body.may_waive,
    twoPersons: body.two_persons,
    ownApproval: body.own_approval && { allowedBy: body.own_approval.allowed_by, atMs: nowMs },
    autoApprove: body.auto_approve,
    reviewers: body.reviewers,
    checklist: body.checklist,
    claimMinutes: body.claim_minutes,
    dueHours: body.due_hours,
  }
}

/** The same as replies show it. */
export function presentReviewPolicy(policy: ReviewPolicy): ReviewPolicyBody {
  return {
    edits: policy.edits,
    texts: policy.texts,
    complex: { tags: [...policy.complex.tags], metadata: { ...policy.complex.metadata } },
    sample_percent: policy.samplePercent,
    may_waive: policy.mayWaive,
    two_persons: policy.twoPersons,
    own_approval: policy.ownApproval && presentOwnApproval(policy.ownApproval),
    auto_approve: policy.autoApprove,
    reviewers: policy.reviewers && [...policy.reviewers],
    checklist: [...policy.checklist],
    claim_minutes: policy.claimMinutes,
    due_hours: policy.dueHours,
  }
}
