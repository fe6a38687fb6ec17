import { z } from 'zod'
import { timeSchema } from './wire-values.ts'

const boxSchema = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() })
const share = z.number().min(0).max(1)
const ruleVerdictSchema = z.enum(['kept', 'changed', 'unsure'])

/** `adoptable`: every rule is kept. `needs_human`: something is for people to decide. `reject`: what had to stay did not. */
const guardOverallSchema = z.enum(['adoptable', 'needs_human', 'reject'])

/** Where judging stands. `not_applicable`: the picture is no edit, and no text was declared for it. */
const guardStatusSchema = z.enum(['pending', 'judged', 'failed', 'not_applicable'])

/** What a record says of it. */
export const guardSummarySchema = z
  .object({ status: guardStatusSchema, overall: guardOverallSchema.nullable().describe('null until it is judged.') })
  .meta({ id: 'GuardSummary' })

/** As `guardSummarySchema` describes it. */
export type GuardSummary = z.infer<typeof guardSummarySchema>

const verdict = ruleVerdictSchema.nullable().describe('null where the rule has nothing to judge in this picture.')
const reason = z.string().describe('Why, as one word; docs/guard.md explains each.')

const driftRuleSchema = z.object({
  verdict,
  reason,
  outside: share.nullable().describe('Share of the pixels outside the mask that changed.'),
  boxes: z.array(share.nullable()).describe('The same of each protected rectangle; null for one beyond the picture.'),
})

const subjectRuleSchema = z.object({
  verdict,
  reason,
  from: z
    .enum(['declared', 'salient'])
    .nullable()
    .describe('`salient`: nobody said what the subject is; the largest region that stands out was taken.'),
  box: boxSchema.nullable(),
  shift_x: z.number().nullable(),
  shift_y: z.number().nullable(),
  scale: z.number().nullable(),
  ssim: z.number().nullable().describe('Structural similarity once its motion is undone, 1 = the same.'),
  delta_e: z.number().nullable(),
})

const cameraRuleSchema = z.object({
  verdict,
  reason,
  features: z.int().nullable().describe('Features that were followed; null where the whole picture was aligned instead.'),
  rotation: z.number().nullable().describe('Degrees, clockwise.'),
  scale: z.number().nullable(),
  corner: z.number().nullable().describe('The furthest that a corner moved, as a share of the longer side.'),
})

const textSchema = z.object({
  kind: z.enum(['declared', 'protected']).describe('`protected`: read in a protected rectangle of the source.'),
  index: z.int().describe('Place in `darkroom.texts` or `darkroom.protect`.'),
  lang: z.string(),
  box: boxSchema.nullable(),
  verdict: ruleVerdictSchema,
  reason,
  confidence: z.number().nullable().describe('Of the reading that decided, 0 to 100.'),
  print_spot: z.number().nullable().describe('Largest spot of print that only one of the two has, in squares of a stroke.'),
  print_agreement: z.number().nullable().describe('Correlation of the two in the part of the text where it is lowest; 1 = the same.'),
  text: z.string().nullable().describe('Words are null once their time is over.'),
  read_before: z.string().nullable(),
  read_after: z.string().nullable(),
})

/** `GET /v2/images/{id}/guard`: what the guard found about a picture. */
export const guardReplySchema = z
  .object({
    image_id: z.string(),
    status: guardStatusSchema,
    overall: guardOverallSchema.nullable(),
    drift: driftRuleSchema.nullable(),
    subject: subjectRuleSchema.nullable(),
    camera: cameraRuleSchema.nullable(),
    text: z.object({ verdict, reason, texts: z.array(textSchema) }).nullable(),
    missing_packages: z.array(z.string()).describe('npm packages without which texts could not be read.'),
    side_by_side_url: z.string().nullable(),
    judged_at: timeSchema.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'Guard' })

/** As `guardReplySchema` describes it. */
export type GuardReply = z.infer<typeof guardReplySchema>
