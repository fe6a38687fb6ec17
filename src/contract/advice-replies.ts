import { z } from 'zod'

/** Languages that advice is given in. */
export const adviceLanguages = ['en', 'ja', 'zh-CN'] as const

/** A language that advice is given in. */
export type AdviceLanguage = (typeof adviceLanguages)[number]

/** What a job is, in answers of yes and no. Left out = not said; the description is then read for it. */
const jobShape = {
  direct_artefact: z.boolean().optional().describe('A picture is the whole result: a banner, a product shot, a batch of icons.'),
  conversation: z.boolean().optional().describe('People talk with it over several turns, and pictures come up on the way.'),
  several_steps: z.boolean().optional().describe('The picture is one step of a longer flow that a model runs.'),
  other_tools: z.boolean().optional().describe('Search, files, functions or code take part in the same answer.'),
  by_hand: z.boolean().optional().describe('A person makes it in a window, once or now and then; no program calls.'),
  edit: z.boolean().optional().describe('It starts from existing pictures.'),
  planning: z.boolean().optional().describe('Layout, text or facts must be worked out before drawing ("thinking").'),
  many: z.boolean().optional().describe('Hundreds or more at once, with nobody waiting.'),
  fast: z.boolean().optional().describe('Somebody waits and wants to see something within seconds.'),
  review: z.boolean().optional().describe('A person must look before it is public.'),
}

/** Why somebody else than OpenAI has to serve. */
export const providerNeeds = ['payment', 'compatibility', 'support', 'fallback'] as const

/** Body of `POST /v2/advise`: yes and no where known, words for the rest. What is said plainly wins over what the words suggest. */
export const adviceRequestSchema = z
  .strictObject({
    lang: z.enum(adviceLanguages).default('en'),
    description: z.string().max(4000).optional().describe('The job in a few sentences: English, Japanese or Chinese.'),
    ...jobShape,
    provider_need: z
      .enum([...providerNeeds, 'none'])
      .optional()
      .describe('Why somebody else than OpenAI must serve; none = nothing stands against OpenAI.'),
    pictures_per_day: z.int().min(0).max(1_000_000_000).optional(),
    answer_within_seconds: z.number().min(0).max(1_000_000).optional().describe('How long the caller can wait for a picture.'),
  })
  .meta({ id: 'AdviceRequest' })

/** As `adviceRequestSchema` reads it. */
export type AdviceRequest = z.infer<typeof adviceRequestSchema>

/** What a job can be, as the advice names it. */
export const jobSignals = [...(Object.keys(jobShape) as (keyof typeof jobShape)[]), 'provider_need'] as const

/** One thing that is known of a job. */
export type JobSignal = (typeof jobSignals)[number]

/** What the choice of a surface fixes, each in one or two sentences. */
const fixesSchema = z.object({
  endpoint: z.string(),
  cost: z.string(),
  limits: z.string(),
  latency: z.string(),
  storage: z.string(),
  error_handling: z.string(),
  support: z.string(),
})

/** A call that can be made as it stands, in three spellings of the same. */
const readyRequestSchema = z.object({
  method: z.literal('POST'),
  path: z.string(),
  headers: z.record(z.string(), z.string()).describe('Beside Authorization and Content-Type.'),
  body: z.record(z.string(), z.unknown()).describe('The JSON body; prompts and addresses in it are to be replaced.'),
  curl: z.string(),
  openai_node: z.string().describe('For the official openai package.'),
})

/** Which surface a job belongs on, and everything that follows from it. */
export const adviceReplySchema = z
  .object({
    lang: z.enum(adviceLanguages),
    surface: z.enum(['images', 'responses', 'provider', 'chatgpt']),
    operation: z.enum(['generate', 'edit', 'respond']).nullable().describe('null where no program calls.'),
    why: z.array(z.string()).min(1).describe('The reasons, the deciding one first.'),
    understood: z
      .array(
        z.object({ signal: z.enum(jobSignals), value: z.union([z.boolean(), z.enum(providerNeeds)]), from: z.enum(['answer', 'words']) }),
      )
      .describe('What the advice stands on: given as an answer, or read out of the words.'),
    stop_rule: z.object({ id: z.string(), text: z.string() }).describe('When this surface is the wrong one.'),
    fixes: fixesSchema.describe('What is settled by this choice.'),
    planning: z.object({ available: z.boolean(), text: z.string() }).describe('Where planning before drawing exists on this surface.'),
    warnings: z.array(z.object({ code: z.string(), message: z.string() })).describe('What in the job does not go with the surface.'),
    request: readyRequestSchema.nullable().describe('null for work by hand.'),
  })
  .meta({ id: 'Advice' })

/** As `adviceReplySchema` describes it. */
export type Advice = z.infer<typeof adviceReplySchema>
