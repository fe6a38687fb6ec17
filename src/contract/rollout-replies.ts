import { z } from 'zod'
import { isCleanText } from './field-rules.ts'
import { countSchema, cursorSchema, moneySchema, timeSchema } from './wire-values.ts'

/** Languages of reports. */
export const rolloutLanguages = ['en', 'ja', 'zh-CN'] as const
/** One of them. */
export type RolloutLanguage = (typeof rolloutLanguages)[number]

/** The five steps, in order. */
export const rolloutSteps = ['first_picture', 'edit', 'final', 'failure', 'production'] as const
/** One of them. */
export type RolloutStepName = (typeof rolloutSteps)[number]

const promptSchema = z
  .string()
  .min(1)
  .max(4000)
  .regex(/^[^\0]*$/)
const cleanText = z.string().min(1).max(500).refine(isCleanText, 'must be well-formed text without NUL')
/** The first picture has 1024 pixels each way. */
const edge = 1024
const boxSchema = z
  .strictObject({ x: z.int().min(0), y: z.int().min(0), width: z.int().min(1), height: z.int().min(1) })
  .refine(({ x, y, width, height }) => x + width <= edge && y + height <= edge, `must lie within the first picture, ${edge}x${edge}`)
  .refine(
    ({ x, y, width }) => x + width <= 768 || y >= 256,
    'must not touch the upper right corner, which the edit draws anew: from 768,0 to 1024,256',
  )
const dollarsSchema = z.string().regex(/^\d{1,6}(\.\d{1,9})?$/, 'must be dollars as text, like "0.25"')

/** Body of `POST /v2/rollouts`. */
export const newRolloutSchema = z
  .strictObject({
    route: z.string().min(1).max(64),
    model: z.string().min(1).max(100).optional().describe('The first that the route maps unless it is given.'),
    final: z
      .strictObject({
        size: z.string().max(20).default('1536x1024'),
        quality: z.string().max(20).default('medium'),
        output_format: z.enum(['png', 'jpeg', 'webp']).default('webp'),
        output_compression: z.int().min(0).max(100).optional(),
      })
      .default({ size: '1536x1024', quality: 'medium', output_format: 'webp' })
      .describe('As the product is going to ask.'),
    max_cost_usd: dollarsSchema.describe('What one such picture may cost.'),
    max_latency_ms: z.int().min(1000).max(600_000).default(150_000).describe('How long one may take.'),
    prompts: z
      .strictObject({ draft: promptSchema.optional(), edit: promptSchema.optional(), final: promptSchema.optional() })
      .optional()
      .describe("The product's own, low-risk ones first; they are sent and not kept."),
    texts: z
      .array(z.strictObject({ text: cleanText, lang: z.string().min(2).max(35), box: boxSchema }))
      .max(16)
      .optional()
      .describe(
        'Texts that the first picture shows and its edit must leave as they are: the guard reads them at step two. Needs `prompts.draft`.',
      ),
    webhook_url: z
      .string()
      .max(2000)
      .optional()
      .describe('Who is told of the job of step five; the receiver that is built in unless it is given.'),
    wait_seconds: z.int().min(1).max(3600).default(180).describe('How long the guard, the queue and the receiver are waited for.'),
    dry_run: z.boolean().default(false).describe('Plan and price the five steps, send nothing.'),
    budget_usd: dollarsSchema.optional().describe('What the whole walk may cost. Needed unless it is a dry run.'),
  })
  .refine(({ texts = [], prompts }) => texts.length === 0 || prompts?.draft !== undefined, {
    path: ['prompts', 'draft'],
    message: 'must be given with texts: the usual first picture shows none',
  })
  .meta({ id: 'NewRollout' })

/** As `newRolloutSchema` describes it. */
export type NewRolloutBody = z.infer<typeof newRolloutSchema>

const factsSchema = z.record(z.string(), z.union([z.string(), z.number()]))

/** One thing that was looked at. */
const rolloutCheckSchema = z.object({
  code: z.string().describe('docs/rollout.md lists them.'),
  result: z.enum(['pass', 'fail', 'left_out']),
  facts: factsSchema,
  text: z.string(),
})

/** What shows that it was so. */
const rolloutEvidenceSchema = z.object({
  kind: z.enum(['generation', 'request_id', 'image', 'image_url', 'job', 'side_by_side', 'review', 'webhook', 'refused_request']),
  value: z.string(),
})

/** A step as it is shown. */
const rolloutStepSchema = z.object({
  n: z.int().min(1).max(5),
  name: z.enum(rolloutSteps),
  title: z.string(),
  state: z.enum(['pending', 'running', 'waiting', 'passed', 'failed', 'interrupted']),
  started_at: timeSchema.nullable(),
  finished_at: timeSchema.nullable(),
  planned_cost: moneySchema,
  cost: moneySchema.describe('Charged, and what is held of calls whose outcome nobody knows.'),
  checks: z.array(rolloutCheckSchema),
  evidence: z.array(rolloutEvidenceSchema),
})

/** A walk as it is shown. */
export const rolloutSchema = z
  .object({
    id: z.string().nullable().describe('null for a dry run, which is not kept.'),
    state: z.enum(['planned', 'running', 'waiting', 'passed', 'failed', 'interrupted']),
    language: z.enum(rolloutLanguages),
    summary: z.string(),
    route_id: z.string(),
    route_owner: z.string(),
    model: z.string(),
    config_sha256: z.string(),
    started_by: z.string(),
    started_at: timeSchema.nullable(),
    finished_at: timeSchema.nullable(),
    final: z.object({
      size: z.string(),
      quality: z.string(),
      output_format: z.string(),
      output_compression: countSchema.nullable(),
      max_cost: moneySchema,
      max_latency_ms: countSchema,
    }),
    planned_cost: moneySchema.describe('What the five steps should cost.'),
    reserve: moneySchema.describe('What they may cost at most: a budget below it is refused.'),
    budget: moneySchema.nullable(),
    cost: moneySchema,
    play_money: z.boolean(),
    steps: z.array(rolloutStepSchema),
    next_action: z.object({ code: z.string(), facts: factsSchema, text: z.string() }).describe('The next thing to do.'),
  })
  .meta({ id: 'Rollout' })

/** As `rolloutSchema` describes it. */
export type Rollout = z.infer<typeof rolloutSchema>

/** Query of `GET /v2/rollouts`. */
export const rolloutsQuerySchema = z.strictObject({
  route: z.string().max(64).optional(),
  lang: z.enum(rolloutLanguages).default('en'),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

/** Query of `GET /v2/rollouts/{id}`. */
export const rolloutQuerySchema = z.strictObject({
  lang: z.enum(rolloutLanguages).default('en'),
  format: z.enum(['json', 'html']).default('json'),
})

/** `GET /v2/rollouts`. */
export const rolloutsReplySchema = z.object({ rollouts: z.array(rolloutSchema), next_cursor: cursorSchema }).meta({ id: 'Rollouts' })
