import { z } from 'zod'

const key = z
  .string()
  .min(1)
  .max(257)
  .describe(
    '1 to 255 visible ASCII characters, bare or in double quotes. The call is made once; whoever sends it again within 30 days gets its answer.',
  )
  .optional()

/** Headers by which a call says that it may be a repetition. */
export const repeatHeadersSchema = z.object({ 'Idempotency-Key': key })

/** The same, and by which it lets another call answer it. */
export const sharedHeadersSchema = z.object({
  'Idempotency-Key': key,
  'x-darkroom-cache': z
    .string()
    .describe(
      '`coalesce`: an identical call under way may answer. `ttl=<seconds>`: a stored result of one may, at no cost. Both with a comma; `off`.',
    )
    .optional(),
})
