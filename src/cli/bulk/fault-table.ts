import { isJsonObject } from '../../primitives/json.ts'
import { plainText, table, wrap } from '../layout.ts'

/** Below this a column of words is no help. */
const NARROWEST_COLUMN = 24

/**
 * The items that a refused bulk names, as a table of item, parameter and message; on a terminal the message is broken within its column, and where that
 * would be too narrow each item is a sentence.
 * @param items as `error.items` has them; anything else gives no lines
 * @param width columns of the terminal; undefined where no terminal reads it
 */
export function faultTable(items: unknown, width: number | undefined): string[] {
  if (!Array.isArray(items)) return []
  const faults = items
    .filter(isJsonObject)
    .map(({ item, param, message }) => [`${item}`, `${param ?? ''}`, plainText(`${message}`)] as const)
  if (faults.length === 0) return []
  const heads = table([['item', 'param'], ...faults.map(([item, param]) => [item, param])]).split('\n')
  const column = Math.max(...heads.map((head) => head.length)) + 2
  const lines = heads.map((head, at) => [head.padEnd(column), at === 0 ? 'message' : faults[at - 1]![2]] as const)
  if (width !== undefined && width - column < NARROWEST_COLUMN)
    return faults.map(([item, param, message]) => wrap(`item ${item}${param && `, ${param}`}: ${message}`, width, '  '))
  if (width === undefined) return lines.map(([head, message]) => head + message)
  return lines.map(([head, message]) => head + wrap(message, width - column, '').replaceAll('\n', `\n${' '.repeat(column)}`))
}
