import { z } from 'zod'
import { warningSchema } from './generation-record.ts'
import { keptPromptDocumentSchema, promptDocumentSchema, promptVariablesSchema } from './prompt-document.ts'
import { cursorSchema, sha256Schema, timeSchema } from './wire-values.ts'

const nameSchema = z.string().trim().min(1).max(100).describe('For people; kept in clear. What the document says is sealed.')
const versionSchema = z.int().min(1).max(999_999_999)

/** Body of `POST /v2/prompts`. */
export const newPromptSchema = z.strictObject({ name: nameSchema, document: promptDocumentSchema }).meta({ id: 'NewPrompt' })

/** Body of `POST /v2/prompts/{id}/versions`. */
export const newPromptVersionSchema = z.strictObject({ document: promptDocumentSchema }).meta({ id: 'NewPromptVersion' })

/** Headers of the same. */
export const promptVersionHeadersSchema = z.object({
  'if-match': z
    .string()
    .optional()
    .describe('The version that the document was made from, as its ETag has it: `"3"`. Another newest one is 409.'),
})

/** A prompt in a list: without what it says. */
export const promptHeadSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    version: versionSchema.describe('The newest.'),
    created_by: z.string().describe('Id of a key, or `admin`.'),
    created_at: timeSchema,
    updated_at: timeSchema,
    archived_at: timeSchema.nullable().describe('An archived prompt is kept and takes part in nothing new.'),
  })
  .meta({ id: 'PromptHead' })

/** As `promptHeadSchema` describes it. */
export type PromptHead = z.infer<typeof promptHeadSchema>

/** A version in a list. */
export const promptVersionHeadSchema = z
  .object({
    prompt_id: z.string(),
    version: versionSchema,
    prompt_version: z.string().describe('`id@version`, as records of calls name it and `x-darkroom-prompt` takes it.'),
    sha256: sha256Schema.describe('Of the canonical JSON of the document: members in order, empty lists left out.'),
    created_by: z.string(),
    created_at: timeSchema,
  })
  .meta({ id: 'PromptVersionHead' })

/** A version and what it says. */
export const promptVersionSchema = promptVersionHeadSchema.extend({ document: keptPromptDocumentSchema }).meta({ id: 'PromptVersion' })

/** As `promptVersionSchema` describes it. */
export type PromptVersion = z.infer<typeof promptVersionSchema>

/** A prompt, what its newest version says, and what there is to remark on that. */
export const promptSchema = promptHeadSchema
  .extend({ current: promptVersionSchema, warnings: z.array(warningSchema).describe('See `POST /v2/prompts/lint`.') })
  .meta({ id: 'Prompt' })

/** As `promptSchema` describes it. */
export type Prompt = z.infer<typeof promptSchema>

/** Query of `GET /v2/prompts`. */
export const promptsQuerySchema = z.strictObject({
  archived: z.enum(['true', 'false']).default('false'),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** `GET /v2/prompts`. */
export const promptsReplySchema = z.object({ prompts: z.array(promptHeadSchema), next_cursor: cursorSchema }).meta({ id: 'Prompts' })

/** Query of `GET /v2/prompts/{id}/versions`. */
export const promptVersionsQuerySchema = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** `GET /v2/prompts/{id}/versions`. */
export const promptVersionsReplySchema = z
  .object({ versions: z.array(promptVersionHeadSchema), next_cursor: cursorSchema })
  .meta({ id: 'PromptVersions' })

const versionNumber = z.coerce.number().int().min(1).max(999_999_999)

/** Query of `GET /v2/prompts/{id}/diff`. */
export const promptDiffQuerySchema = z.strictObject({
  from: versionNumber.optional().describe('Left out: the version before `to`.'),
  to: versionNumber.optional().describe('Left out: the newest.'),
})

/** `GET /v2/prompts/{id}/diff`. */
export const promptDiffSchema = z
  .object({
    from: promptVersionHeadSchema,
    to: promptVersionHeadSchema,
    changes: z.array(
      z.object({
        member: z.string().describe('Of the document: `requirements`, `texts`.'),
        op: z.enum(['added', 'removed']),
        value: z.unknown().describe('The item, or the whole value of a member that is no list.'),
      }),
    ),
  })
  .meta({ id: 'PromptDiff' })

/** As `promptDiffSchema` describes it. */
export type PromptDiff = z.infer<typeof promptDiffSchema>

/** Body of `POST /v2/prompts/{id}/render`. */
export const promptRenderRequestSchema = z
  .strictObject({ version: versionSchema.optional().describe('Left out: the newest.'), variables: promptVariablesSchema.default({}) })
  .meta({ id: 'PromptRenderRequest' })

/** `POST /v2/prompts/{id}/render`: what a call with it would send. */
export const renderedPromptSchema = z
  .object({
    prompt_version: z.string(),
    text: z.string(),
    characters: z.int(),
    prompt_sha256: sha256Schema.describe('Of the text, as the record of a call has it.'),
    texts: z.array(promptDocumentSchema.shape.texts.unwrap().element),
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'RenderedPrompt' })

/** As `renderedPromptSchema` describes it. */
export type RenderedPromptReply = z.infer<typeof renderedPromptSchema>

/** Body of `POST /v2/prompts/render`: a document that is not kept yet. */
export const promptDraftSchema = z
  .strictObject({ document: promptDocumentSchema, variables: promptVariablesSchema.default({}) })
  .meta({ id: 'PromptDraft' })

/** `POST /v2/prompts/render`: what a call with it would send. */
export const renderedDraftSchema = renderedPromptSchema.omit({ prompt_version: true }).meta({ id: 'RenderedPromptDraft' })

/** As `renderedDraftSchema` describes it. */
export type RenderedDraft = z.infer<typeof renderedDraftSchema>

/** Body of `POST /v2/prompts/lint`: a prompt or a document, and what is known of the call it is for. */
export const promptLintRequestSchema = z
  .strictObject({
    prompt: z.string().min(1).max(32_000).optional(),
    document: promptDocumentSchema.optional(),
    operation: z.enum(['generate', 'edit', 'respond']).optional().describe('Left out: what the document is for, else generate.'),
    model: z.string().max(100).optional().describe('Left out: gpt-image-2.'),
    size: z.string().max(20).optional(),
  })
  .refine(({ prompt, document }) => (prompt === undefined) !== (document === undefined), 'give either prompt or document')
  .meta({ id: 'PromptLintRequest' })

/** `POST /v2/prompts/lint`. */
export const promptLintSchema = z.object({ warnings: z.array(warningSchema) }).meta({ id: 'PromptLint' })

/** As `promptLintSchema` describes it. */
export type PromptLint = z.infer<typeof promptLintSchema>
