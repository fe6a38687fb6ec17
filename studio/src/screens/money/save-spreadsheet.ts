import type { api } from '#sdk'
import type { MoneyGroup } from './money-search.ts'
import { spreadsheetText } from './spreadsheet-cell.ts'

type LedgerRow = api.Ledger['rows'][number]
type CallRow = api.CallSums['rows'][number]

const ledgerHead = [
  'route_owner',
  'book',
  'day',
  'group',
  'name',
  'calls',
  'images',
  'charged_usd',
  'charged_nanos',
  'lost_usd',
  'presumed_usd',
  'invoiced_usd',
  'reserved_usd',
  'held_unknown_usd',
]
const callsHead = [
  'route_owner',
  'book',
  'day',
  'group',
  'name',
  'calls',
  'settled_usd',
  'settled_nanos',
  'compared_calls',
  'estimated_usd',
  'compared_settled_usd',
  'previews_usd',
  'repeats',
  'repeats_usd',
  'held_unknown_usd',
]

/** What the screen shows as a file of comma-separated values: exact dollars, and the nanos they stand for. By quality it is what the records of calls say. */
export function saveSpreadsheet({
  from,
  group,
  rows,
  calls,
}: {
  from: string
  group: MoneyGroup
  rows: readonly LedgerRow[]
  calls: readonly CallRow[]
}): void {
  const lines = group === 'quality' ? [callsHead, ...calls.map(callLine)] : [ledgerHead, ...rows.map((row) => ledgerLine(row, group))]
  const url = URL.createObjectURL(new Blob([spreadsheetText(lines)], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `darkroom-${group}-since-${from}.csv`
  link.click()
  // After the browser has begun with it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

function ledgerLine(row: LedgerRow, group: Exclude<MoneyGroup, 'quality'>) {
  const { charged, lost, presumed, invoiced, reserved, held_unknown } = row
  const named = [row.route_owner, row.book, row.day ?? '', group, row[group] ?? '', row.calls, row.images]
  return [...named, charged.usd, charged.nanos, lost.usd, presumed.usd, invoiced.usd, reserved.usd, held_unknown.usd]
}

function callLine(row: CallRow) {
  const { settled, compared, previews, repeats, held_unknown } = row
  const named = [row.route_owner, row.book, row.day ?? '', 'quality', row.quality ?? '', row.calls]
  const estimated = [compared.calls, compared.estimated.usd, compared.settled.usd]
  return [...named, settled.usd, settled.nanos, ...estimated, previews.usd, repeats.calls, repeats.settled.usd, held_unknown.usd]
}
