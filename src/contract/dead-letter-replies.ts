import { z } from 'zod'
import { countSchema, timeSchema } from './wire-values.ts'

/** A job that the queue put aside. */
export const deadLetterSchema = z
  .object({
    id: z.string().describe('Its name in the queue.'),
    job_id: z.string(),
    project_id: z.string(),
    why: z.string().nullable().describe('The last fault.'),
    since: timeSchema,
    deadline: timeSchema.describe('When it ends by itself, free of charge.'),
  })
  .meta({ id: 'DeadLetter' })

/** `GET /v2/dead-letters`. */
export const deadLettersReplySchema = z.object({
  dead_letters: z.array(deadLetterSchema),
})

/** `POST /v2/dead-letters/redrive`. */
export const redriveRequestSchema = z
  .strictObject({ ids: z.array(z.uuid()).min(1).max(1000).optional().describe('Names in the queue; left out = all.') })
  .meta({ id: 'Redrive' })

/** Its reply. */
export const redriveReplySchema = z.object({ redriven: countSchema.describe('Jobs that wait again.') })
