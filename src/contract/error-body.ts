import { z } from 'zod'
import { nextActionSchema } from './wire-values.ts'

/** The error object of a reply, an SSE frame or a check: OpenAI's four members, then Darkroom's. */
export const errorObjectSchema = z
  .looseObject({
    message: z.string(),
    type: z.string(),
    code: z.string().nullable(),
    param: z.string().nullable(),
    outcome: z.enum(['not_charged', 'charged', 'unknown']).describe('Whether the failed call cost money.'),
    generation_id: z.string().nullable(),
    request_id: z.string(),
    next_action: nextActionSchema,
    docs: z.string().describe('Where this error is explained.'),
  })
  .meta({ id: 'ErrorObject' })

/** Body of every refusal and failure. */
export const errorBodySchema = z.object({ error: errorObjectSchema }).meta({ id: 'ErrorBody' })

/** As `errorObjectSchema` describes it. */
export type ErrorObject = z.infer<typeof errorObjectSchema>
