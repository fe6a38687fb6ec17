import { z } from 'zod'

/** A fact in the operator's own words: one short text that is not empty. */
export const routeFact = z.string().trim().min(1).max(500)
