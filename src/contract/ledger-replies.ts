import { z } from 'zod'
import { bookSchema, countSchema, cursorSchema, moneySchema, timeSchema } from './wire-values.ts'

/** What the ledger can be grouped by; the owner is a group always. */
export const ledgerGroupSchema = z.enum(['owner', 'day', 'model', 'route', 'project', 'key', 'tag'])

const totals = {
  route_owner: z.string(),
  book: bookSchema,
  calls: countSchema,
  images: countSchema,
  charged: moneySchema,
  lost: moneySchema.describe('How much of the charged gave no picture.'),
  presumed: moneySchema.describe('How much of the charged is presumed: nobody found out within 72 hours whether the call was charged.'),
  invoiced: moneySchema.describe('How much of the charged the project is charged: calls that gave a picture.'),
  reserved: moneySchema.describe('Held for calls that are running.'),
  held_unknown: moneySchema.describe('Held for calls whose outcome nobody knows yet.'),
}

const groups = {
  day: z.string().optional(),
  model: z.string().optional(),
  route: z.string().optional(),
  project: z.string().optional(),
  key: z.string().nullable().optional(),
  tag: z.string().nullable().optional(),
}

/** `GET /v2/ledger`: sums by owner, book and the groups asked for. Sandbox money is a book of its own, in no total with real money. */
export const ledgerReplySchema = z
  .object({
    rows: z.array(z.object({ ...groups, ...totals })),
    totals_by_owner: z.array(z.object(totals)),
    next_cursor: cursorSchema,
  })
  .meta({ id: 'Ledger' })

/** As `ledgerReplySchema` describes it. */
export type LedgerReply = z.infer<typeof ledgerReplySchema>

/** `GET /v2/ledger/calls`: what the records of calls say of their money. */
export const callSumsReplySchema = z
  .object({
    from: timeSchema,
    to: timeSchema.describe('Exclusive.'),
    rows: z.array(
      z.object({
        day: z.string().optional(),
        model: z.string().optional(),
        quality: z.string().nullable().optional().describe('As it was asked for; null where the call has none.'),
        route_owner: z.string(),
        book: bookSchema,
        calls: countSchema,
        settled: moneySchema,
        compared: z
          .object({ calls: countSchema, estimated: moneySchema, settled: moneySchema })
          .describe('Calls that were completed and of which nothing is unknown: what was expected, and what it was.'),
        previews: moneySchema.describe('How much of the settled was for previews.'),
        repeats: z
          .object({ calls: countSchema, settled: moneySchema })
          .describe('Upstream calls after the first of each, and their part of the settled.'),
        held_unknown: moneySchema,
      }),
    ),
  })
  .meta({ id: 'CallSums' })

/** As `callSumsReplySchema` describes it. */
export type CallSumsReply = z.infer<typeof callSumsReplySchema>

/** What a line does to one book: what is settled there, and what is open because a call runs or is not known. */
const bookAmount = z.object({ settled: z.string(), open: z.string() })

/** One line of the append-only ledger. */
export const ledgerEntrySchema = z
  .object({
    id: z.string(),
    at: timeSchema,
    generation_id: z.string(),
    attempt_id: z.string(),
    book: bookSchema,
    kind: z.string(),
    bucket: z.string(),
    nanos: z.string(),
    price_card: z.string(),
    actor: z.string(),
    effects: z
      .object({ provider_cost: bookAmount, tenant_usage: bookAmount, tenant_invoice: bookAmount })
      .describe('What the line does to each of the three books, in nanos with a sign.'),
  })
  .meta({ id: 'LedgerEntry' })

/** `GET /v2/ledger/entries`. */
export const ledgerEntriesReplySchema = z
  .object({ entries: z.array(ledgerEntrySchema), next_cursor: cursorSchema })
  .meta({ id: 'LedgerEntries' })

/** As `ledgerEntriesReplySchema` describes it. */
export type LedgerEntriesReply = z.infer<typeof ledgerEntriesReplySchema>
