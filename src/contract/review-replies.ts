import { z } from 'zod'
import { driftSummarySchema } from './drift-replies.ts'
import { checkKinds, noReview, reviewReasons } from './review-policy.ts'
import { countSchema, cursorSchema, sha256Schema, timeSchema } from './wire-values.ts'

const allowedBySchema = z.string().trim().min(1).max(100).describe("Who said so: the administrator's token is nobody's own.")

/** What a project's settings say of reviews; what is left out is as it is without a policy. */
export const reviewPolicySchema = z
  .strictObject({
    edits: z.boolean().default(noReview.edits).describe('Every edit.'),
    texts: z.boolean().default(noReview.texts).describe('Every picture whose call names texts (`darkroom.texts`).'),
    complex: z
      .strictObject({
        tags: z.array(z.string().min(1).max(64)).max(50).default([]),
        metadata: z.record(z.string().min(1).max(64), z.string().max(512)).default({}),
      })
      .default({ tags: [], metadata: {} })
      .describe('Calls with one of these project tags, or one of these labels in `darkroom.metadata`.'),
    sample_percent: z.number().min(0).max(100).default(noReview.samplePercent).describe('Of all other calls, by lot.'),
    may_waive: z.boolean().default(noReview.mayWaive).describe('Whether `x-darkroom-review: none` takes a call out.'),
    two_persons: z.boolean().default(noReview.twoPersons).describe('Two different people must approve.'),
    own_approval: z
      .strictObject({
        allowed_by: allowedBySchema,
        at: timeSchema.optional().describe('Since when, as the gateway notes it; what is sent is not looked at.'),
      })
      .nullable()
      .default(null)
      .describe(
        'For whoever works alone: the administrator may approve what the administrator asked for. Null: nobody approves their own. Not with `two_persons`.',
      ),
    auto_approve: z
      .enum(['never', 'adoptable'])
      .default(noReview.autoApprove)
      .describe('`adoptable`: edits and texts of which the guard says so are approved by this rule. Not with `two_persons`.'),
    reviewers: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('Ids of the keys that may decide; null: every key of the project.'),
    checklist: z
      .array(z.enum(checkKinds))
      .min(1)
      .max(checkKinds.length)
      .default([...noReview.checklist]),
    claim_minutes: z.int().min(1).max(1440).default(noReview.claimMinutes),
    due_hours: z.number().min(0.01).max(8760).nullable().default(noReview.dueHours).describe('Time to decide; null: none.'),
  })
  .refine(({ two_persons, auto_approve }) => !(two_persons && auto_approve === 'adoptable'), {
    path: ['auto_approve'],
    message: 'a project that wants two people cannot have the guard approve',
  })
  .refine(({ two_persons, own_approval }) => !(two_persons && own_approval !== null), {
    path: ['own_approval'],
    message: 'a project that wants two people cannot have one approve their own',
  })

const stateSchema = z.enum(['open', 'claimed', 'approved', 'rejected', 'changes_requested', 'revoked', 'deleted'])

const bySchema = z.object({
  kind: z.enum(['key', 'admin', 'policy']).describe("`policy`: the project's own rule, on the guard's word."),
  key_id: z.string().nullable(),
  name: z.string().describe('Name of the key, or what the administrator said who it is.'),
})

const checkSchema = z.object({
  id: z.string().describe('As answers name it.'),
  kind: z.enum(checkKinds),
  lang: z.string().nullable().describe('Of a text: the language that is read.'),
  question: z.string(),
})

const answerSchema = z.enum(['yes', 'no', 'not_applicable'])
const answersSchema = z.record(z.string().min(1).max(64), answerSchema).describe('By the ids of the checklist.')

/** One decision, as reviews, records and exports show it. */
const reviewDecisionSchema = z
  .object({
    decision: z.enum(['approved', 'rejected', 'changes_requested', 'revoked']),
    by: bySchema,
    at: timeSchema,
    why: z.string(),
    answers: answersSchema,
    image_sha256: sha256Schema.describe('Of the bytes that were decided on.'),
    full_size_read_at: timeSchema.nullable().describe('When this person first opened them at full size in this review.'),
    own: z.boolean().nullable().describe('Whether whoever decided had asked for the picture. Null: decided before this was noted.'),
    own_approval: z
      .object({ allowed_by: z.string(), at: timeSchema })
      .nullable()
      .describe("Of an approval of one's own: who had allowed such in the project, and since when."),
  })
  .meta({ id: 'ReviewDecision' })

/** As `reviewDecisionSchema` describes it. */
export type ReviewDecision = z.infer<typeof reviewDecisionSchema>

/** What of a review stands in the record of its picture. */
export const recordedReviewSchema = z
  .object({
    id: z.string(),
    state: stateSchema,
    reasons: z.array(z.enum(reviewReasons)),
    opened_at: timeSchema,
    due_at: timeSchema.nullable(),
    closed_at: timeSchema.nullable(),
    decisions: z.array(reviewDecisionSchema),
  })
  .meta({ id: 'RecordedReview' })

/** As `recordedReviewSchema` describes it. */
export type RecordedReview = z.infer<typeof recordedReviewSchema>

/** A public address of a picture. */
export const publicationSchema = z
  .object({
    image_id: z.string(),
    url: z.string().describe('Opens the picture for anybody, until it ends.'),
    review_id: z.string().nullable().describe('What approved it; null where the project needs no review.'),
    published_at: timeSchema,
    published_by: z.string(),
    ended_at: timeSchema.nullable(),
    ended_how: z.enum(['unpublished', 'revoked', 'deleted']).nullable(),
    ended_by: z.string().nullable(),
    ended_why: z.string().nullable(),
  })
  .meta({ id: 'Publication' })

/** As `publicationSchema` describes it. */
export type PublicationReply = z.infer<typeof publicationSchema>

/** A review. */
export const reviewSchema = z
  .object({
    id: z.string(),
    project_id: z.string(),
    generation_id: z.string(),
    state: stateSchema,
    reasons: z.array(z.enum(reviewReasons)),
    image: z.object({
      id: z.string(),
      sha256: sha256Schema,
      width: z.int().nullable(),
      height: z.int().nullable(),
      format: z.string().nullable(),
      deleted_at: timeSchema.nullable(),
      full_size_url: z.string().describe('Opening it is on record: a text is approved by whoever has.'),
    }),
    submitter: z
      .object({ kind: z.enum(['key', 'admin']), key_id: z.string().nullable() })
      .describe('Who asked for it, and so cannot approve it, but for `own_approval` of the project.'),
    checklist: z.array(checkSchema),
    approvals: z.object({ needed: countSchema, given: countSchema }),
    opened_at: timeSchema,
    due_at: timeSchema.nullable(),
    overdue: z.boolean(),
    claim: z.object({ name: z.string(), until: timeSchema }).nullable(),
    read_at_full_size_by: z.array(z.string()).describe('Who opened the picture at full size in this review.'),
    decisions: z.array(reviewDecisionSchema),
    change: z
      .object({
        text: z.string().nullable().describe('The one thing to change; null once its time is over.'),
        asked_at: timeSchema,
        generation_id: z.string().nullable().describe('The edit that was made for it.'),
      })
      .nullable(),
    drift: driftSummarySchema.nullable().describe('What was compared, of an edit.'),
    guard: z
      .object({ state: z.enum(['pending', 'judged', 'failed']), overall: z.enum(['adoptable', 'needs_human', 'reject']).nullable() })
      .nullable()
      .describe('What the guard says; null for a picture that it does not judge.'),
    publication: publicationSchema.nullable().describe('Its latest.'),
    closed_at: timeSchema.nullable(),
  })
  .meta({ id: 'Review' })

/** As `reviewSchema` describes it. */
export type ReviewReply = z.infer<typeof reviewSchema>

/** Query of `GET /v2/reviews`. */
export const reviewsQuerySchema = z.strictObject({
  state: stateSchema.optional(),
  reason: z.enum(reviewReasons).optional(),
  overdue: z.enum(['true', 'false']).optional().describe('`true`: only those whose time to decide is over.'),
  project_id: z.string().max(100).optional().describe('For the administrator; a key sees its own project.'),
  image_id: z.string().max(100).optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** `GET /v2/reviews`. */
export const reviewsReplySchema = z.object({ reviews: z.array(reviewSchema), next_cursor: cursorSchema }).meta({ id: 'Reviews' })

const reviewerSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .optional()
  .describe('Who decides, where the administrator token calls. A key decides under its own name and says none.')
const whySchema = z.string().trim().min(1).max(1000).describe('On record for good; say nothing here that must be forgotten.')
const changeSchema = z
  .string()
  .trim()
  .min(1)
  .max(8000)
  .describe('One thing, in the words of an edit prompt. Kept encrypted, as long as prompts are.')

/** Body of `POST /v2/reviews/{id}/claim` and `/release`. */
export const reviewerBodySchema = z.strictObject({ reviewer: reviewerSchema }).meta({ id: 'Reviewer' })

const decisionShape = {
  decision: z.enum(['approved', 'rejected', 'changes_requested']),
  why: whySchema,
  answers: answersSchema.default({}),
  change: changeSchema.optional().describe('With `changes_requested`: the one thing that is to change.'),
  run: z.boolean().default(false).describe('With `changes_requested`: make the edit at once.'),
}

/** Body of `POST /v2/reviews/{id}/decision`. */
export const reviewDecisionBodySchema = z.strictObject({ ...decisionShape, reviewer: reviewerSchema }).meta({ id: 'ReviewDecisionRequest' })

/** As `reviewDecisionBodySchema` describes it. */
export type ReviewDecisionBody = z.output<typeof reviewDecisionBodySchema>

const refusalSchema = z.looseObject({ code: z.string().nullable(), message: z.string() })

/** Reply of `POST /v2/reviews/{id}/decision`. */
export const reviewDecidedSchema = z
  .object({
    review: reviewSchema,
    job_id: z.string().nullable().describe('The edit that was begun; null where none was asked for, or could be.'),
    edit_error: refusalSchema.nullable().describe('Why the edit could not be begun; the decision stands.'),
  })
  .meta({ id: 'ReviewDecided' })

/** Body of `POST /v2/reviews/decisions`. */
export const bulkDecisionsSchema = z
  .strictObject({
    reviewer: reviewerSchema,
    decisions: z
      .array(z.strictObject({ id: z.string().max(100), ...decisionShape }))
      .min(1)
      .max(100),
  })
  .meta({ id: 'ReviewDecisions' })

/** Its reply: one result for each, in order. */
export const bulkDecidedSchema = z
  .object({
    results: z.array(
      z.object({
        id: z.string(),
        ok: z.boolean(),
        state: stateSchema.nullable().describe('As it stands now; null where it was refused.'),
        job_id: z.string().nullable(),
        edit_error: refusalSchema.nullable().describe('Why the edit could not be begun; the decision stands.'),
        error: refusalSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'ReviewDecisionResults' })

/** Body of `POST /v2/reviews/{id}/edit`. */
export const reviewEditSchema = z
  .strictObject({
    change: changeSchema.optional().describe('Left out: what the decision asked for.'),
    quality: z.enum(['auto', 'low', 'medium', 'high', 'xhigh', 'max']).optional().describe('Left out: as the picture was made.'),
    model: z.string().min(1).max(100).optional().describe('Left out: as the picture was made.'),
  })
  .meta({ id: 'ReviewEdit' })

/** As `reviewEditSchema` describes it. */
export type ReviewEditBody = z.output<typeof reviewEditSchema>

/** Body of `POST /v2/reviews/{id}/revoke` and `POST /v2/images/{id}/unpublish`. */
export const withReasonSchema = z.strictObject({ why: whySchema, reviewer: reviewerSchema }).meta({ id: 'WithReason' })

/** Query of `GET /v2/reviews/{id}/image`. */
export const reviewImageQuerySchema = z.strictObject({ reviewer: reviewerSchema })

/** Query of `GET /v2/reviews/export`. */
export const reviewExportQuerySchema = z.strictObject({
  format: z.enum(['csv', 'json']).default('json'),
  from: timeSchema.optional().describe('Reviews opened from then on.'),
  to: timeSchema.optional().describe('Reviews opened before.'),
  project_id: z.string().max(100).optional().describe('For the administrator; a key sees its own project.'),
})
