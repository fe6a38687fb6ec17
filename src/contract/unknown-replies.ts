import { z } from 'zod'
import { bookSchema, countSchema, cursorSchema, moneySchema, timeSchema } from './wire-values.ts'

/** Whether a call cost money. */
export const outcomeSchema = z.enum(['not_charged', 'charged', 'unknown'])

/** Something that was found out, decided or asked for about a call whose outcome nobody knew. */
export const outcomeEvidenceSchema = z
  .object({
    at: timeSchema,
    attempt_id: z.string(),
    step: z.enum(['E0', 'E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7']).describe('Step of the ladder in docs/unknowns.md.'),
    finding: z.enum(['charged', 'not_charged', 'undecided', 'run_again']),
    effect: z.enum(['none', 'resolved', 'presumed', 'adjusted']).describe('What was done because of it.'),
    cost: moneySchema.nullable(),
    by: z.string().describe('`admin`, the id of a key, or `resolver` for Darkroom itself.'),
    evidence: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'OutcomeEvidence' })

/** As `outcomeEvidenceSchema` describes it. */
export type OutcomeEvidence = z.infer<typeof outcomeEvidenceSchema>

const unknownSchema = z
  .object({
    generation_id: z.string(),
    attempt_id: z.string(),
    project_id: z.string(),
    route_id: z.string(),
    route_owner: z.string(),
    book: bookSchema,
    operation: z.string(),
    model: z.string(),
    client_request_id: z.string().describe('Our id of the call on the wire (`X-Client-Request-Id`): quote it to the support of the route.'),
    request_id: z.string().nullable().describe("Upstream's id, where one came."),
    cause: z.string().nullable().describe('Why the outcome is not known.'),
    held: moneySchema,
    estimated: moneySchema.describe('What it is taken to have cost when `resolve_by` passes without evidence.'),
    sent_at: timeSchema,
    age_s: countSchema,
    resolve_by: timeSchema,
    evidence: z.array(outcomeEvidenceSchema),
    actions: z.array(z.enum(['resolve', 'run_again'])).describe('What this caller may do.'),
  })
  .meta({ id: 'UnknownOutcome' })

/** `GET /v2/unknowns`. */
export const unknownsReplySchema = z
  .object({
    unknowns: z.array(unknownSchema),
    totals: z
      .object({
        count: countSchema,
        oldest_at: timeSchema.nullable(),
        held: z.array(
          z.object({ route_owner: z.string(), book: bookSchema, count: countSchema, held: moneySchema, oldest_at: timeSchema }),
        ),
      })
      .describe('Over all that the caller may see, whatever was filtered. Owners, and real and play money, are never added together.'),
    next_cursor: cursorSchema,
  })
  .meta({ id: 'UnknownOutcomes' })

/** As `unknownsReplySchema` describes it. */
export type UnknownsReply = z.infer<typeof unknownsReplySchema>

const why = z.string().trim().min(3).max(4000)

/** `POST /v2/unknowns/{generation_id}/resolve`: what somebody knows of a call. */
export const resolveBodySchema = z
  .strictObject({
    outcome: z.enum(['charged', 'not_charged']),
    evidence: why.describe('How you know, in words: the support ticket, the line of the bill. No prompts, no keys.'),
    amount_usd: z
      .string()
      .regex(/^\d{1,6}(\.\d{1,9})?$/, 'expected dollars as text, like "0.042"')
      .optional()
      .describe('What was charged; left out: the estimate.'),
    correct: z.boolean().default(false).describe('Contradict what was decided or presumed before; the difference is booked beside it.'),
  })
  .meta({ id: 'ResolveUnknown' })

/** What became of it. */
export const resolvedReplySchema = z
  .object({
    generation_id: z.string(),
    attempt_id: z.string(),
    outcome: outcomeSchema,
    effect: z.enum(['resolved', 'adjusted']),
    cost: moneySchema,
  })
  .meta({ id: 'ResolvedOutcome' })

/** As `resolvedReplySchema` describes it. */
export type ResolvedReply = z.infer<typeof resolvedReplySchema>

/** `POST /v2/unknowns/{generation_id}/run-again`. */
export const runAgainBodySchema = z
  .strictObject({
    accept_double_charge: z.boolean().describe('The first call may have been charged, so both may be.'),
    reason: why.optional().describe('Why it cannot wait; kept with the record.'),
  })
  .meta({ id: 'RunAgain' })

/** `POST /v2/unknowns/check`: what asking now came to. */
export const unknownsCheckedSchema = z
  .object({ open: countSchema, charged: countSchema, not_charged: countSchema, presumed: countSchema, brought_home: countSchema })
  .meta({ id: 'UnknownsChecked' })

/** As `unknownsCheckedSchema` describes it. */
export type UnknownsChecked = z.infer<typeof unknownsCheckedSchema>
