import { z } from 'zod'
import { MOST_DAYS } from './retention.ts'
import { publishings } from './review-policy.ts'
import { reviewPolicySchema } from './review-replies.ts'
import { bookSchema, moneySchema, timeSchema } from './wire-values.ts'

/** A project's or budget's name. */
const nameSchema = z.string().trim().min(1).max(100)
/** Dollars of a request: exact, never negative. */
const dollars = z.string().regex(/^\d{1,8}(\.\d{1,9})?$/, 'expected dollars as a decimal text, such as "5.00"')
const kept = z
  .union([z.int().min(1).max(MOST_DAYS), z.literal('keep')])
  .nullable()
  .default(null)
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(100).nullable()

/** What a project allows; null = no limit of its own. The same in requests and replies. */
export const projectSettingsSchema = z
  .strictObject({
    models: list(z.string().min(1).max(100)).describe('Ids of models; main models of Responses calls must be listed as well.'),
    sizes: list(z.string().regex(/^(?:auto|\d{2,5}x\d{2,5})$/)).describe('As a request writes them: `auto`, `1024x1024`.'),
    qualities: list(z.enum(['auto', 'low', 'medium', 'high', 'xhigh', 'max'])),
    surfaces: list(z.enum(['images', 'responses'])),
    price_ceiling_usd: dollars.nullable().describe('What one call may cost at most.'),
    images_per_minute: z.int().min(1).max(1_000_000).nullable(),
    concurrent_calls: z.int().min(1).max(1_000_000).nullable(),
    auto_quality: z
      .enum(['low', 'medium', 'high', 'xhigh', 'max'])
      .nullable()
      .describe("What quality `auto` is priced as; null = the model's dearest."),
    responses_ceiling_usd: dollars.nullable().describe('What one Responses call is counted at before it is made, at least.'),
    retention: z
      .strictObject({ results_days: kept, previews_days: kept, inputs_days: kept, prompts_days: kept })
      .nullable()
      .describe('Days that what it records from now on is kept; `keep` = until it is deleted, null = as configured for the gateway.'),
    review: reviewPolicySchema.nullable().describe('Which pictures people look at; null = those alone whose call asks for it.'),
    publish: z
      .enum(publishings)
      .nullable()
      .describe('When a picture may have a public address: `never`, once it is approved (`reviewed`), or `always`; null = `reviewed`.'),
  })
  .meta({ id: 'ProjectSettings' })

/** As `projectSettingsSchema` describes them. */
export type ProjectSettingsBody = z.infer<typeof projectSettingsSchema>

/** Body of `POST /v2/projects`. */
export const newProjectSchema = z
  .strictObject({ name: nameSchema, settings: projectSettingsSchema.partial().optional() })
  .meta({ id: 'NewProject' })

/** Body of `PATCH /v2/projects/{id}`. */
export const projectChangeSchema = z
  .strictObject({ name: nameSchema.optional(), settings: projectSettingsSchema.partial().optional(), archived: z.boolean().optional() })
  .meta({ id: 'ProjectChange' })

/** A project as it is shown. */
export const projectSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    settings: projectSettingsSchema,
    created_at: timeSchema,
    archived_at: timeSchema.nullable().describe('Its keys open nothing since then; null while they work.'),
  })
  .meta({ id: 'Project' })

/** As `projectSchema` describes it. */
export type ProjectReply = z.infer<typeof projectSchema>

/** `GET /v2/projects`. */
export const projectsReplySchema = z.object({ projects: z.array(projectSchema) }).meta({ id: 'Projects' })

const periodSchema = z.enum(['day', 'month', 'total'])

/** Body of `POST /v2/budgets`. Exactly one of `project_id` and `key_id`. */
export const newBudgetSchema = z
  .strictObject({
    name: nameSchema,
    project_id: z.string().max(100).optional(),
    key_id: z.string().max(100).optional().describe('A budget for one key, beside that of its project.'),
    period: periodSchema,
    limit_usd: dollars,
    route_owner: z.string().trim().min(1).max(100).optional().describe('Only what this owner bills; left out: whoever bills.'),
    book: bookSchema.default('provider'),
  })
  .meta({ id: 'NewBudget' })

/** Body of `PATCH /v2/budgets/{id}`. */
export const budgetChangeSchema = z
  .strictObject({ name: nameSchema.optional(), limit_usd: dollars.optional() })
  .meta({ id: 'BudgetChange' })

/** Query of `GET /v2/budgets`. */
export const budgetsQuerySchema = z.strictObject({ project_id: z.string().max(100).optional() })

/** A budget as it stands in its period. */
export const budgetSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    project_id: z.string(),
    key_id: z.string().nullable(),
    period: periodSchema,
    period_id: z.string().describe('The period under way, UTC: `2026-11-20`, `2026-11` or `total`.'),
    renews_at: timeSchema.nullable(),
    book: bookSchema,
    route_owner: z.string().nullable(),
    limit: moneySchema,
    spent: moneySchema,
    reserved: moneySchema.describe('Set aside for calls under way.'),
    held: moneySchema.describe('Set aside for calls of which nobody knows what they cost.'),
    left: moneySchema.describe('What a new call may cost; negative once calls cost more than was set aside for them.'),
    alerts: z
      .array(z.object({ percent: z.int(), at: timeSchema }))
      .describe('Thresholds that what is spent or held has reached in this period.'),
    created_at: timeSchema,
    ended_at: timeSchema.nullable(),
  })
  .meta({ id: 'Budget' })

/** As `budgetSchema` describes it. */
export type BudgetReply = z.infer<typeof budgetSchema>

/** `GET /v2/budgets`. */
export const budgetsReplySchema = z.object({ budgets: z.array(budgetSchema) }).meta({ id: 'Budgets' })
