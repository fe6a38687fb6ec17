import { z } from 'zod'
import { generationStatusSchema } from './generation-record.ts'
import { countSchema, sha256Schema, timeSchema } from './wire-values.ts'

/** One piece of a comparison: what both prompts say, what was added, what was taken out. Joined without separators. */
export const promptSegmentSchema = z.object({ op: z.enum(['same', 'added', 'removed']), text: z.string() }).meta({ id: 'PromptSegment' })

const tracedImageSchema = z.object({
  id: z.string(),
  sha256: sha256Schema,
  url: z.string().describe('Of this gateway; opens with the key of the project.'),
})

/** One call of the image tool, with the words that the record leaves out. */
const tracedCallSchema = z.object({
  call_id: z.string(),
  status: z.string(),
  action: z.string().nullable(),
  images: z.array(tracedImageSchema),
  revised_prompt: z.string().nullable(),
  difference: z
    .array(promptSegmentSchema)
    .nullable()
    .describe('From the asked prompt to the revised one; null where either is not known any more.'),
  error: z.looseObject({ code: z.string().nullable(), message: z.string() }).nullable(),
})

/**
 * `GET /v2/generations/{id}/trace`: main model, tool calls, pictures, and the revised prompt beside the asked one. The words come from the
 * stored response, never from the record, which holds only their hashes.
 */
export const traceReplySchema = z
  .object({
    generation_id: z.string(),
    response_id: z.string().nullable(),
    previous_response_id: z.string().nullable(),
    main_model: z.string(),
    status: generationStatusSchema,
    asked_prompt: z.string().nullable().describe('null when it was not kept or its time is over.'),
    calls: z.array(tracedCallSchema),
    text: z.string().nullable().describe('What the main model wrote beside the pictures; null when it was not kept.'),
  })
  .meta({ id: 'GenerationTrace' })

/** As `traceReplySchema` describes it. */
export type TraceReply = z.infer<typeof traceReplySchema>

const turnSchema = z.object({
  n: z.int().min(1).describe('1 is the turn that began it.'),
  generation_id: z.string(),
  response_id: z.string().nullable(),
  previous_response_id: z.string().nullable(),
  call_ids: z.array(z.string()).describe('Ids of the image calls of the turn.'),
  created_at: timeSchema,
  status: generationStatusSchema,
  main_model: z.string(),
  prompt_sha256: sha256Schema,
  prompt: z.string().nullable().describe('null when it was not kept or its time is over.'),
  image_ids: z.array(z.string()),
  continued_by: z
    .enum(['previous_response_id', 'image_call_id', 'start'])
    .describe('What linked the turn to the one before it; start for the first.'),
  replayed_images: countSchema.describe('Pictures that Darkroom sent as bytes because upstream no longer had them.'),
})

/** `GET /v2/generations/{id}/thread`: the chain of turns that led to a generation and went on from it, oldest first. */
export const threadReplySchema = z.object({ generation_id: z.string(), turns: z.array(turnSchema).min(1) }).meta({ id: 'GenerationThread' })

/** As `threadReplySchema` describes it. */
export type ThreadReply = z.infer<typeof threadReplySchema>
