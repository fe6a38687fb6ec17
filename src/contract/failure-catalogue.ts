import { callFailures } from './call-failures.ts'
import { handoffFailures } from './handoff-failures.ts'
import { jobFailures } from './job-failures.ts'
import { promptFailures } from './prompt-failures.ts'
import { repeatFailures } from './repeat-failures.ts'
import { requestFailures } from './request-failures.ts'
import { reviewFailures } from './review-failures.ts'
import { unknownFailures } from './unknown-failures.ts'
import { upstreamFailures } from './upstream-failures.ts'
import { webhookFailures } from './webhook-failures.ts'

/**
 * Every failure a caller can meet, once. `docs/errors.md` lists exactly these codes (held by test).
 * Codes of the images contract are OpenAI's own; the rest are Darkroom's.
 */
export const failureCatalogue = {
  ...upstreamFailures,
  ...requestFailures,
  ...callFailures,
  ...unknownFailures,
  ...repeatFailures,
  ...jobFailures,
  ...webhookFailures,
  ...promptFailures,
  ...handoffFailures,
  ...reviewFailures,
} as const

/** A code of the catalogue. */
export type FailureCode = keyof typeof failureCatalogue
