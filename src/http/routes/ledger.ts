import { z } from 'zod'
import type { Principal } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import { type CallSumsReply, callSumsReplySchema, ledgerEntriesReplySchema, ledgerReplySchema } from '../../contract/record.ts'
import { type CallGroup, type CallSums, callGroups, sumCalls } from '../../generations/index.ts'
import {
  type BookAmount,
  effectsOf,
  type LedgerEntry,
  type LedgerRange,
  type LedgerSums,
  parseLedgerGroups,
  readEntries,
  readLedger,
} from '../../ledger/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { moneyJson } from '../../primitives/money.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'

const DAY_MS = 86_400_000
/** So many days of records are summed at a time: a statement reads them one by one. */
const MOST_DAYS = 92

/** A day (`2026-11-20`, the whole of it, UTC) or a moment. */
const moment = z.union([z.iso.date(), z.iso.datetime()])
const range = {
  from: moment.optional().describe('First day or moment, UTC.'),
  to: moment.optional().describe('Last day (all of it), or the moment it ends.'),
  cursor: z.string().max(2000).optional(),
  limit: z.coerce.number().optional(),
}
const ledgerQuery = z.strictObject({
  ...range,
  group: z.string().max(200).optional().describe('owner, day, model, route, project, key, tag; the owner is always a group.'),
})
const callsQuery = z.strictObject({
  from: range.from,
  to: range.to,
  group: z.string().max(200).optional().describe('owner, day, model, quality; the owner is always a group.'),
})
const entriesQuery = z.strictObject({ ...range, generation_id: z.string().max(100).optional() })

interface RangeQuery {
  from?: string | undefined
  to?: string | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

/** The part of the ledger that is asked for, as far as the caller may see it. */
function rangeOf({ from, to, cursor, limit }: RangeQuery, principal: Principal): LedgerRange {
  const wholeDay = to?.length === 'YYYY-MM-DD'.length ? DAY_MS : 0
  return {
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to) + wholeDay,
    cursor,
    limit,
    ...scopeOf(principal),
  }
}

/** What was spent, reserved and held, by owner. */
export const ledgerRoute = keyRoute({
  method: 'GET',
  path: '/v2/ledger',
  tenant: 'caller',
  tag: 'money',
  summary: 'Sum the ledger',
  description:
    "By owner always, and by whatever else is asked. The sandbox's play money is a book of its own, in no total with real money.",
  query: ledgerQuery,
  replies: { 200: { description: 'The sums.', schema: ledgerReplySchema }, ...errorReplies(400, 401) },
  async handle({ parts, principal, request }) {
    const query = readChecked(ledgerQuery, request.query)
    const report = await readLedger(parts.database, { ...rangeOf(query, principal), group: parseLedgerGroups(query.group) })
    return { rows: report.rows.map(presentSums), totals_by_owner: report.totals_by_owner.map(presentSums), next_cursor: report.next_cursor }
  },
})

/** Every line that was booked. */
export const ledgerEntriesRoute = keyRoute({
  method: 'GET',
  path: '/v2/ledger/entries',
  tenant: 'caller',
  tag: 'money',
  summary: 'Read the lines of the ledger',
  query: entriesQuery,
  replies: { 200: { description: 'Lines in the order they were booked.', schema: ledgerEntriesReplySchema }, ...errorReplies(400, 401) },
  async handle({ parts, principal, request }) {
    const query = readChecked(entriesQuery, request.query)
    const page = await readEntries(parts.database, { ...rangeOf(query, principal), generationId: query.generation_id })
    return { entries: page.entries.map(presentEntry), next_cursor: page.next_cursor }
  },
})

/** What calls were expected to cost and did, their previews and repeats apart. */
export const ledgerCallsRoute = keyRoute({
  method: 'GET',
  path: '/v2/ledger/calls',
  tenant: 'caller',
  tag: 'money',
  summary: 'Sum calls: estimates, previews, repeats',
  description:
    'By owner always, and by day, model and quality as they were asked for. From the records of the calls, on the day each was made; `/v2/ledger` is what was booked, on the day it was booked. 92 days at most; the last 30 unless it says otherwise.',
  query: callsQuery,
  replies: { 200: { description: 'The sums.', schema: callSumsReplySchema }, ...errorReplies(400, 401) },
  async handle({ parts, principal, request }): Promise<CallSumsReply> {
    const { group, ...range } = readChecked(callsQuery, request.query)
    const { fromMs, toMs } = spanOf(rangeOf(range, principal), parts.clock.nowMs())
    const sums = await sumCalls(parts.database, { fromMs, toMs, groups: readGroups(group), ...scopeOf(principal) })
    return { from: isoTime(fromMs), to: isoTime(toMs), rows: sums.map(presentCalls) }
  },
})

function spanOf({ fromMs: from, toMs: to }: LedgerRange, nowMs: number) {
  const toMs = to ?? nowMs + 1
  const fromMs = from ?? toMs - 30 * DAY_MS
  if (fromMs < toMs && toMs - fromMs <= MOST_DAYS * DAY_MS) return { fromMs, toMs }
  const message = `Calls are summed over ${MOST_DAYS} days at most, and \`from\` lies before \`to\`. Nothing was charged.`
  throw failure('invalid_value', { param: 'from', message })
}

function readGroups(text: string | undefined): CallGroup[] {
  const asked = (text ?? '').split(',').filter((word) => word !== '' && word !== 'owner')
  const unknown = asked.find((word) => !callGroups.some((group) => group === word))
  if (unknown === undefined) return callGroups.filter((group) => asked.includes(group))
  const message = `Invalid value: '${unknown.slice(0, 40)}'. Calls are grouped by owner, ${callGroups.join(', ')}. Nothing was charged.`
  throw failure('invalid_value', { param: 'group', message })
}

function presentCalls(sums: CallSums): CallSumsReply['rows'][number] {
  const { route_owner, book, calls, day, model, quality } = sums
  return {
    ...(day == null ? {} : { day }),
    ...(model == null ? {} : { model }),
    ...(quality === undefined ? {} : { quality }),
    route_owner,
    book: book as 'provider' | 'sandbox',
    calls,
    settled: moneyJson(sums.settled_nanos),
    compared: {
      calls: sums.compared_calls,
      estimated: moneyJson(sums.compared_estimated_nanos),
      settled: moneyJson(sums.compared_settled_nanos),
    },
    previews: moneyJson(sums.previews_nanos),
    repeats: { calls: sums.repeats, settled: moneyJson(sums.repeats_nanos) },
    held_unknown: moneyJson(sums.held_unknown_nanos),
  }
}

function presentSums<Sums extends LedgerSums>(sums: Sums) {
  return {
    ...sums,
    charged: moneyJson(sums.charged),
    lost: moneyJson(sums.lost),
    presumed: moneyJson(sums.presumed),
    invoiced: moneyJson(sums.invoiced),
    reserved: moneyJson(sums.reserved),
    held_unknown: moneyJson(sums.held_unknown),
  }
}

function presentEntry(entry: LedgerEntry) {
  const { provider_cost, tenant_usage, tenant_invoice } = effectsOf(entry)
  const effects = { provider_cost: amount(provider_cost), tenant_usage: amount(tenant_usage), tenant_invoice: amount(tenant_invoice) }
  return { ...entry, nanos: String(entry.nanos), effects }
}

const amount = ({ settled, open }: BookAmount) => ({ settled: String(settled), open: String(open) })
